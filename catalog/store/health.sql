-- What `status --prometheus` and `doctor` read, and what doctor repairs.

-- gauges --
-- Figures of the bookkeeping for a collector of metrics; those of formulas and relations are in the summaries.
select
    (select count(*) from chunk where state = 'open') as chunks_open,
    (select count(*) from chunk where state = 'leased') as chunks_leased,
    (select count(*) from chunk where state = 'failed') as chunks_failed,
    (
        select coalesce(max(extract(epoch from clock_timestamp() - lease_expires_at)), 0)::float8
        from chunk where state = 'leased' and lease_expires_at < clock_timestamp()
    ) as lease_overdue_seconds,
    pg_database_size(current_database()) as database_bytes

-- clock_difference --
-- The database's clock.
select extract(epoch from clock_timestamp())::float8 as seconds

-- overdue_leases --
-- Leases that nobody has renewed; the next claim would take them over.
select count(*) from chunk where state = 'leased' and lease_expires_at < clock_timestamp()

-- free_overdue_leases --
-- leased -> open, for leases that nobody has renewed.
update chunk set state = 'open', lease_token = null, lease_expires_at = null
where state = 'leased' and lease_expires_at < clock_timestamp()

-- silent_runs --
-- Daemons that never said that they left and have not been heard of for so long.
select count(*) from run
where ended_at is null and heartbeat_at < clock_timestamp() - make_interval(secs => %(seconds)s)

-- end_silent_runs --
-- Say so.
update run set ended_at = heartbeat_at, end_reason = 'killed'
where ended_at is null and heartbeat_at < clock_timestamp() - make_interval(secs => %(seconds)s)

-- failed_chunks --
-- Chunks that were given up.
select count(*) from chunk where state = 'failed'

-- reopen_failed_chunks --
-- failed -> open, to be tried from the beginning.
update chunk set state = 'open', attempts = 0 where state = 'failed'

-- uncovered_ranks --
-- Ranks of a space between its chunks that are in none.
select space_id, first_rank, last_rank
from (
    select space.id as space_id, 0::bigint as first_rank,
        coalesce((select min(chunk.first_rank) from chunk where chunk.space_id = space.id), space.size) as last_rank
    from space
    union all
    select chunk.space_id, chunk.last_rank,
        lead(chunk.first_rank, 1, space.size) over (partition by chunk.space_id order by chunk.first_rank)
    from chunk join space on space.id = chunk.space_id
) as gap
where first_rank < last_rank
order by space_id, first_rank

-- add_uncovered_ranks --
-- Open chunks for ranks that are in none.
insert into chunk (space_id, first_rank, last_rank)
select %(space_id)s, first_rank, least(first_rank + %(chunk_size)s, %(last_rank)s)
from generate_series(%(first_rank)s, %(last_rank)s - 1, %(chunk_size)s) as first_rank

-- waiting_formulas --
-- Mirrors and inflations whose canonical formula has come and that are not tied to it.
select count(*) from canonical_pending join formula on formula.key = canonical_pending.canonical_key
