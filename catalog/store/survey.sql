-- What the survey reads.

-- survey_theorems --
-- Canonical formulas whose best relation names a constant, with what stands behind it, and the first publication held of
-- the formula, of its mirror or an inflation, or of a formula that is proved to be equivalent to it.
with published as (
    select distinct on (class_id) class_id, paper, equation, author, said
    from (
        select
            coalesce(equivalence.class_id, said.canonical_id, said.id) as class_id,
            source.id, source.paper, source.equation, source.author,
            coalesce(formula_text(said.a, said.b), said.definition) as said
        from source
        join formula as said on said.id = source.formula_id
        left join equivalence on equivalence.formula_id = coalesce(said.canonical_id, said.id)
    ) as held
    order by class_id, id
)
select
    formula.id, formula.a, formula.b, constant.name as constant, constant.latex, constant.constant_group as "group",
    constant.likelihood,
    relation.expression, best.proof,
    best.digits_verified, formula.convergence_class, formula.delta, formula.convergence_eta, formula.convergence_gamma,
    formula.complexity, formula.family, coalesce(equivalence.class_id, formula.id) as class_id,
    equivalence.class_id is not null as is_compared, published.paper, published.equation, published.author, published.said
from best_relation as best
join relation on relation.id = best.relation_id
join formula on formula.id = best.formula_id and formula.kind = 'pcf'
join constant on constant.id = best.constant_id
left join equivalence on equivalence.formula_id = formula.id
left join published on published.class_id = coalesce(equivalence.class_id, formula.id)
where best.is_canonical and best.kind <> 'formula' and best.proof in ('verified', 'closed_form', 'theorem')
order by formula.complexity, formula.id

-- survey_riddles --
-- Canonical formulas without closed form and without a relation of their own that is more than digits, largest delta
-- first; of each class of equivalent formulas one. With what was sought: constants, and the largest bound.
with riddle as (
    select distinct on (coalesce(equivalence.class_id, formula.id))
        formula.id, formula.a, formula.b, formula.convergence_class, formula.limit_value, formula.delta,
        formula.bound_kind
    from formula
    left join equivalence on equivalence.formula_id = formula.id
    left join best_relation as best on best.formula_id = formula.id
    where formula.is_canonical and formula.status = 'converges' and formula.delta is not null
        and formula.closed_form is null and formula.limit_exact is null
        and (best.formula_id is null or best.kind = 'formula' or best.proof in ('imported', 'numerical'))
    order by coalesce(equivalence.class_id, formula.id), formula.complexity, formula.id
)
select riddle.*, sought.constants, sought.digits
from riddle
left join lateral (
    select max(constants_tried) as constants, max(coefficient_digits) as digits
    from exclusion
    where exclusion.formula_id = riddle.id and exclusion.outcome = 'excluded'
) as sought on true
order by riddle.delta desc
limit %(count)s
