-- Spaces can be paused; views say what is identified, since a rational limit has no constant and yet a name.

ALTER TABLE space ADD COLUMN paused_at TIMESTAMP WITH TIME ZONE;
COMMENT ON COLUMN space.paused_at IS 'Since when its chunks are not handed out; NULL: they are (UTC)';

create or replace view progress as
select
    space.name as space,
    space.size,
    count(chunk.id) as chunks,
    count(chunk.id) filter (where chunk.state = 'open') as chunks_open,
    count(chunk.id) filter (where chunk.state = 'leased') as chunks_leased,
    count(chunk.id) filter (where chunk.state = 'done') as chunks_done,
    count(chunk.id) filter (where chunk.state = 'failed') as chunks_failed,
    coalesce(sum(chunk.last_rank - chunk.first_rank) filter (where chunk.state = 'done'), 0)::bigint as ranks_done,
    coalesce(sum(chunk.formulas_new), 0)::bigint as formulas_new,
    coalesce(sum(chunk.formulas_failed), 0)::bigint as formulas_failed,
    min(chunk.done_at) as first_done_at,
    max(chunk.done_at) as last_done_at,
    space.priority,
    space.paused_at,
    coalesce(sum(chunk.last_rank - chunk.first_rank) filter (where chunk.state in ('open', 'leased')), 0)::bigint
        as ranks_left
from space
left join chunk on chunk.space_id = space.id
group by space.id
order by space.priority desc, space.id;
comment on column progress.priority is 'Spaces of higher priority are worked on first';
comment on column progress.paused_at is 'Since when its chunks are not handed out (UTC); NULL: they are';
comment on column progress.ranks_left is 'Ranks that are not committed and not given up';

create or replace view formulas as
select
    formula.id,
    coalesce(formula_text(a, b), definition) as formula,
    polynomial_text(a) as a_text,
    polynomial_text(b) as b_text,
    small_coefficient(a, 0) as a0,
    small_coefficient(a, 1) as a1,
    small_coefficient(a, 2) as a2,
    small_coefficient(b, 0) as b0,
    small_coefficient(b, 1) as b1,
    small_coefficient(b, 2) as b2,
    cardinality(a) - 1 as deg_a,
    cardinality(b) - 1 as deg_b,
    (
        select case when max(abs(coefficient)) <= 9223372036854775807 then max(abs(coefficient))::bigint end
        from unnest(a || b) as coefficient
    ) as height,
    complexity,
    is_canonical,
    canonical_id,
    status,
    status_reason,
    convergence_class,
    limit_value,
    limit_digits,
    limit_error_log10,
    bound_kind,
    limit_exact,
    limit_float8,
    delta,
    delta_unreduced,
    delta_predicted,
    convergence_eta,
    convergence_gamma,
    convergence_beta,
    convergence_sqrt,
    q_eta,
    q_gamma,
    q_reduced_eta,
    q_reduced_gamma,
    gcd_eta,
    gcd_gamma,
    factorial_reduction,
    metrics_reason,
    family,
    closed_form,
    closed_form_theorem,
    best.constant,
    best.relation,
    best.proof,
    evaluation_error,
    evaluator_version,
    evaluated_at,
    coalesce(best.kind <> 'formula' and proof_strength(best.proof) > 1, false) as is_identified
from formula
left join lateral (
    select constant.name as constant, relation.expression as relation, relation.proof, relation.kind
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.formula_id = formula.id and not is_rejected(relation)
    order by
        relation.kind = 'formula', proof_strength(relation.proof) desc,
        relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true;
comment on column formulas.is_identified is
    'Whether a verified or proved relation to numbers or constants stands, as in view identified; also of mirrors';
comment on column formulas.formula is
    'The formula, such as PCF(2n + 1, n^2); one formula is found by pcf(''2n+1'', ''n^2''), which reads an index: a condition on this text reads every row';
comment on column formulas.constant is
    'Constant of the best relation; NULL: none in it, as where the limit is rational or algebraic, or no relation: see is_identified';
comment on column identified.constant is
    'Constant of its best relation; NULL: none in it, as where the limit is rational or algebraic';
comment on column relations.constant is 'The (first) constant in it; NULL: none, as where the limit is rational or algebraic';
comment on column relations.formula is
    'The formula, such as PCF(2n + 1, n^2); those of one formula are found by formula_id and pcf(''2n+1'', ''n^2''), which read indexes: a condition on this text reads every row';
