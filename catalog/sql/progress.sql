-- How far the indexer is.

-- ranks_below --
-- Ranks of all spaces below a limit, and those of them that are done.
select
    (select coalesce(sum(least(size, %(rank_limit)s)), 0) from space)::bigint as total,
    (
        select coalesce(sum(least(last_rank, %(rank_limit)s) - first_rank), 0)
        from chunk
        where state = 'done' and first_rank < %(rank_limit)s
    )::bigint as done
