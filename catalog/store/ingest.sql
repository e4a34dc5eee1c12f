-- Writes of a batch: staging, formulas, vectors, findings.

-- create_staging --
-- One batch as it came over the wire; made once a connection, emptied by every commit.
create temporary table if not exists formula_staging (
    ordinal integer,
    key bytea,
    canonical_key bytea,
    is_canonical boolean,
    a numeric[],
    b numeric[],
    vector real[],
    status text,
    status_reason text,
    convergence_class text,
    limit_value text,
    limit_digits integer,
    limit_error_log10 float8,
    bound_kind text,
    limit_exact text,
    limit_float8 float8,
    delta float8,
    delta_unreduced float8,
    delta_predicted float8,
    convergence_eta float8,
    convergence_gamma float8,
    convergence_beta float8,
    convergence_sqrt float8,
    q_eta float8,
    q_gamma float8,
    q_reduced_eta float8,
    q_reduced_gamma float8,
    gcd_eta float8,
    gcd_gamma float8,
    factorial_reduction text,
    metrics_reason text,
    family text,
    closed_form text,
    closed_form_theorem text,
    evaluation_error text,
    complexity integer,
    new_id bigint
) on commit delete rows

-- known_places --
-- Places and numbers of those of many keys that are known; the keys come as one string of bytes. Each is looked up by
-- itself, so that no plan made while the table was small reads all of it.
select place, known.id
from generate_series(0, %(count)s - 1) as place
cross join lateral (
    select id from formula where key = substring(%(keys)s::bytea from 1 + %(width)s * place for %(width)s) limit 1
) as known

-- new_ids --
-- Numbers for a batch, in order, and that of this transaction; those of formulas that turn out to be known stay unused.
select
    array(select nextval('formula_id_seq') from generate_series(1, %(count)s)),
    pg_current_xact_id()::text::bigint

-- new_relation_ids --
-- Numbers for relations, in order.
select array(select nextval('relation_id_seq') from generate_series(1, %(count)s))

-- insert_canonical --
-- New canonical formulas; known ones stay as they are.
insert into formula (
    id, kind, a, b, key, is_canonical, canonical_id, evaluator_version,
    status, status_reason, convergence_class, limit_value, limit_digits, limit_error_log10, bound_kind,
    limit_exact, limit_float8, delta, delta_unreduced, delta_predicted, convergence_eta,
    convergence_gamma, convergence_beta, convergence_sqrt, q_eta, q_gamma, q_reduced_eta,
    q_reduced_gamma, gcd_eta, gcd_gamma, factorial_reduction, metrics_reason, family, closed_form,
    closed_form_theorem, evaluation_error, complexity
)
overriding system value
select
    staged.new_id, %(kind)s, staged.a, staged.b, staged.key, staged.is_canonical, null,
    %(evaluator_version)s,
    staged.status, staged.status_reason, staged.convergence_class, staged.limit_value,
    staged.limit_digits, staged.limit_error_log10, staged.bound_kind, staged.limit_exact,
    staged.limit_float8, staged.delta, staged.delta_unreduced, staged.delta_predicted,
    staged.convergence_eta, staged.convergence_gamma, staged.convergence_beta, staged.convergence_sqrt,
    staged.q_eta, staged.q_gamma, staged.q_reduced_eta, staged.q_reduced_gamma, staged.gcd_eta,
    staged.gcd_gamma, staged.factorial_reduction, staged.metrics_reason, staged.family,
    staged.closed_form, staged.closed_form_theorem, staged.evaluation_error, staged.complexity
from formula_staging as staged
where staged.is_canonical
order by staged.ordinal
on conflict (key) do nothing

