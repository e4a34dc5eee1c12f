-- What `recompute` reads and writes.

-- rows_to_recompute --
-- Formulas by number with what may change.
select
    id, a, b, status, convergence_class, limit_value, limit_digits, evaluator_version
from formula
where id = any (%(ids)s) and kind = 'pcf'
order by id

-- replace_formulas --
-- What a new evaluation of known formulas says.
update formula
set status = staged.status, status_reason = staged.status_reason, convergence_class = staged.convergence_class,
    limit_value = staged.limit_value, limit_digits = staged.limit_digits,
    limit_error_log10 = staged.limit_error_log10, bound_kind = staged.bound_kind, limit_exact = staged.limit_exact,
    limit_float8 = staged.limit_float8, delta = staged.delta, delta_unreduced = staged.delta_unreduced,
    delta_predicted = staged.delta_predicted, convergence_eta = staged.convergence_eta,
    convergence_gamma = staged.convergence_gamma, convergence_beta = staged.convergence_beta,
    convergence_sqrt = staged.convergence_sqrt, q_eta = staged.q_eta, q_gamma = staged.q_gamma,
    q_reduced_eta = staged.q_reduced_eta, q_reduced_gamma = staged.q_reduced_gamma, gcd_eta = staged.gcd_eta,
    gcd_gamma = staged.gcd_gamma, factorial_reduction = staged.factorial_reduction,
    metrics_reason = staged.metrics_reason, family = staged.family, closed_form = staged.closed_form,
    closed_form_theorem = staged.closed_form_theorem, evaluation_error = staged.evaluation_error,
    evaluator_version = %(evaluator_version)s, evaluated_at = now()
from formula_staging as staged
where formula.key = staged.key

-- remove_stale_vectors --
-- Vectors of formulas that, after all, do not converge, or lie elsewhere.
delete from formula_vector
using formula_staging as staged, formula
where formula.key = staged.key and formula_vector.formula_id = formula.id
    and formula_vector.vector_version = %(vector_version)s
    and staged.vector is distinct from formula_vector.vector

-- withdraw_exclusions --
-- What was said to be excluded for formulas that are evaluated anew, guesses too: how many constants were tried.
with gone as (
    delete from exclusion where formula_id = any (%(ids)s) returning formula_id, constants_tried
), wrong as (
    delete from guess where formula_id = any (%(ids)s) and outcome <> 'found'
)
select formula_id, max(constants_tried)::integer as constants from gone group by formula_id order by formula_id

-- relations_depending_on --
-- Relations of formulas, and those of others that refer to them.
select id from relation where formula_id = any (%(ids)s)
union
select relation_id from relation_term where other_formula_id = any (%(ids)s)
order by 1

-- doubt_relation --
-- A relation that does not hold any more is only a numerical one; one that a file has told stays what it is.
update relation
set proof = case proof when 'imported' then proof else 'numerical' end, theorem = null,
    digits_verified = null, code_version = %(code_version)s
where id = %(id)s

-- confirm_relation --
-- Both sides, evaluated anew, agree.
update relation
set digits_verified = %(digits)s, proof = case proof when 'imported' then 'verified' else proof end,
    code_version = %(code_version)s
where id = %(id)s and digits_verified is distinct from %(digits)s
