-- Counts of the whole catalogue: kept in table summary, or counted now by view summary_now.

-- marks --
-- What stands last in the catalogue: where two answers are equal, nothing was added between them. Rows that were changed
-- or deleted are known by the server's counters, which are some seconds late.
select jsonb_build_object(
    'evaluated_at', (select max(evaluated_at) from formula),
    'formula', (select max(id) from formula),
    'relation', (select max(id) from relation),
    'constants', (select count(*) from constant),
    'rejections', (select count(*) from rejection),
    'event', (select max(id) from cluster_event),
    'clustering', (select max(id) from clustering where state = 'current'),
    'changed', (
        select sum(n_tup_upd + n_tup_del) from pg_stat_user_tables
        where schemaname = 'public' and relname in ('formula', 'relation', 'rejection', 'constant', 'cluster_member')
    )
)

-- standing --
-- What is kept: when it was read, how long that took in seconds, and whether nothing was added since.
select
    (content->>'at')::timestamptz as read_at,
    (content->>'seconds')::float8 as seconds,
    content->'marks' = ({marks}) as holds
from summary
where subject = 'made'

-- read_subject --
-- The figures of one subject, by key.
select key, content::jsonb as content from {source} as figures where subject = %(subject)s

-- read_keys --
-- The same of some keys.
select key, content::jsonb as content from {source} as figures where subject = %(subject)s and key = any (%(keys)s)

-- forget --
-- Nothing of the last time is left.
delete from summary

-- keep --
-- All figures as they are now.
insert into summary (subject, key, content) select subject, key, content::jsonb from summary_now

-- keep_made --
-- When that was, how long it took, and what stood last.
insert into summary (subject, key, content)
values ('made', 0, jsonb_build_object('at', %(at)s::timestamptz, 'seconds', %(seconds)s::float8, 'marks', %(marks)s::jsonb))
