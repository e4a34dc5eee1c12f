-- Writes of what was found out about formulas.

-- new_relation_ids --
-- Numbers for relations, in order.
select array(select nextval('relation_id_seq') from generate_series(1, %(count)s))

-- insert_relations --
-- Relations by arrays; one that is known is replaced only by a stronger proof.
insert into relation (
    formula_id, kind, constant_id, coefficients, expression, method, proof, theorem,
    digits_used, digits_verified, code_version
)
select
    given.formula_id, given.kind, constant.id, given.coefficients::numeric[], given.expression, given.method,
    given.proof, given.theorem, given.digits_used, given.digits_verified, %(code_version)s
from unnest(
    %(formula_ids)s::bigint[], %(kinds)s::text[], %(constants)s::text[], %(coefficients)s::text[],
    %(expressions)s::text[], %(methods)s::text[], %(proofs)s::text[], %(theorems)s::text[],
    %(digits_used)s::integer[], %(digits_verified)s::integer[]
) as given (
    formula_id, kind, constant, coefficients, expression, method, proof, theorem, digits_used, digits_verified
)
left join constant on constant.name = given.constant
on conflict (formula_id, kind, expression) do update
set method = excluded.method,
    proof = excluded.proof,
    theorem = excluded.theorem,
    digits_used = excluded.digits_used,
    digits_verified = excluded.digits_verified,
    code_version = excluded.code_version,
    found_at = excluded.found_at
where proof_strength(excluded.proof) > proof_strength(relation.proof)

-- relation_ids --
-- Numbers of the relations in the order given.
select relation.id
from unnest(%(formula_ids)s::bigint[], %(kinds)s::text[], %(expressions)s::text[])
    with ordinality as given (formula_id, kind, expression, place)
join relation using (formula_id, kind, expression)
order by given.place

-- insert_relation_terms --
-- Terms of relations by arrays; those of a known relation are there already.
insert into relation_term (
    relation_id, term_number, coefficient, limit_exponent,
    constant_id, constant_exponent, other_formula_id, other_exponent
)
select
    given.relation_id, given.term_number, given.coefficient::numeric, given.limit_exponent,
    constant.id, given.constant_exponent, other.id, given.other_exponent
from unnest(
    %(relation_ids)s::bigint[], %(term_numbers)s::smallint[], %(coefficients)s::text[],
    %(limit_exponents)s::smallint[], %(constants)s::text[], %(constant_exponents)s::smallint[],
    %(other_keys)s::bytea[], %(other_exponents)s::smallint[]
) as given (
    relation_id, term_number, coefficient, limit_exponent, constant, constant_exponent, other_key, other_exponent
)
left join constant on constant.name = given.constant
left join formula as other on other.key = given.other_key
on conflict do nothing

-- insert_exclusions --
-- Exclusions by arrays; the same search done again replaces the old entry.
insert into exclusion (
    formula_id, library_version, kind, coefficient_digits, digits_used, outcome,
    constants_tried, digits_needed, code_version
)
select distinct on (formula_id, library_version, kind, coefficient_digits, digits_used)
    given.*, %(code_version)s
from unnest(
    %(formula_ids)s::bigint[], %(library_versions)s::text[], %(kinds)s::text[], %(coefficient_digits)s::smallint[],
    %(digits_used)s::integer[], %(outcomes)s::text[], %(constants_tried)s::integer[], %(digits_needed)s::integer[]
) as given (
    formula_id, library_version, kind, coefficient_digits, digits_used, outcome, constants_tried, digits_needed
)
on conflict (formula_id, library_version, kind, coefficient_digits, digits_used) do update
set outcome = excluded.outcome,
    constants_tried = excluded.constants_tried,
    digits_needed = excluded.digits_needed,
    code_version = excluded.code_version,
    sought_at = excluded.sought_at

-- insert_sources --
-- Sources by arrays.
insert into source (formula_id, paper, equation, author, link, stated_limit)
select *
from unnest(
    %(formula_ids)s::bigint[], %(papers)s::text[], %(equations)s::text[], %(authors)s::text[],
    %(links)s::text[], %(stated_limits)s::text[]
)
on conflict do nothing

-- next_guess_place --
-- The place of a further guess.
select coalesce(max(guess.place), 0) + 1 from guess where guess.formula_id = %(id)s
