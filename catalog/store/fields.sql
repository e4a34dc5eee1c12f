-- Matrix fields, trajectories, and the formulas that these represent.

-- add_field --
-- A field; one of this name stays as it is.
insert into field (name, rank, axes, definition, matrices)
values (%(name)s, %(rank)s, %(axes)s, %(definition)s, %(matrices)s)
on conflict (name) do nothing

-- remove_field --
-- A field with its trajectories.
delete from field where name = %(name)s

-- fields --
-- Fields with how many trajectories and formulas they have, in the order in which they came.
select
    field.id, field.name, field.rank, field.axes, field.definition, field.matrices,
    count(distinct trajectory.id) as trajectories,
    count(distinct representation.formula_id) as formulas
from field
left join trajectory on trajectory.field_id = field.id
left join representation on representation.trajectory_id = trajectory.id
where %(name)s::text is null or field.name = %(name)s
group by field.id
order by field.id

-- field_constants --
-- The constants of a field by the residue class of the start.
select field_constant.residues, constant.name as constant, constant.expression, field_constant.proof
from field_constant
join field on field.id = field_constant.field_id
join constant on constant.id = field_constant.constant_id
where field.name = %(name)s
order by field_constant.residues

-- trajectories_of --
-- Trajectories of a field, the fastest a degree first; the formula of each that is its continued fraction, if any.
select distinct on (view.rate_per_degree, view.id)
    view.id, view.field, trajectory.direction, trajectory.start, view.status, view.status_reason, view.formula_id,
    view.formula, view.is_itself, representation.map, view.constant, view.relation, view.proof, view.limit_value,
    view.rate, view.rate_per_degree, view.rate_per_step, view.degree, view.steps, view.delta, view.delta_limit,
    view.space, view.space_rank
from trajectories as view
join trajectory on trajectory.id = view.id
left join representation
    on (representation.trajectory_id, representation.formula_id) = (view.id, view.formula_id)
where view.field = %(name)s
order by view.rate_per_degree desc nulls last, view.id, view.is_itself desc
limit %(limit)s

-- representations_of --
-- The trajectories that a formula, or its canonical formula, represents; its own first.
select
    representation.formula_id, representation.formula_id = %(id)s as is_own, field.name as field, trajectory.direction, trajectory.start, representation.map as coefficients,
    representation.equivalence is null as is_itself, representation.equivalence -> 'folds' as folds,
    trajectory.rate, trajectory.steps, trajectory.degree, trajectory.delta_limit, representation.code_version
from representation
join trajectory on trajectory.id = representation.trajectory_id
join field on field.id = trajectory.field_id
where representation.formula_id in (select unnest(array[id, canonical_id]) from formula where id = %(id)s)
order by is_itself desc, trajectory.steps, trajectory.id

-- insert_trajectories --
-- Trajectories by arrays; one that is known stays, and is of the space where it was of none.
insert into trajectory (
    field_id, direction, start, space_id, space_rank, status, status_reason, steps, degree, rate, delta_limit,
    code_version
)
select
    field.id, given.direction::integer[], given.start::text[], %(space_id)s, given.space_rank, given.status,
    given.status_reason, given.steps, given.degree, given.rate, given.delta_limit, %(code_version)s
from unnest(
    %(fields)s::text[], %(directions)s::text[], %(starts)s::text[], %(space_ranks)s::bigint[], %(statuses)s::text[],
    %(reasons)s::text[], %(steps)s::integer[], %(degrees)s::integer[], %(rates)s::float8[], %(delta_limits)s::float8[]
) as given (field, direction, start, space_rank, status, status_reason, steps, degree, rate, delta_limit)
join field on field.name = given.field
order by field.id, given.start, given.direction
on conflict (field_id, start, direction) do update
set space_id = coalesce(trajectory.space_id, excluded.space_id),
    space_rank = coalesce(trajectory.space_rank, excluded.space_rank),
    delta_limit = coalesce(trajectory.delta_limit, excluded.delta_limit)

-- insert_representations --
-- Which formulas are which trajectories, by arrays; what is known stays, unless it was known by an equivalence only.
insert into representation (formula_id, trajectory_id, map, equivalence, code_version)
select given.formula_id, trajectory.id, given.map::numeric[], given.equivalence::jsonb, %(code_version)s
from unnest(
    %(formula_ids)s::bigint[], %(fields)s::text[], %(directions)s::text[], %(starts)s::text[], %(maps)s::text[],
    %(equivalences)s::text[]
) as given (formula_id, field, direction, start, map, equivalence)
join field on field.name = given.field
join trajectory on (trajectory.field_id, trajectory.start, trajectory.direction)
    = (field.id, given.start::text[], given.direction::integer[])
