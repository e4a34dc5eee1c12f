-- What a data set has beside the formulas, and what its columns are.

-- comments --
-- What the catalogue says of its tables and views (column NULL), and of their columns.
select
    relname as table_name, attname as column_name,
    case when attname is null then obj_description(pg_class.oid) else col_description(pg_class.oid, attnum) end as comment
from pg_class
left join lateral (
    select attname::text, attnum from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped
    union all
    select null, 0
) as described on true
where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')

-- relations --
-- Relations of the formulas that were chosen.
with chosen as ({ids})
select * from relations where formula_id in (select id from chosen) order by relation_id

-- constants --
-- All constants.
select name, latex, expression, constant_group, reference, oeis, equivalents, value_text, value_float8, library_version
from constant
order by likelihood, id

-- laws --
-- All infinite families.
select
    id, template, condition, constant, expression, latex, formulas_found, values_checked,
    largest_checked::text as largest_checked, digits_checked, proof, theorem, code_version, found_at
from pattern
order by id

-- identity --
-- Which catalogue this is.
select catalogue_id::text as catalogue_id from catalogue
