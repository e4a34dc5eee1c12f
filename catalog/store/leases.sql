-- Spaces, chunks and runs: who works on what.

-- add_space --
-- A new space; nothing where the name is taken.
insert into space (name, template, size, priority)
values (%(name)s, %(template)s, %(size)s, %(priority)s)
on conflict (name) do nothing
returning id

-- add_chunks --
-- All chunks of a space, open.
insert into chunk (space_id, first_rank, last_rank)
select %(space_id)s, first_rank, least(first_rank + %(chunk_size)s, %(size)s)
from generate_series(0, %(size)s - 1, %(chunk_size)s) as first_rank

-- start_run --
-- A daemon begins.
insert into run (
    host, process_id, program_version, schema_version, evaluator_version, vector_version, worker_count,
    evaluated_by
)
values (
    %(host)s, %(process_id)s, %(program_version)s, %(schema_version)s, %(evaluator_version)s, %(vector_version)s,
    %(worker_count)s, %(evaluated_by)s
)
returning id

-- end_run --
-- A daemon leaves.
update run set ended_at = clock_timestamp(), end_reason = %(reason)s where id = %(run_id)s and ended_at is null

-- claim_versions --
-- The versions of a run beside the schema that is there and the newest evaluator and vector that ever worked here,
-- and whether the catalogue was restored meanwhile.
select
    mine.schema_version, (select version_num from public.alembic_version) as schema_there,
    mine.evaluator_version, newest.evaluator_version as newest_evaluator,
    mine.vector_version, newest.vector_version as newest_vector,
    (select epoch = catalogue_epoch() from catalogue) as in_use
from run as mine
cross join (
    select max(evaluator_version) as evaluator_version, max(vector_version) as vector_version from run
) as newest
where mine.id = %(run_id)s

-- claim_chunk --
-- Leases the next chunk below a rank, of the spaces that are named or of all, but of none that is paused: open, or
-- leased to somebody whose lease has expired. Of spaces of one priority those that the order leaves out come first. One that reaches beyond the rank is cut there. Chunks that others are claiming at this moment are passed
-- over. Space by space, so that the index gives the first chunk of each and nothing is sorted but the spaces.
with candidate as (
    select next_chunk.*
    from (
        select id
        from space
        where paused_at is null and (cardinality(%(spaces)s::text[]) = 0 or name = any (%(spaces)s))
        order by priority desc, array_position(%(order)s::text[], name) nulls first, id
    ) as wanted
    cross join lateral (
        select chunk.id, chunk.space_id, chunk.last_rank
        from chunk
        where chunk.space_id = wanted.id
            and chunk.state in ('open', 'leased')
            and (chunk.state = 'open' or chunk.lease_expires_at < clock_timestamp())
            and chunk.first_rank < %(rank_limit)s
        order by chunk.first_rank
        limit 1
        for update skip locked
    ) as next_chunk
    limit 1
),
rest as (
    insert into chunk (space_id, first_rank, last_rank)
    select space_id, %(rank_limit)s, last_rank from candidate where last_rank > %(rank_limit)s
)
update chunk
set state = 'leased',
    last_rank = least(chunk.last_rank, %(rank_limit)s),
    lease_token = gen_random_uuid(),
    lease_expires_at = clock_timestamp() + make_interval(secs => %(seconds)s),
    run_id = %(run_id)s,
    attempts = chunk.attempts + 1
from candidate
join space on space.id = candidate.space_id
where chunk.id = candidate.id
returning
    chunk.id as chunk_id, chunk.lease_token as token, space.id as space_id, space.name as space, space.template,
    chunk.first_rank, chunk.last_rank, chunk.attempts

-- work_remains --
-- How many chunks below a rank can be claimed, those of paused spaces left out, and how many live owners have leased.
select
    count(*) filter (
        where space.paused_at is null and (state = 'open' or lease_expires_at < clock_timestamp())
    ) as claimable,
    count(*) filter (where state = 'leased' and lease_expires_at >= clock_timestamp()) as leased
from chunk
join space on space.id = chunk.space_id
where state in ('open', 'leased')
    and first_rank < %(rank_limit)s
    and (cardinality(%(spaces)s::text[]) = 0 or space.name = any (%(spaces)s))

-- heartbeat --
-- A run lives, and so do the leases it names; returns those that are still its own.
with alive as (
    update run set heartbeat_at = clock_timestamp() where id = %(run_id)s
)
update chunk
set lease_expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
where state = 'leased' and lease_token = any (%(tokens)s)
returning lease_token

-- hold_chunk --
-- Keeps others from taking a chunk over until the transaction ends.
select from chunk where id = %(chunk_id)s and state = 'leased' and lease_token = %(token)s for update

-- finish_chunk --
-- leased -> done, with its counts.
update chunk
set state = 'done', lease_token = null, lease_expires_at = null, done_at = clock_timestamp(), failure = null,
    formulas_total = %(total)s, formulas_new = %(new)s, formulas_failed = %(failed)s, formulas_named = %(named)s
where id = %(chunk_id)s and state = 'leased' and lease_token = %(token)s

-- release_chunk --
-- leased -> open (to be tried again) or failed (given up). Giving back without a failure is no attempt.
update chunk
set state = %(state)s, lease_token = null, lease_expires_at = null, failure = %(failure)s,
    attempts = attempts - case when %(failure)s::text is null then 1 else 0 end
where id = %(chunk_id)s and state = 'leased' and lease_token = %(token)s

-- split_chunk --
-- leased -> two open halves, cut at a rank, each to be tried anew: one of them may be at fault for the other.
with whole as (
    select id, space_id, last_rank
    from chunk
    where id = %(chunk_id)s and state = 'leased' and lease_token = %(token)s
        and first_rank < %(rank)s and %(rank)s < last_rank
    for update
),
upper as (
    insert into chunk (space_id, first_rank, last_rank, failure)
    select space_id, %(rank)s, last_rank, %(failure)s from whole
)
update chunk
set state = 'open', lease_token = null, lease_expires_at = null, last_rank = %(rank)s, failure = %(failure)s,
    attempts = 0
from whole
where chunk.id = whole.id
