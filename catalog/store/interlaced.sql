-- Continued fractions with a rule of several terms, by the formulas that they are contracted to.

-- add_interlaced --
-- A fraction of a formula; one that is there stays, unless it was guessed and now is given.
insert into interlaced (
    formula_id, fraction, first_terms, denominators, numerators, signs, map, value, guessed_from, code_version
)
select
    formula.id, %(fraction)s, %(first_terms)s, %(denominators)s, %(numerators)s, %(signs)s::smallint[],
    %(map)s::numeric[], %(value)s, %(guessed_from)s, %(code_version)s
from formula
where formula.key = %(key)s
on conflict (formula_id, fraction) do update
set guessed_from = null, value = coalesce(interlaced.value, excluded.value)
where (interlaced.guessed_from is not null and excluded.guessed_from is null)
    or (interlaced.value is null and excluded.value is not null)

-- interlaced_of --
-- The fractions of a formula.
select fraction, signs, map as coefficients, value, guessed_from
from interlaced
where formula_id = %(id)s
order by id
