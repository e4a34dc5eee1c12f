-- Relations and closed forms of earlier versions, brought to the texts and proofs of today.

-- relations_to_renew --
-- Relations with numbers or constants that are no theorems or have an older text, in the order of their numbers.
select
    relation.id, formula.a, formula.b, relation.kind, relation.coefficients, relation.expression, relation.proof,
    constant.name as constant, constant.expression as term, walks.paths
from relation
join formula on formula.id = relation.formula_id and formula.kind = 'pcf'
left join constant on constant.id = relation.constant_id
left join lateral (
    select json_agg(json_build_array(walk.name, walk.direction, walk.start)) as paths
    from (
        select field.name, trajectory.direction, trajectory.start
        from representation
        join trajectory on trajectory.id = representation.trajectory_id
        join field on field.id = trajectory.field_id and field.matrices is null
        where representation.formula_id = formula.id and representation.map is not null
        order by representation.equivalence is not null, trajectory.steps, trajectory.id
        limit 4
    ) as walk
) as walks on true
where relation.id > %(after)s
    and relation.kind in ('rational', 'quadratic', 'algebraic', 'moebius')
    and (%(chosen)s::bigint[] is null or relation.formula_id = any (%(chosen)s))
order by relation.id
limit %(count)s

-- renew_rejections --
-- A rejection goes by the text of the relation.
update rejection set expression = renewed.expression
from unnest(%(ids)s::bigint[], %(expressions)s::text[]) as renewed (id, expression)
join relation on relation.id = renewed.id
where rejection.formula_id = relation.formula_id and rejection.kind = relation.kind
    and rejection.expression = relation.expression and relation.expression <> renewed.expression

-- renew_relations --
-- Text and proof of relations.
update relation set expression = renewed.expression, proof = renewed.proof, code_version = %(code_version)s
from unnest(%(ids)s::bigint[], %(expressions)s::text[], %(proofs)s::text[]) as renewed (id, expression, proof)
where relation.id = renewed.id

-- closed_forms_to_renew --
-- Formulas with a closed form, in the order of their numbers.
select id, a, b, closed_form
from formula
where closed_form is not null and kind = 'pcf' and id > %(after)s
    and (%(chosen)s::bigint[] is null or id = any (%(chosen)s))
order by id
limit %(count)s

-- renew_closed_forms --
-- Texts of closed forms.
update formula set closed_form = renewed.closed_form
from unnest(%(ids)s::bigint[], %(closed_forms)s::text[]) as renewed (id, closed_form)
where formula.id = renewed.id

-- renew_outcomes --
-- A formula with a closed form was no riddle.
update exclusion set outcome = 'closed_form'
from formula
where formula.id = exclusion.formula_id and formula.closed_form is not null
    and exclusion.outcome in ('excluded', 'budget')
    and (%(chosen)s::bigint[] is null or formula.id = any (%(chosen)s))

-- renewed_schema --
-- The schema to whose texts and proofs all relations were brought.
select renewed_schema from catalogue

-- set_renewed_schema --
-- All relations have the texts and proofs of this schema.
update catalogue set renewed_schema = %(schema)s
