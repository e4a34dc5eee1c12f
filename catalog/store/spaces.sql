-- The spaces as people arrange them.

-- spaces --
-- All spaces with their ranks that are done, in the order of work.
select
    name, template, size, priority, paused_at,
    (
        select coalesce(sum(last_rank - first_rank), 0)::bigint
        from chunk
        where chunk.space_id = space.id and state = 'done'
    ) as ranks_done
from space
order by priority desc, id

-- ranks_done --
-- Ranks of a space that are done.
select coalesce(sum(last_rank - first_rank), 0)::bigint
from chunk
join space on space.id = chunk.space_id
where space.name = %(name)s and state = 'done'

-- pause_space --
-- A space whose chunks are not handed out from now on.
update space set paused_at = clock_timestamp() where name = %(name)s and paused_at is null

-- resume_space --
-- A space whose chunks are handed out again.
update space set paused_at = null where name = %(name)s and paused_at is not null

-- prefer_space --
-- Another priority; returns the one before.
update space
set priority = %(priority)s
from (select id, priority from space where name = %(name)s for update) as before
where space.id = before.id
returning before.priority
