-- The pages of a list of formulas: which formulas are on one, then what is shown of them.

-- first_of_all --
-- The first formulas that meet a condition, by an index in their order.
select formula.id
from formula
where {condition}
order by {order}
limit %(limit)s

-- first_of_kinds --
-- The same by status, class and degrees. There are few kinds of these, found by a loose scan of an index; the index has
-- the formulas of each in order, so that the first of every kind that is wanted are read, and of these the first.
with recursive kind (status, class, deg_a, deg_b) as (
    (
        select status, coalesce(convergence_class, ''), coalesce(cardinality(a), 0), coalesce(cardinality(b), 0)
        from formula
        where is_canonical
        order by 1, 2, 3, 4
        limit 1
    )
    union all
    select following.*
    from kind
    cross join lateral (
        select status, coalesce(convergence_class, ''), coalesce(cardinality(a), 0), coalesce(cardinality(b), 0)
        from formula
        where is_canonical
            and (status, coalesce(convergence_class, ''), coalesce(cardinality(a), 0), coalesce(cardinality(b), 0))
                > (kind.status, kind.class, kind.deg_a, kind.deg_b)
        order by 1, 2, 3, 4
        limit 1
    ) as following
)
select formula.id
from kind
cross join lateral (
    select formula.id, formula.complexity, formula.delta
    from formula
    where {condition}
        and formula.status = kind.status
        and coalesce(formula.convergence_class, '') = kind.class
        and coalesce(cardinality(formula.a), 0) = kind.deg_a
        and coalesce(cardinality(formula.b), 0) = kind.deg_b
    order by {order}
    limit %(limit)s
) as formula
where (%(statuses)s::text[] is null or kind.status = any (%(statuses)s))
    and (%(classes)s::text[] is null or kind.class = any (%(classes)s))
    and (%(deg_a)s::integer is null or kind.deg_a = %(deg_a)s + 1)
    and (%(deg_b)s::integer is null or kind.deg_b = %(deg_b)s + 1)
order by {order}
limit %(limit)s

-- first_of_few --
-- The same where a condition names few: those, with the other conditions looked at of each.
select formula.id
from formula
where formula.id = any (array({ids})) and {condition}
order by {order}
limit %(limit)s

-- shown --
-- What a list shows of formulas, each with its best relation.
select
    formula.id, formula.a, formula.b, formula.definition, formula.status, formula.convergence_class, formula.limit_value,
    formula.limit_digits, formula.delta, formula.complexity, formula.family, constant.name as constant,
    relation.expression as relation, relation.proof
from formula
left join best_relation on best_relation.formula_id = formula.id
left join relation on relation.id = best_relation.relation_id
left join constant on constant.id = relation.constant_id
where formula.id = any (array({chosen}))
order by {order}

-- of_constant --
-- Formulas that have a verified or proved relation with a constant, canonical ones where only those are wanted.
select relation.formula_id
from relation
join constant on constant.id = relation.constant_id
join best_relation on best_relation.formula_id = relation.formula_id
    and (best_relation.is_canonical or not %(canonical)s)
where constant.name = %(constant)s
    and relation.proof not in ('imported', 'numerical')
    and not is_rejected(relation)

-- of_source --
-- Formulas that were published where these words stand in the title or the author.
select source.formula_id
from source
where strpos(lower(concat_ws(' ', source.paper, source.author)), lower(%(source)s)) > 0

-- of_family --
-- Canonical formulas of a family.
select formula.id from formula where formula.family = %(family)s and formula.is_canonical

-- of_proof --
-- Formulas that have a relation with this proof.
select relation.formula_id from relation where relation.proof = %(proof)s and not is_rejected(relation)
