-- The columns of the view trajectories become plain types, as all views have them for clients of every kind.

drop view trajectories;
create view trajectories as
select
    trajectory.id,
    field.name as field,
    array_to_string(trajectory.direction, ', ') as direction,
    array_to_string(trajectory.start, ', ') as start,
    trajectory.status,
    trajectory.status_reason,
    representation.formula_id,
    formulas.formula,
    representation.equivalence is null as is_itself,
    array_to_string(representation.map, ', ') as map,
    formulas.constant,
    formulas.relation,
    formulas.proof,
    formulas.limit_value,
    trajectory.rate,
    trajectory.rate / greatest(trajectory.degree, 1) as rate_per_degree,
    trajectory.rate / trajectory.steps as rate_per_step,
    trajectory.degree,
    trajectory.steps,
    formulas.delta,
    trajectory.delta_limit,
    space.name as space,
    trajectory.space_rank
from trajectory
join field on field.id = trajectory.field_id
left join space on space.id = trajectory.space_id
left join representation on representation.trajectory_id = trajectory.id
left join formulas on formulas.id = representation.formula_id;
comment on view trajectories is
    'Trajectories of matrix fields with the formulas that they represent: a row for each pair';
comment on column trajectories.id is 'Number of the trajectory';
comment on column trajectories.field is 'Name of the field, such as 3F2(1)';
comment on column trajectories.direction is 'Steps along each axis from n to n + 1, such as 1, 1, 2';
comment on column trajectories.start is 'Rational coordinates, such as 1, 1/2, 3/2';
comment on column trajectories.status is 'What its matrices give: converges, diverges, singular, no_pcf, recurrence';
comment on column trajectories.status_reason is 'Why, in words; NULL: it converges';
comment on column trajectories.formula_id is 'Number of the formula; NULL: the trajectory has none';
comment on column trajectories.formula is 'The formula, such as PCF(2n + 1, n^2); NULL: the trajectory has none';
comment on column trajectories.is_itself is
    'Whether the formula is the continued fraction of the trajectory; else it is equivalent to that';
comment on column trajectories.map is
    'x, y, z, w of L = (x + y q)/(z + w q), L the limit of the formula, q that of the quotients along the trajectory; NULL: no formula';
comment on column trajectories.constant is 'Constant of the best relation of the formula; NULL: none';
comment on column trajectories.relation is 'That relation, such as 4/pi; NULL: none';
comment on column trajectories.proof is 'What stands behind that relation; NULL: no relation';
comment on column trajectories.limit_value is 'Limit of the formula in decimal; NULL: none';
comment on column trajectories.rate is
    'Natural logarithm of the factor by which errors fall from n to n + 1; NULL: no exponential convergence';
comment on column trajectories.rate_per_degree is 'The rate over the degree of a, what binary splitting pays; NULL: no rate';
comment on column trajectories.rate_per_step is 'The rate over the steps of the field; NULL: no rate';
comment on column trajectories.degree is 'Degree of a of its continued fraction; NULL: it has none';
comment on column trajectories.steps is 'Steps of the field from n to n + 1';
comment on column trajectories.delta is 'Irrationality measure that the formula shows at n = 1000; NULL: not known';
comment on column trajectories.delta_limit is 'Limit of delta, an estimate; NULL: none was made';
comment on column trajectories.space is 'Space it was walked in; NULL: none';
comment on column trajectories.space_rank is 'Its rank there; NULL: in no space';
