-- What an import brings with it: when findings were made, and what people said.

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
