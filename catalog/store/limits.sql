-- Formulas by the value of their limit, and those that nothing names.

-- formulas_near --
-- Formulas whose limit lies in one of many ranges, each with the number of its range, the simplest first.
select near.range_number, formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits
from unnest(%(lows)s::float8[], %(highs)s::float8[]) with ordinality as near (low, high, range_number)
join formula on formula.limit_float8 between near.low and near.high
where formula.limit_digits is not null and formula.limit_exact is null and formula.kind = 'pcf'
order by near.range_number, cardinality(formula.a) + cardinality(formula.b), formula.id
limit %(count)s

-- nameless_representatives --
-- The simplest member of each family without a constant; families of named ones are found by their constant.
select distinct on (formula.family)
    formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits
from formula
where formula.is_canonical and formula.status = 'converges' and formula.family is not null
    and formula.family <> 'rational' and formula.family not like 'quadratic:%%' and formula.limit_digits is not null
    and not exists (
        select from relation where relation.formula_id = formula.id and relation.kind in ('moebius', 'formula')
    )
order by formula.family, cardinality(formula.a) + cardinality(formula.b), formula.id
limit %(count)s

-- count_limits --
-- How many formulas have a limit, roughly, from the planner's statistics.
select greatest(1, reltuples)::bigint from pg_class where oid = 'formula'::regclass

-- unnamed_limits --
-- Canonical formulas with an irrational limit that nothing names, by number; with a version of the library, those that
-- were not searched with so many of its constants; with numbers, those alone.
select formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits, formula.family
from formula
where formula.id > %(after)s and formula.is_canonical and formula.status = 'converges' and formula.kind = 'pcf'
    and formula.limit_exact is null and formula.limit_digits >= %(digits)s
    and (%(ids)s::bigint[] is null or formula.id = any (%(ids)s::bigint[]))
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind <> 'formula'
            and relation.proof not in ('imported', 'numerical')
    )
    and (
        %(version)s::text is null
        or not exists (
            select from exclusion
            where exclusion.formula_id = formula.id and exclusion.library_version = %(version)s::text
                and exclusion.constants_tried >= %(constants)s
        )
    )
order by formula.id
limit %(count)s
