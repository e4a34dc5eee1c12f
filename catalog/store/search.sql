-- Searching formulas by what is known of them.

-- has_height --
-- Formulas without a larger coefficient; comparing arrays costs a tenth of formula_height.
%(max_height)s::numeric >= all (formula.a || formula.b) and -%(max_height)s::numeric <= all (formula.a || formula.b)

-- has_constant --
-- A condition on formula: a verified or proved relation with this constant, which nobody rejected.
formula.id in (
    select relation.formula_id
    from relation
    join constant on constant.id = relation.constant_id
    where constant.name = %(constant)s
        and relation.proof not in ('imported', 'numerical')
        and not is_rejected(relation)
)

-- has_radicand --
-- A condition on formula: a verified or proved quadratic relation whose discriminant is d times a square.
formula.id in (
    select relation.formula_id
    from relation
    cross join lateral (
        select abs(
            (coefficients[2] * coefficients[2] - 4 * coefficients[1] * coefficients[3]) * %(radicand)s::numeric
        ) as size
    ) as product
    where relation.kind = 'quadratic'
        and relation.proof not in ('imported', 'numerical')
        and not is_rejected(relation)
        and trunc(sqrt(product.size)) * trunc(sqrt(product.size)) = product.size
)

-- has_relation --
-- A condition on formula: that it has a verified or proved relation but to other formulas, or that it converges and has
-- none, and no closed form either.
exists (
    select from best_relation
    where best_relation.formula_id = formula.id
        and best_relation.proof not in ('imported', 'numerical')
        and best_relation.kind <> 'formula'
) = %(identified)s
    and (%(identified)s or (formula.closed_form is null and formula.status = 'converges'))

-- has_proof --
-- A condition on formula: this stands behind its best relation.
exists (select from best_relation where best_relation.formula_id = formula.id and best_relation.proof = %(proof)s)

-- has_source --
-- A condition on formula: that it was published where these words stand in the title or the author.
exists (
    select from source
    where source.formula_id = formula.id
        and strpos(lower(concat_ws(' ', source.paper, source.author)), lower(%(source)s)) > 0
)

-- find --
-- Formulas that meet a condition, in an order, each with its best relation.
select
    chosen.id, chosen.a, chosen.b, chosen.definition, chosen.status, chosen.convergence_class, chosen.limit_value, chosen.limit_digits,
    chosen.delta, chosen.complexity, chosen.family, constant.name as constant, relation.expression as relation,
    relation.proof
from (
    select formula.*
    from formula
    where {condition}
    order by {order}
    limit %(limit)s offset %(offset)s
) as chosen
left join best_relation on best_relation.formula_id = chosen.id
left join relation on relation.id = best_relation.relation_id
left join constant on constant.id = relation.constant_id
order by {order_again}
