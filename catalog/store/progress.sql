-- How the catalogue stands, and how far the indexer is.

-- status_counts --
-- Formulas by status and class, all and canonical.
select status, convergence_class, count(*) as formulas, count(*) filter (where is_canonical) as canonical
from formula
group by status, convergence_class
order by formulas desc

-- status_findings --
-- What was found: canonical formulas with a verified relation, vectors, constants.
select
    (select count(*) from identified) as identified,
    (select count(distinct constant) from identified) as constants_found,
    (select count(*) from constant) as constants,
    (select count(*) from relation) as relations,
    (select count(*) from formula where is_canonical) as canonical

-- status_rate --
-- Ranks a second over the last minutes, and ranks that remain in claimable or leased chunks.
select
    coalesce(sum(last_rank - first_rank) filter (where done_at > clock_timestamp() - make_interval(secs => %(seconds)s)), 0)
        / greatest(
            least(
                %(seconds)s,
                extract(epoch from clock_timestamp() - min(done_at) filter (
                    where done_at > clock_timestamp() - make_interval(secs => %(seconds)s)))
            ), 1
        )::float8 as ranks_per_second,
    coalesce(sum(last_rank - first_rank) filter (where state in ('open', 'leased')), 0)::bigint as ranks_left
from chunk

-- status_runs --
-- Daemons at work, and those that left in the last day.
select
    run.id, run.host, run.process_id, run.program_version, run.worker_count, run.started_at, run.heartbeat_at,
    run.ended_at, run.end_reason,
    extract(epoch from clock_timestamp() - run.heartbeat_at)::float8 as heartbeat_age,
    (select count(*) from chunk where chunk.run_id = run.id and chunk.state = 'leased') as leased
from run
where run.ended_at is null or run.ended_at > now() - interval '1 day'
order by run.id

-- ranks_below --
-- Ranks below a limit of the spaces that are named, or of all, and those of them that are done.
with chosen as (
    select id, size from space where cardinality(%(spaces)s::text[]) = 0 or name = any (%(spaces)s)
)
select
    (select coalesce(sum(least(size, %(rank_limit)s)), 0) from chosen)::bigint as total,
    (
        select coalesce(sum(least(last_rank, %(rank_limit)s) - first_rank), 0)
        from chunk
        join chosen on chosen.id = chunk.space_id
        where state = 'done' and first_rank < %(rank_limit)s
    )::bigint as done
