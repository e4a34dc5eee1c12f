-- Recurrences of order 3 and more: formulas of kind recurrence, with their limits.

-- insert_recurrence --
-- A recurrence; one that is known stays as it is, and gives no row.
insert into formula (
    kind, definition, key, is_canonical, status, status_reason, convergence_class, limit_value, limit_digits,
    limit_error_log10, bound_kind, limit_float8, convergence_gamma, metrics_reason, evaluation_error,
    evaluator_version, complexity
)
values (
    'recurrence', %(definition)s, %(key)s, true, %(status)s, %(status_reason)s, %(convergence_class)s, %(limit_value)s,
    %(limit_digits)s, %(limit_error_log10)s, %(bound_kind)s, %(limit_float8)s, %(convergence_gamma)s,
    %(metrics_reason)s, %(evaluation_error)s, %(evaluator_version)s, %(complexity)s
)
on conflict (key) do nothing
returning id

-- recurrence_id --
-- The number of a recurrence that is known.
select id from formula where key = %(key)s

-- insert_limits --
-- The limits of a recurrence, by arrays; those that are known are replaced.
insert into recurrence_limit (
    formula_id, place, limit_value, limit_digits, bound_kind, expression, proof, delta, delta_depth, code_version
)
select
    %(formula_id)s, given.place, given.limit_value, given.limit_digits, given.bound_kind, given.expression, given.proof,
    given.delta, given.delta_depth, %(code_version)s
from unnest(
    %(places)s::smallint[], %(limit_values)s::text[], %(limit_digits)s::integer[], %(bound_kinds)s::text[],
    %(expressions)s::text[], %(proofs)s::text[], %(deltas)s::float8[], %(delta_depths)s::integer[]
) as given (place, limit_value, limit_digits, bound_kind, expression, proof, delta, delta_depth)
on conflict (formula_id, place) do update
set limit_value = excluded.limit_value, limit_digits = excluded.limit_digits, bound_kind = excluded.bound_kind,
    expression = excluded.expression, proof = excluded.proof, delta = excluded.delta,
    delta_depth = excluded.delta_depth, code_version = excluded.code_version

-- limits_of --
-- Limits of recurrences by their numbers.
select formula_id, place, limit_value, limit_digits, bound_kind, expression, proof, delta, delta_depth
from recurrence_limit
where formula_id = any (%(ids)s)
order by formula_id, place

-- unentered --
-- Trajectories of rank 3 and more that no formula represents, by number: those of a catalogue before these were
-- formulas.
select
    trajectory.id, field.name, field.matrices, trajectory.direction, trajectory.start
from trajectory
join field on field.id = trajectory.field_id
where trajectory.status = 'recurrence' and trajectory.id > %(after)s
    and not exists (select from representation where representation.trajectory_id = trajectory.id)
order by trajectory.id
limit %(limit)s
