-- Labelled formulas for the nearest-neighbour index.

-- labelled_places --
-- Every place in the space of vectors at which a constant was verified, with the shortest formula there.
select distinct on (constant.name, formula_vector.vector)
    formula.id, formula.a, formula.b, constant.name as constant, formula_vector.vector
from relation
join constant on constant.id = relation.constant_id
join formula on formula.id = relation.formula_id
join formula_vector on formula_vector.formula_id = formula.id
where relation.proof in ('verified', 'closed_form') and relation.kind = 'moebius'
    and formula_vector.vector_version = %(vector_version)s
order by constant.name, formula_vector.vector, cardinality(formula.a) + cardinality(formula.b), formula.id
