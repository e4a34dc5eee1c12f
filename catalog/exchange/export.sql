-- What an export reads: the numbers of the formulas that pass, then all that is known of a batch of them.

-- export_ids --
-- Numbers of the formulas that meet a condition, in order.
select formula.id from formula where {condition} order by formula.id

-- export_where --
-- A condition in SQL on the columns of the view formulas.
formula.id in (
    select formulas.id from formulas where (
{where}
    )
)

-- export_rows --
-- Records of the formulas of one batch, ready to be copied: lists are JSON, times ISO 8601 in UTC.
with found_relation as (
    select
        relation.id, relation.formula_id, constant.name as constant, relation.expression, relation.proof,
        rejection.formula_id is null as stands,
        row_number() over (
            partition by relation.formula_id
            order by
                rejection.formula_id is not null, relation.kind = 'formula', proof_strength(relation.proof) desc,
                relation.digits_verified desc nulls last, relation.id
        ) as place,
        json_build_object(
            'kind', relation.kind,
            'constant', constant.name,
            'coefficients', relation.coefficients::text[],
            'expression', relation.expression,
            'method', relation.method,
            'proof', relation.proof,
            'theorem', relation.theorem,
            'digits_used', relation.digits_used,
            'digits_verified', relation.digits_verified,
            'code_version', relation.code_version,
            'found_at', relation.found_at,
            'terms', (
                select json_agg(json_build_object(
                    'coefficient', term.coefficient::text,
                    'limit_exponent', term.limit_exponent,
                    'constant', of_term.name,
                    'constant_expression', of_term.expression,
                    'constant_exponent', term.constant_exponent,
                    'other', coalesce(formula_text(other.a, other.b), other.definition),
                    'other_exponent', term.other_exponent
                ) order by term.term_number)
                from relation_term as term
                left join constant as of_term on of_term.id = term.constant_id
                left join formula as other on other.id = term.other_formula_id
                where term.relation_id = relation.id
            )
        ) as described
    from relation
    left join constant on constant.id = relation.constant_id
    left join rejection
        on rejection.formula_id = relation.formula_id
        and rejection.kind = relation.kind
        and rejection.expression = relation.expression
    where relation.formula_id = any ({ids})
),
relations as (
    select
        formula_id,
        json_agg(described order by place) as found,
        max(constant) filter (where place = 1 and stands) as constant,
        max(expression) filter (where place = 1 and stands) as relation,
        max(proof) filter (where place = 1 and stands) as proof
    from found_relation
    group by formula_id
),
guesses as (
    select guess.formula_id, json_agg(json_build_object(
        'place', guess.place,
        'proposer', guess.proposer,
        'outcome', guess.outcome,
        'constant', constant.name,
        'digits_used', guess.digits_used,
        'digits_needed', guess.digits_needed,
        'relation_kind', relation.kind,
        'relation_expression', relation.expression,
        'code_version', guess.code_version,
        'guessed_at', guess.guessed_at
    ) order by guess.place, guess.id) as found
    from guess
    left join constant on constant.id = guess.constant_id
    left join relation on relation.id = guess.relation_id
    where guess.formula_id = any ({ids})
    group by guess.formula_id
),
exclusions as (
    select formula_id, json_agg(json_build_object(
        'library_version', library_version,
        'kind', kind,
        'coefficient_digits', coefficient_digits,
        'digits_used', digits_used,
        'outcome', outcome,
        'constants_tried', constants_tried,
        'digits_needed', digits_needed,
        'code_version', code_version,
        'sought_at', sought_at
    ) order by sought_at, library_version, kind, coefficient_digits, digits_used) as found
    from exclusion
    where formula_id = any ({ids})
    group by formula_id
),
sources as (
    select formula_id, json_agg(json_build_object(
        'paper', paper, 'equation', equation, 'author', author, 'link', link, 'stated_limit', stated_limit
    ) order by id) as found
    from source
    where formula_id = any ({ids})
    group by formula_id
),
notes as (
    select formula_id, json_agg(json_build_object(
        'note_text', note_text, 'author', author, 'written_at', written_at
    ) order by id) as found
    from note
    where formula_id = any ({ids})
    group by formula_id
),
walks as (
    select representation.formula_id, json_agg(json_build_object(
        'field', field.name,
        'matrices', field.matrices,
        'direction', trajectory.direction,
        'start', trajectory.start,
        'delta_limit', trajectory.delta_limit,
        'map', representation.map::text[],
        'folds', representation.equivalence -> 'folds',
        'code_version', representation.code_version,
        'found_at', representation.found_at
    ) order by representation.equivalence is not null, trajectory.id) as found
    from representation
    join trajectory on trajectory.id = representation.trajectory_id
    join field on field.id = trajectory.field_id
    where representation.formula_id = any ({ids})
    group by representation.formula_id
),
fractions as (
    select formula_id, json_agg(json_build_object(
        'fraction', fraction,
        'signs', signs,
        'map', map::text[],
        'value', value,
        'guessed_from', guessed_from,
        'code_version', code_version,
        'found_at', found_at
    ) order by id) as found
    from interlaced
    where formula_id = any ({ids})
    group by formula_id
),
limits as (
    select formula_id, json_agg(json_build_object(
        'place', place,
        'limit_value', limit_value,
        'limit_digits', limit_digits,
        'bound_kind', bound_kind,
        'expression', expression,
        'proof', proof,
        'delta', delta,
        'delta_depth', delta_depth
    ) order by place) as found
    from recurrence_limit
    where formula_id = any ({ids})
    group by formula_id
),
rejections as (
    select formula_id, json_agg(json_build_object(
        'kind', kind, 'expression', expression, 'reason', reason, 'author', author, 'rejected_at', rejected_at
    ) order by kind, expression) as found
    from rejection
    where formula_id = any ({ids})
    group by formula_id
)
select
    coalesce(formula_text(formula.a, formula.b), formula.definition) as formula,
    '[' || array_to_string(formula.a, ', ') || ']' as a,
    '[' || array_to_string(formula.b, ', ') || ']' as b,
    cardinality(formula.a) - 1 as deg_a,
    cardinality(formula.b) - 1 as deg_b,
    small_coefficient(formula.a, 0) as a0,
    small_coefficient(formula.a, 1) as a1,
    small_coefficient(formula.a, 2) as a2,
    small_coefficient(formula.b, 0) as b0,
    small_coefficient(formula.b, 1) as b1,
    small_coefficient(formula.b, 2) as b2,
    formula.is_canonical::text as is_canonical,
    {columns},
    to_char(formula.evaluated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') as evaluated_at,
    relations.constant,
    relations.relation,
    relations.proof,
    coalesce(relations.found, '[]') as relations,
    coalesce(guesses.found, '[]') as guesses,
    coalesce(exclusions.found, '[]') as exclusions,
    coalesce(sources.found, '[]') as sources,
    coalesce(notes.found, '[]') as notes,
    coalesce(rejections.found, '[]') as rejections,
    coalesce(walks.found, '[]') as trajectories,
    coalesce(fractions.found, '[]') as interlaced,
    coalesce(limits.found, '[]') as limits
from formula
left join relations on relations.formula_id = formula.id
left join guesses on guesses.formula_id = formula.id
left join exclusions on exclusions.formula_id = formula.id
left join sources on sources.formula_id = formula.id
left join notes on notes.formula_id = formula.id
left join rejections on rejections.formula_id = formula.id
left join walks on walks.formula_id = formula.id
left join fractions on fractions.formula_id = formula.id
left join limits on limits.formula_id = formula.id
where formula.id = any ({ids})
order by formula.id
