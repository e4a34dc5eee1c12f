-- Copies of all formulas of a catalogue as further, made-up ones: other coefficients, metrics a little apart, and with
-- them what was found. Run with %(copies)s and %(first)s; %(formulas)s, %(relations)s, %(clusters)s are what one copy takes.

-- formulas --
insert into formula (
    id, kind, a, b, key, is_canonical, canonical_id, status, status_reason, convergence_class, limit_value,
    limit_digits, limit_error_log10, bound_kind, limit_exact, limit_float8, delta, delta_unreduced, delta_predicted,
    convergence_eta, convergence_gamma, convergence_beta, convergence_sqrt, q_eta, q_gamma, q_reduced_eta,
    q_reduced_gamma, gcd_eta, gcd_gamma, factorial_reduction, metrics_reason, family, closed_form,
    closed_form_theorem, evaluation_error, evaluator_version, evaluated_at, complexity
)
overriding system value
select
    id + copy * %(formulas)s, kind, shifted.a, b, formula_key(shifted.a, b), is_canonical,
    canonical_id + copy * %(formulas)s, status, status_reason, convergence_class, limit_value, limit_digits,
    limit_error_log10, bound_kind, limit_exact, limit_float8 + copy, delta + random_normal(0, 0.003), delta_unreduced,
    delta_predicted, convergence_eta, convergence_gamma, convergence_beta, convergence_sqrt, q_eta, q_gamma,
    q_reduced_eta, q_reduced_gamma + random_normal(0, 0.01), gcd_eta, gcd_gamma, factorial_reduction, metrics_reason,
    family || ':' || copy, closed_form, closed_form_theorem, evaluation_error, evaluator_version,
    evaluated_at + copy * interval '1 minute', complexity + copy / 16
from formula
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
cross join lateral (select array[formula.a[1] + 1000 * copy] || formula.a[2:] as a) as shifted
where id <= %(formulas)s and formula.a is not null

-- vectors --
insert into formula_vector (formula_id, vector_version, vector)
select formula_id + copy * %(formulas)s, vector_version, array[vector[1] + (random() / 100)::real] || vector[2:]
from formula_vector
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
where formula_id <= %(formulas)s

-- relations --
insert into relation (
    id, formula_id, kind, constant_id, coefficients, expression, method, proof, theorem, digits_used, digits_verified,
    code_version, found_at
)
overriding system value
select
    id + copy * %(relations)s, formula_id + copy * %(formulas)s, kind, constant_id, coefficients, expression, method,
    proof, theorem, digits_used, digits_verified, code_version, found_at + copy * interval '1 minute'
from relation
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
where id <= %(relations)s

-- exclusions --
insert into exclusion (
    formula_id, library_version, kind, coefficient_digits, digits_used, outcome, constants_tried, digits_needed,
    code_version
)
select
    formula_id + copy * %(formulas)s, library_version, kind, coefficient_digits, digits_used, outcome,
    constants_tried, digits_needed, code_version
from exclusion
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
where formula_id <= %(formulas)s

-- clusters --
insert into cluster (id, first_clustering_id, label, constant_id, radius, representative_id)
overriding system value
select
    id + copy / 8 * %(clusters)s, first_clustering_id, label, constant_id, radius,
    representative_id + copy * %(formulas)s
from cluster
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
where id <= %(clusters)s and retired_at is null
on conflict do nothing

-- members --
insert into cluster_member (clustering_id, formula_id, cluster_id, distance)
select clustering_id, formula_id + copy * %(formulas)s, cluster_id + copy / 8 * %(clusters)s, distance
from cluster_member
cross join generate_series(%(first)s::integer, %(first)s::integer + %(copies)s::integer - 1) as copy
where formula_id <= %(formulas)s
