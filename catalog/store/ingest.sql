-- Writes of a batch of which some formulas are known: staging, formulas, vectors.

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

-- empty_staging --
-- Nothing of an earlier batch of the same transaction.
delete from formula_staging

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