order by given.formula_id, trajectory.id
on conflict (formula_id, trajectory_id) do update
set map = excluded.map, equivalence = null, code_version = excluded.code_version, found_at = now()
where representation.equivalence is not null and excluded.equivalence is null

-- insert_field_constants --
-- The constants of residue classes, as the relations of the formulas of trajectories name them; the best proof of each.
insert into field_constant (field_id, residues, constant_id, proof)
select distinct on (field.id, given.residues) field.id, given.residues::text[], relation.constant_id, relation.proof
from unnest(%(formula_ids)s::bigint[], %(fields)s::text[], %(residues)s::text[]) as given (formula_id, field, residues)
join field on field.name = given.field
join relation on relation.formula_id = given.formula_id
where relation.kind = 'moebius' and relation.constant_id is not null and proof_strength(relation.proof) >= 2
    and not is_rejected(relation)
order by field.id, given.residues, proof_strength(relation.proof) desc, relation.id
on conflict (field_id, residues) do update
set constant_id = excluded.constant_id, proof = excluded.proof
where proof_strength(excluded.proof) > proof_strength(field_constant.proof)

-- unplaced --
-- Formulas that converge and represent no trajectory, after a number, in order; mirrors and inflations of others not.
select formula.id, formula.a, formula.b
from formula
where formula.id > %(after)s and formula.canonical_id is null and formula.status = 'converges' and formula.kind = 'pcf'
    and (%(source)s::text is null or exists (
        select from source join formula as any_form on any_form.id = source.formula_id
        where coalesce(any_form.canonical_id, any_form.id) = formula.id
            and source.paper ilike '%%' || %(source)s || '%%'
    ))
    and not exists (select from representation where representation.formula_id = formula.id)
order by formula.id
limit %(limit)s

-- placed_counts --
-- How many formulas that converge there are, and places where they were published; and of both, those in a field.
select
    count(*) as formulas,
    count(*) filter (where placed) as formulas_placed,
    coalesce(sum(published), 0)::bigint as published,
    coalesce(sum(published) filter (where placed), 0)::bigint as published_placed
from (
    select
        exists (select from representation where representation.formula_id = formula.id) as placed,
        (
            select count(*) from source join formula as any_form on any_form.id = source.formula_id
            where coalesce(any_form.canonical_id, any_form.id) = formula.id
                and (%(source)s::text is null or source.paper ilike '%%' || %(source)s || '%%')
        ) as published
    from formula
    where formula.canonical_id is null and formula.status = 'converges' and formula.kind = 'pcf'
) as counted
where %(source)s::text is null or published > 0

-- walked_paths --
-- Trajectories that converge and are continued fractions of stored formulas, short ones first.
select field.name as field, trajectory.direction, trajectory.start
from trajectory
join field on field.id = trajectory.field_id
where trajectory.status = 'converges' and field.rank = 2 and (%(name)s::text is null or field.name = %(name)s)
order by trajectory.steps, trajectory.id
limit 5000

-- known_formulas --
-- Formulas by their keys.
select key, id from formula where key = any (%(keys)s)

-- formulas_walked --
-- Formulas that represent trajectories of the field and the start of a space, the simplest first.
select formula.a, formula.b
from formula
where formula.kind = 'pcf' and formula.status = 'converges' and formula.id in (
    select representation.formula_id
    from representation
    join trajectory on trajectory.id = representation.trajectory_id
    where (trajectory.field_id, trajectory.start) in (
        select field_id, start from trajectory where space_id = %(space_id)s limit 1
    )
)
order by formula.complexity, formula.id
limit %(limit)s

-- paths_of --
-- Trajectories that formulas represent, four of each: those whose continued fraction they are and short ones first.
select chosen.id as formula_id, walk.field, walk.direction, walk.start
from unnest(%(ids)s::bigint[]) as chosen (id)
cross join lateral (
    select field.name as field, trajectory.direction, trajectory.start
    from representation
    join trajectory on trajectory.id = representation.trajectory_id
    join field on field.id = trajectory.field_id and field.matrices is null
    where representation.formula_id = chosen.id and representation.map is not null
    order by representation.equivalence is not null, trajectory.steps, trajectory.id
    limit 4
) as walk
