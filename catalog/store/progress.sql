-- How far the indexer is.

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
