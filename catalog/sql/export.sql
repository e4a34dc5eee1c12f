-- What an export reads: formulas in a stream, and what was found about the formulas of one batch.

-- export_formulas --
-- Formulas that meet a condition, by number.
select formula.id, formula.a::text as a, formula.b::text as b, {columns}
from formula
where {condition}
order by formula.id

-- export_where --
-- A condition in SQL on the columns of the view formulas.
formula.id in (
    select formulas.id from formulas where (
{where}
    )
)

-- export_relations --
-- Relations of many formulas with all their terms, the best first.
select relation.formula_id, json_agg(json_build_object(
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
            'other', formula_text(other.a, other.b),
            'other_exponent', term.other_exponent
        ) order by term.term_number)
        from relation_term as term
        left join constant as of_term on of_term.id = term.constant_id
        left join formula as other on other.id = term.other_formula_id
        where term.relation_id = relation.id
    )
) order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id) as found
from relation
left join constant on constant.id = relation.constant_id
where relation.formula_id = any (%(ids)s)
group by relation.formula_id

-- export_guesses --
-- Guesses of many formulas; the neighbour that a guess came from is left out.
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
where guess.formula_id = any (%(ids)s)
group by guess.formula_id

-- export_exclusions --
-- Searches without result of many formulas.
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
where formula_id = any (%(ids)s)
group by formula_id

-- export_sources --
-- Publications of many formulas.
select formula_id, json_agg(json_build_object(
    'paper', paper, 'equation', equation, 'author', author, 'link', link, 'stated_limit', stated_limit
) order by id) as found
from source
where formula_id = any (%(ids)s)
group by formula_id

-- export_notes --
-- Notes on many formulas.
select formula_id, json_agg(json_build_object(
    'note_text', note_text, 'author', author, 'written_at', written_at
) order by id) as found
from note
where formula_id = any (%(ids)s)
group by formula_id

-- export_rejections --
-- Rejected relations of many formulas.
select formula_id, json_agg(json_build_object(
    'kind', kind, 'expression', expression, 'reason', reason, 'author', author, 'rejected_at', rejected_at
) order by kind, expression) as found
from rejection
where formula_id = any (%(ids)s)
group by formula_id

-- import_times --
-- When and by which version imported formulas, and what is known of them, came to be.
update formula
set evaluated_at = given.moment::timestamptz
from unnest(%(ids)s::bigint[], %(moments)s::text[]) as given (id, moment)
where formula.id = given.id

-- import_relation_times --
-- The same for relations.
update relation
set found_at = given.moment::timestamptz, code_version = given.code_version
from unnest(%(ids)s::bigint[], %(kinds)s::text[], %(expressions)s::text[], %(versions)s::text[], %(moments)s::text[])
    as given (formula_id, kind, expression, code_version, moment)
where relation.formula_id = given.formula_id and relation.kind = given.kind
    and relation.expression = given.expression

-- import_guess_times --
-- The same for guesses.
update guess
set guessed_at = given.moment::timestamptz, code_version = given.code_version
from unnest(%(ids)s::bigint[], %(places)s::smallint[], %(versions)s::text[], %(moments)s::text[])
    as given (formula_id, place, code_version, moment)
where guess.formula_id = given.formula_id and guess.place = given.place

-- import_exclusion_times --
-- The same for exclusions.
update exclusion
set sought_at = given.moment::timestamptz, code_version = given.code_version
from unnest(%(ids)s::bigint[], %(libraries)s::text[], %(kinds)s::text[], %(versions)s::text[], %(moments)s::text[])
    as given (formula_id, library_version, kind, code_version, moment)
where exclusion.formula_id = given.formula_id and exclusion.library_version = given.library_version
    and exclusion.kind = given.kind

-- import_notes --
-- Notes of imported formulas that are not there yet.
insert into note (formula_id, note_text, author, written_at)
select given.formula_id, given.note_text, given.author, given.moment::timestamptz
from unnest(%(ids)s::bigint[], %(texts)s::text[], %(authors)s::text[], %(moments)s::text[])
    as given (formula_id, note_text, author, moment)
where not exists (
    select from note
    where note.formula_id = given.formula_id and note.note_text = given.note_text and note.author = given.author
)

-- import_rejections --
-- Rejections of imported formulas; one that is there stays.
insert into rejection (formula_id, kind, expression, reason, author, rejected_at)
select formula_id, kind, expression, reason, author, moment::timestamptz
from unnest(
    %(ids)s::bigint[], %(kinds)s::text[], %(expressions)s::text[], %(reasons)s::text[], %(authors)s::text[],
    %(moments)s::text[]
) as given (formula_id, kind, expression, reason, author, moment)
on conflict do nothing
