-- The library of constants in the catalogue.

-- store_constants --
-- New constants, and new words for those the library has changed; a user's own stay as they are.
insert into constant (
    name, latex, expression, constant_group, reference, oeis, equivalents, likelihood, value_text, value_float8,
    library_version
)
values (
    %(name)s, %(latex)s, %(expression)s, %(constant_group)s, %(reference)s, %(oeis)s, %(equivalents)s, %(likelihood)s,
    %(value_text)s, %(value_float8)s, %(library_version)s
)
on conflict (name) do update
set latex = excluded.latex, constant_group = excluded.constant_group, reference = excluded.reference,
    oeis = excluded.oeis, equivalents = excluded.equivalents, likelihood = excluded.likelihood,
    library_version = excluded.library_version
where constant.library_version is not null and excluded.library_version is not null
    and constant.library_version <> excluded.library_version

-- last_likelihood --
-- The place of the last constant; one that theory names comes after it.
select coalesce(max(likelihood), 0) from constant

-- known_constants --
-- Those of many names that are there.
select name from constant where name = any (%(names)s)

-- own_constants --
-- What users have added.
select name, expression, reference, equivalents from constant where constant_group = %(group)s order by likelihood, id

-- all_expressions --
-- Every constant with its expression, those of the library and those that theory has named too.
select name, expression from constant order by likelihood, id

-- own_constant --
-- The number of a constant that a user has added.
select id from constant where name = %(name)s and constant_group = %(group)s

-- forget_relations --
-- Relations with a constant in them go; what led to them follows by its references.
delete from relation
where constant_id = %(id)s or id in (select relation_id from relation_term where constant_id = %(id)s)

-- forget_guesses --
-- Guesses of a constant go.
delete from guess where constant_id = %(id)s

-- unname_clusters --
-- Clusters of a constant have no name any more, and their history says why.
with unnamed as (
    update cluster set constant_id = null, label = 'unnamed-' || id where constant_id = %(id)s
    returning id, label
)
insert into cluster_event (cluster_id, event, detail)
select id, 'relabelled', jsonb_build_object('before', %(name)s::text, 'after', label, 'why', 'the constant was removed')
from unnamed

-- forget_laws --
-- Infinite families with the constant go.
delete from pattern where constant = %(name)s
