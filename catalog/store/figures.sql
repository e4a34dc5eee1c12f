-- What pictures show.

-- plot_points --
-- Two figures of canonical formulas and the number of a group, 0 for none; for COPY, run as the reader. Source, group,
-- columns and condition are filled in. An axis ends where the difference of two doubles does: a figure that is infinite,
-- no number, or beyond 10^300 is left out.
{source}
select coalesce(({group})::bigint, 0), formulas.{x}::float8, formulas.{y}::float8
from formulas
{join}
where formulas.is_canonical
    and formulas.{x}::float8 between -1e300 and 1e300
    and formulas.{y}::float8 between -1e300 and 1e300 and (
{where}
)

-- plot_formulas --
-- The view formulas without its best relation, which takes a search a row.
with formulas as (
    select
        id, coalesce(formula_text(a, b), definition) as formula,
        polynomial_text(a) as a_text, polynomial_text(b) as b_text,
        small_coefficient(a, 0) as a0, small_coefficient(a, 1) as a1, small_coefficient(a, 2) as a2,
        small_coefficient(b, 0) as b0, small_coefficient(b, 1) as b1, small_coefficient(b, 2) as b2,
        cardinality(a) - 1 as deg_a, cardinality(b) - 1 as deg_b, formula_height(a, b) as height, complexity,
        is_canonical, canonical_id, status, status_reason, convergence_class, limit_value, limit_digits,
        limit_error_log10, bound_kind, limit_exact, limit_float8, delta, delta_unreduced, delta_predicted,
        convergence_eta, convergence_gamma, convergence_beta, convergence_sqrt, q_eta, q_gamma, q_reduced_eta,
        q_reduced_gamma, gcd_eta, gcd_gamma, factorial_reduction, metrics_reason, family, closed_form,
        closed_form_theorem, evaluation_error, evaluator_version, evaluated_at
    from formula
)

-- plot_by_constant --
-- The constant of each formula by its best verified relation; -1 rational, -2 quadratic, -3 another algebraic number.
left join (
    select distinct on (relation.formula_id)
        relation.formula_id,
        coalesce(
            relation.constant_id, case relation.kind when 'rational' then -1 when 'quadratic' then -2 else -3 end
        ) as number
    from relation
    where relation.proof not in ('imported', 'numerical')
        and relation.kind in ('rational', 'quadratic', 'algebraic', 'moebius')
        and not exists (
            select from rejection
            where rejection.formula_id = relation.formula_id
                and rejection.kind = relation.kind
                and rejection.expression = relation.expression
        )
    order by
        relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
) as best on best.formula_id = formulas.id

-- plot_by_cluster --
-- The cluster of each formula in the current clustering.
left join cluster_member as member on member.formula_id = formulas.id
    and member.clustering_id = (select clustering.id from clustering where clustering.state = 'current')

-- plot_constant_names --
-- Constants by number.
select id, name from constant

-- plot_cluster_names --
-- Labels of the clusters in use, or the names that people gave them, by number.
select id, coalesce(given_name, label) from clusters where retired_at is null

-- plot_vectors --
-- Neighbour vectors of canonical formulas, for COPY.
select formula_vector.formula_id, formula_vector.vector
from formula_vector
join formula on formula.id = formula_vector.formula_id and formula.is_canonical
where formula_vector.vector_version = {vector_version}
order by formula_vector.formula_id

-- plot_members --
-- Members of the clusters of the current clustering, for COPY.
select cluster_member.formula_id, cluster_member.cluster_id::float8
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
where cluster_member.cluster_id is not null
order by cluster_member.formula_id

-- plot_growth --
-- Formulas by the moment of their transaction.
select evaluated_at, count(*) from formula group by evaluated_at order by evaluated_at

-- plot_identified --
-- Canonical formulas by the moment in which their first verified relation to numbers or constants was found.
select first_found, count(*)
from (
    select min(relation.found_at) as first_found
    from relation
    join formula on formula.id = relation.formula_id and formula.is_canonical
    where relation.proof not in ('imported', 'numerical') and relation.kind <> 'formula'
        and not exists (
            select from rejection
            where (rejection.formula_id, rejection.kind, rejection.expression)
                = (relation.formula_id, relation.kind, relation.expression)
        )
    group by relation.formula_id
) as found
group by first_found
order by first_found
