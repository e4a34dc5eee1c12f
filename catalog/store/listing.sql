-- The pages of a list of formulas: which formulas are on one, then what is shown of them.

-- first_of_all --
-- The first formulas that meet a condition, by an index in their order.
select formula.id
from formula
where {condition}
order by {order}
limit %(limit)s

-- facets --
-- The facets that are wanted, of the few that there are: a loose scan of an index of listing finds those.
with recursive facet (number) as (
    select min(facet) from listing where constant_id = {constant}
    union all
    select (select min(facet) from listing where constant_id = {constant} and facet > facet.number)
    from facet
    where number is not null
),
wanted as materialized (
    select number from facet cross join lateral facet_parts(number) as parts where {facets}
)

-- first_of_facets --
-- The first formulas of each facet by an index that has them in order, and of these the first.
select listing.formula_id
from wanted
cross join lateral (
    select {columns}
    from listing
    where constant_id = {constant} and facet = wanted.number and {ranges} and {beyond}
    order by {order}
    limit %(limit)s
) as listing
order by {order}
limit %(limit)s

-- first_in_ranges --
-- The same where figures lie in ranges that are not those of the order: of each facet, all in the ranges where those are
-- few, else what is met in the order, where they come often then.
select listing.formula_id
from wanted
cross join lateral (
    with near as materialized (
        select {columns}
        from listing
        where constant_id = {constant} and facet = wanted.number and {ranges}
        limit %(few)s + 1
    )
    (
        select {columns}
        from near as listing
        where (select count(*) from near) <= %(few)s and {beyond}
        order by {order}
        limit %(limit)s
    )
    union all
    (
        select {columns}
        from listing
        where (select count(*) from near) > %(few)s
            and constant_id = {constant} and facet = wanted.number and {ranges} and {beyond}
        order by {order}
        limit %(limit)s
    )
) as listing
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

-- of_source --
-- Formulas that were published where these words stand in the title or the author.
select source.formula_id
from source
where strpos(lower(concat_ws(' ', source.paper, source.author)), lower(%(source)s)) > 0

-- of_family --
-- Canonical formulas of a family.
select formula.id from formula where formula.family = %(family)s and formula.is_canonical
