-- How the catalogue stands, and how far the indexer is.

-- status_rate --
-- Ranks a second of each space over the last minutes.
with lately as (
    select space_id, sum(last_rank - first_rank) as ranks, min(done_at) as since
    from chunk
    where done_at > clock_timestamp() - make_interval(secs => %(seconds)s)
    group by space_id
)
select
    space.name as space,
    lately.ranks / greatest(
        least(%(seconds)s, extract(epoch from clock_timestamp() - lately.since)), 1
    )::float8 as ranks_per_second
from lately
join space on space.id = lately.space_id

-- pace --
-- Ranks that were done, and the seconds in which they were: those from each run's start to its last chunk.
select coalesce(sum(ranks), 0)::bigint as ranks, coalesce(sum(seconds), 0)::float8 as seconds
from (
    select
        sum(chunk.last_rank - chunk.first_rank) as ranks,
        extract(epoch from max(chunk.done_at) - run.started_at) as seconds
    from run
    join chunk on chunk.run_id = run.id and chunk.state = 'done'
    group by run.id
) as worked

-- yields --
-- What spaces give: their last chunks among the recent ones, the seconds of one run that each took since the chunk before it, or the run's
-- start, and the formulas in them that were new, and new and named.
with worked as (
    select
        chunk.space_id, chunk.done_at, chunk.last_rank - chunk.first_rank as ranks,
        chunk.formulas_new, chunk.formulas_named,
        extract(epoch from chunk.done_at - coalesce(
            lag(chunk.done_at) over (partition by chunk.run_id order by chunk.done_at), run.started_at
        )) as seconds
    from (select * from chunk where done_at is not null order by done_at desc limit %(recent)s) as chunk
    join run on run.id = chunk.run_id
),
lately as (
    select *, row_number() over (partition by space_id order by done_at desc) as place from worked
)
select
    space.name as space,
    count(*) as chunks,
    sum(ranks)::bigint as ranks,
    sum(formulas_new)::bigint as formulas_new,
    coalesce(sum(formulas_named), 0)::bigint as formulas_named,
    sum(seconds)::float8 as seconds
from lately
join space on space.id = lately.space_id
where %(chunks)s::bigint is null or place <= %(chunks)s
group by space.name

-- status_runs --
-- Daemons that have not left, and those that left in the last day; at work is one that was heard of, or holds a lease.
select
    run.id, run.host, run.process_id, run.program_version, run.worker_count, run.started_at, run.heartbeat_at,
    run.ended_at, run.end_reason,
    extract(epoch from clock_timestamp() - run.heartbeat_at)::float8 as heartbeat_age,
    (select count(*) from chunk where chunk.run_id = run.id and chunk.state = 'leased') as leased,
    run.ended_at is null and (
        run.heartbeat_at > clock_timestamp() - make_interval(secs => %(seconds)s)
        or exists (
            select from chunk
            where chunk.run_id = run.id and chunk.state = 'leased' and chunk.lease_expires_at > clock_timestamp()
        )
    ) as at_work
from run
where run.ended_at is null or run.ended_at > now() - interval '1 day'
order by run.id

-- ranks_below --
-- Ranks below a limit of the spaces that are named, or of all, and those of them that are done; paused ones left out.
with chosen as (
    select id, size
    from space
    where paused_at is null and (cardinality(%(spaces)s::text[]) = 0 or name = any (%(spaces)s))
)
select
    (select coalesce(sum(least(size, %(rank_limit)s)), 0) from chosen)::bigint as total,
    (
        select coalesce(sum(least(last_rank, %(rank_limit)s) - first_rank), 0)
        from chunk
        join chosen on chosen.id = chunk.space_id
        where state = 'done' and first_rank < %(rank_limit)s
    )::bigint as done
