-- Chunks count the formulas that they named, so that spaces can be compared by what they give.

ALTER TABLE chunk ADD COLUMN formulas_named INTEGER;
COMMENT ON COLUMN chunk.formulas_named IS 'New formulas with a relation to numbers or constants; NULL: not done, or not counted';

create or replace view progress as
select
    space.name as space,
    space.size,
    count(chunk.id) as chunks,
    count(chunk.id) filter (where chunk.state = 'open') as chunks_open,
    count(chunk.id) filter (where chunk.state = 'leased') as chunks_leased,
    count(chunk.id) filter (where chunk.state = 'done') as chunks_done,
    count(chunk.id) filter (where chunk.state = 'failed') as chunks_failed,
    coalesce(sum(chunk.last_rank - chunk.first_rank) filter (where chunk.state = 'done'), 0)::bigint as ranks_done,
    coalesce(sum(chunk.formulas_new), 0)::bigint as formulas_new,
    coalesce(sum(chunk.formulas_failed), 0)::bigint as formulas_failed,
    min(chunk.done_at) as first_done_at,
    max(chunk.done_at) as last_done_at,
    space.priority,
    space.paused_at,
    coalesce(sum(chunk.last_rank - chunk.first_rank) filter (where chunk.state in ('open', 'leased')), 0)::bigint
        as ranks_left,
    sum(chunk.formulas_named)::bigint as formulas_named
from space
left join chunk on chunk.space_id = space.id
group by space.id
order by space.priority desc, space.id;
comment on column progress.formulas_named is
    'New formulas with a relation to numbers or constants; NULL: not counted';