-- insert_others --
-- New mirrors and inflations, tied to their canonical formula in the batch or in the catalogue.
insert into formula (
    id, kind, a, b, key, is_canonical, canonical_id, evaluator_version,
    status, status_reason, convergence_class, limit_value, limit_digits, limit_error_log10, bound_kind,
    limit_exact, limit_float8, delta, delta_unreduced, delta_predicted, convergence_eta,
    convergence_gamma, convergence_beta, convergence_sqrt, q_eta, q_gamma, q_reduced_eta,
    q_reduced_gamma, gcd_eta, gcd_gamma, factorial_reduction, metrics_reason, family, closed_form,
    closed_form_theorem, evaluation_error, complexity
)
overriding system value
select
    staged.new_id, %(kind)s, staged.a, staged.b, staged.key, staged.is_canonical, canonical.id,
    %(evaluator_version)s,
    staged.status, staged.status_reason, staged.convergence_class, staged.limit_value,
    staged.limit_digits, staged.limit_error_log10, staged.bound_kind, staged.limit_exact,
    staged.limit_float8, staged.delta, staged.delta_unreduced, staged.delta_predicted,
    staged.convergence_eta, staged.convergence_gamma, staged.convergence_beta, staged.convergence_sqrt,
    staged.q_eta, staged.q_gamma, staged.q_reduced_eta, staged.q_reduced_gamma, staged.gcd_eta,
    staged.gcd_gamma, staged.factorial_reduction, staged.metrics_reason, staged.family,
    staged.closed_form, staged.closed_form_theorem, staged.evaluation_error, staged.complexity
from formula_staging as staged
left join formula as canonical on canonical.key = staged.canonical_key
where not staged.is_canonical
order by staged.ordinal
on conflict (key) do nothing

-- remember_unresolved --
-- New mirrors and inflations whose canonical formula is not there yet.
insert into canonical_pending (formula_id, canonical_key)
select formula.id, staged.canonical_key
from formula_staging as staged
join formula on formula.id = staged.new_id
where not staged.is_canonical and formula.canonical_id is null

-- resolve_keys --
-- Formulas that waited for canonical formulas of these keys, which come as one string of bytes; where those are there.
with waiting as materialized (  -- few, so that few formulas are looked up
    select formula_id, canonical_key
    from canonical_pending
    where canonical_key in (
        select substring(%(keys)s::bytea from 1 + %(width)s * place for %(width)s)
        from generate_series(0, %(count)s - 1) as place
    )
),
arrived as (
    delete from canonical_pending
    using waiting, formula
    where canonical_pending.formula_id = waiting.formula_id and formula.key = waiting.canonical_key
    returning canonical_pending.formula_id, formula.id as canonical_id
)
update formula
set canonical_id = arrived.canonical_id
from arrived
where formula.id = arrived.formula_id

-- resolve_all_waiting --
-- The same for all that wait: who should have done it may have been killed.
with arrived as (
    delete from canonical_pending
    using formula
    where canonical_pending.canonical_key = formula.key
    returning canonical_pending.formula_id, formula.id as canonical_id
)
update formula
set canonical_id = arrived.canonical_id
from arrived
where formula.id = arrived.formula_id

-- insert_vectors --
-- Neighbour vectors of the batch, also for known formulas that had none of this version.
insert into formula_vector (formula_id, vector_version, vector)
select formula.id, %(vector_version)s, staged.vector
from formula_staging as staged
join formula on formula.key = staged.key
where staged.vector is not null
order by staged.ordinal
on conflict do nothing

-- read_staging --
-- Number and novelty of each formula in the order of the batch.
select formula.id, formula.id = staged.new_id
from formula_staging as staged
join formula on formula.key = staged.key
order by staged.ordinal

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

-- upsert_constants --
-- Constants of the library by arrays; a known name takes the new definition.
insert into constant (
    name, latex, expression, constant_group, reference, oeis, equivalents, likelihood,
    value_text, value_float8, library_version
)
select
    name, latex, expression, constant_group, reference, oeis, equivalents::text[], likelihood,
    value_text, value_float8, library_version
from unnest(
    %(names)s::text[], %(latex)s::text[], %(expressions)s::text[], %(groups)s::text[], %(references)s::text[],
    %(oeis)s::text[], %(equivalents)s::text[], %(likelihoods)s::integer[], %(value_texts)s::text[],
    %(value_float8s)s::float8[], %(library_versions)s::text[]
) as given (
    name, latex, expression, constant_group, reference, oeis, equivalents, likelihood,
    value_text, value_float8, library_version
)
on conflict (name) do update
set latex = excluded.latex,
    expression = excluded.expression,
    constant_group = excluded.constant_group,
    reference = excluded.reference,
    oeis = excluded.oeis,
    equivalents = excluded.equivalents,
    likelihood = excluded.likelihood,
    value_text = excluded.value_text,
    value_float8 = excluded.value_float8,
    library_version = excluded.library_version
