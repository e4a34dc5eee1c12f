-- Reads of single formulas and of what is known about them.

-- formula_by_key --
-- One formula with all its columns.
select * from formula where key = %(key)s

-- formula_by_id --
-- One formula with all its columns.
select * from formula where id = %(id)s

-- ids_by_key --
-- The numbers of those of many keys that are known.
select key, id from formula where key = any (%(keys)s)

-- relations_of --
-- Relations of a formula, those that stand first, and of these the strongest; with who rejected one, and why.
select
    relation.id, constant.name as constant, relation.kind, relation.coefficients, relation.expression,
    relation.method, relation.proof, relation.theorem, relation.digits_used, relation.digits_verified,
    relation.code_version, relation.found_at, rejection.reason as rejected_because, rejection.author as rejected_by,
    rejection.rejected_at
from relation
left join rejection using (formula_id, kind, expression)
left join constant on constant.id = relation.constant_id
where relation.formula_id = %(id)s
order by rejection.formula_id is not null, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- guesses_of --
-- What was proposed for a formula, or else for its canonical formula, in order.
select
    guess.place, constant.name as constant, guess.proposer, guess.distance, guess.outcome, guess.digits_used,
    guess.digits_needed, guess.relation_id, guess.neighbour_id,
    coalesce(formula_text(neighbour.a, neighbour.b), neighbour.definition) as neighbour, guess.guessed_at
from guess
left join constant on constant.id = guess.constant_id
left join formula as neighbour on neighbour.id = guess.neighbour_id
where guess.formula_id = coalesce(
    (select formula_id from guess where formula_id = %(id)s limit 1),
    (select canonical_id from formula where id = %(id)s)
)
order by guess.place, guess.id

-- exclusions_of --
-- What was sought for a formula, or else for its canonical formula, and not found.
select library_version, kind, coefficient_digits, digits_used, outcome, constants_tried, digits_needed, sought_at
from exclusion
where formula_id = coalesce(
    (select formula_id from exclusion where formula_id = %(id)s limit 1),
    (select canonical_id from formula where id = %(id)s)
)
order by sought_at

-- sources_of --
-- Where a formula was published.
select paper, equation, author, link, stated_limit from source where formula_id = %(id)s order by id

-- labels_of --
-- The best constant of many formulas, for tables of neighbours; formulas without a named one are left out.
select distinct on (relation.formula_id)
    relation.formula_id, constant.name as constant, relation.expression, relation.proof
from relation
join constant on constant.id = relation.constant_id
where relation.formula_id = any (%(ids)s) and not is_rejected(relation)
order by relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- coefficients_of --
-- Coefficients of many formulas, and their limits.
select id, a, b, status, limit_value, limit_digits from formula where id = any (%(ids)s)

-- anchors --
-- Labelled formulas: those with a verified or proved relation to a named constant, the best one of each.
select distinct on (formula.id)
    formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits, formula.family,
    constant.name as constant, relation.coefficients, relation.expression, relation.proof
from relation
join formula on formula.id = relation.formula_id
join constant on constant.id = relation.constant_id
where relation.proof not in ('imported', 'numerical') and relation.kind = 'moebius'
    and not exists (
        select from rejection
        where (rejection.formula_id, rejection.kind, rejection.expression)
            = (relation.formula_id, relation.kind, relation.expression)
    )
order by formula.id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
