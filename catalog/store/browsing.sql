-- What those who look around read: counts, the newest, one at random, constants in order.

-- state --
-- The catalogue's epoch with the transactions that a statement sees: while both are the same, so is all that is read.
select epoch || ' ' || pg_current_snapshot()::text from catalogue

-- newest_theorems --
-- The newest relations of canonical formulas that a theorem proves, those of rational limits left out.
select
    formula.id, formula.a, formula.b, relation.expression, relation.proof, relation.theorem,
    relation.found_at, constant.name as constant, constant.latex
from relation
join formula on formula.id = relation.formula_id and formula.is_canonical
left join constant on constant.id = relation.constant_id
where relation.proof in ('closed_form', 'theorem')
    and relation.kind not in ('formula', 'rational')
    and not is_rejected(relation)
order by relation.id desc
limit %(count)s

-- random_formula --
-- A canonical convergent formula, by a number drawn between the first and the last.
select a, b
from formula
where is_canonical and status = 'converges' and kind = 'pcf'
    and id >= (select min(id) + floor(random() * (max(id) - min(id) + 1))::bigint from formula)
order by id
limit 1

-- constants_after --
-- Constants in the order in which they are tried, beyond one of them.
select id, name, latex, expression, constant_group, likelihood
from constant
where (likelihood, id) > (%(likelihood)s, %(id)s)
order by likelihood, id
limit %(count)s

-- constant_row --
-- One constant.
select id, name, latex, expression, constant_group, reference, oeis, value_text
from constant
where name = %(name)s
