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
where is_canonical and status = 'converges'
    and id >= (select min(id) + floor(random() * (max(id) - min(id) + 1))::bigint from formula)
order by id
limit 1

-- constants_after --
-- Constants in the order in which they are tried, beyond one of them, with their formulas.
select
    chosen.id, chosen.name, chosen.latex, chosen.expression, chosen.constant_group, chosen.likelihood,
    counted.formulas, counted.formulas_proved, counted.best_delta
from (
    select *
    from constant
    where (likelihood, id) > (%(likelihood)s, %(id)s)
    order by likelihood, id
    limit %(count)s
) as chosen
left join lateral (
    select
        count(distinct formula.id) as formulas,
        count(distinct formula.id) filter (where relation.proof in ('closed_form', 'theorem')) as formulas_proved,
        max(formula.delta) as best_delta
    from relation
    join formula on formula.id = relation.formula_id and formula.is_canonical
    where relation.constant_id = chosen.id
        and relation.proof not in ('imported', 'numerical')
        and not is_rejected(relation)
) as counted on true
order by chosen.likelihood, chosen.id

-- constant_row --
-- One constant with its formulas.
select
    constant.id, constant.name, constant.latex, constant.expression, constant.constant_group, constant.reference,
    constant.oeis, constant.value_text, counted.formulas, counted.formulas_proved, counted.best_delta,
    counted.first_found_at
from constant
left join lateral (
    select
        count(distinct formula.id) as formulas,
        count(distinct formula.id) filter (where relation.proof in ('closed_form', 'theorem')) as formulas_proved,
        max(formula.delta) as best_delta,
        min(relation.found_at) as first_found_at
    from relation
    join formula on formula.id = relation.formula_id and formula.is_canonical
    where relation.constant_id = constant.id
        and relation.proof not in ('imported', 'numerical')
        and not is_rejected(relation)
) as counted on true
where constant.name = %(name)s

-- proofs_counted --
-- Canonical formulas by the proof of their best relation to numbers or constants.
select best.proof, count(*) as formulas
from (
    select distinct on (relation.formula_id) relation.formula_id, relation.proof
    from relation
    where relation.kind <> 'formula' and not is_rejected(relation)
    order by relation.formula_id, proof_strength(relation.proof) desc
) as best
join formula on formula.id = best.formula_id and formula.is_canonical
group by best.proof

-- bounds_counted --
-- Canonical formulas by what stands behind their limit.
select bound_kind, count(*) as formulas
from formula
where is_canonical and bound_kind is not null
group by bound_kind
