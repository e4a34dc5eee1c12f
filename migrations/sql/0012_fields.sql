-- Matrix fields and their trajectories, and which formulas are representations of which trajectory.

CREATE TABLE field (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    rank SMALLINT NOT NULL,
    axes TEXT[] NOT NULL,
    definition TEXT NOT NULL,
    matrices JSONB,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT field_pkey PRIMARY KEY (id),
    CONSTRAINT field_name_key UNIQUE (name),
    CONSTRAINT field_rank_check CHECK (rank >= 2 AND cardinality(axes) >= 1)
);
COMMENT ON TABLE field IS
    'Conservative matrix fields: those that trajectories were walked in, and the user''s own';
COMMENT ON COLUMN field.id IS 'Number of the row';
COMMENT ON COLUMN field.name IS 'Name, such as 3F2(1), pi or one that its author gave';
COMMENT ON COLUMN field.rank IS 'Number of rows of its matrices';
COMMENT ON COLUMN field.axes IS 'Names of the axes, in the order of directions and starts';
COMMENT ON COLUMN field.definition IS 'What its matrices are, in words';
COMMENT ON COLUMN field.matrices IS
    'Rows of polynomials in the axes, by axis, as text; NULL: a field that the program defines itself';
COMMENT ON COLUMN field.added_at IS 'When it came into the catalogue (UTC)';

CREATE TABLE field_constant (
    field_id BIGINT NOT NULL,
    residues TEXT[] NOT NULL,
    constant_id BIGINT NOT NULL,
    proof TEXT NOT NULL,
    CONSTRAINT field_constant_pkey PRIMARY KEY (field_id, residues),
    CONSTRAINT field_constant_field_id_fkey FOREIGN KEY(field_id) REFERENCES field (id) ON DELETE CASCADE,
    CONSTRAINT field_constant_constant_id_fkey FOREIGN KEY(constant_id) REFERENCES constant (id) ON DELETE CASCADE,
    CONSTRAINT field_constant_proof_check
        CHECK (proof IN ('imported', 'numerical', 'verified', 'closed_form', 'theorem'))
);
COMMENT ON TABLE field_constant IS
    'The constant of which the limits of trajectories are maps, by the residue class of their start';
COMMENT ON COLUMN field_constant.field_id IS 'The field';
COMMENT ON COLUMN field_constant.residues IS 'The coordinates of the start mod 1, such as 1/2';
COMMENT ON COLUMN field_constant.constant_id IS 'The constant';
COMMENT ON COLUMN field_constant.proof IS
    'What stands behind the limit that it was read off: imported, numerical, verified, closed_form, theorem';

CREATE TABLE trajectory (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    field_id BIGINT NOT NULL,
    direction INTEGER[] NOT NULL,
    start TEXT[] NOT NULL,
    space_id BIGINT,
    space_rank BIGINT,
    status TEXT NOT NULL,
    status_reason TEXT,
    steps INTEGER NOT NULL,
    degree INTEGER,
    rate DOUBLE PRECISION,
    delta_limit DOUBLE PRECISION,
    code_version TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT trajectory_pkey PRIMARY KEY (id),
    CONSTRAINT trajectory_field_id_start_direction_key UNIQUE (field_id, start, direction),
    CONSTRAINT trajectory_field_id_fkey FOREIGN KEY(field_id) REFERENCES field (id) ON DELETE CASCADE,
    CONSTRAINT trajectory_space_id_fkey FOREIGN KEY(space_id) REFERENCES space (id) ON DELETE SET NULL,
    CONSTRAINT trajectory_status_check
        CHECK (status IN ('converges', 'diverges', 'singular', 'no_pcf', 'recurrence')),
    CONSTRAINT trajectory_steps_check CHECK (steps > 0)
);
CREATE INDEX trajectory_space_id_idx ON trajectory (space_id) WHERE space_id IS NOT NULL;
COMMENT ON TABLE trajectory IS 'Trajectories of matrix fields: a start and a direction each';
COMMENT ON COLUMN trajectory.id IS 'Number of the row';
COMMENT ON COLUMN trajectory.field_id IS 'The field';
COMMENT ON COLUMN trajectory.direction IS 'Steps along each axis from n to n + 1';
COMMENT ON COLUMN trajectory.start IS 'Rational coordinates, such as 1/2';
COMMENT ON COLUMN trajectory.space_id IS 'The space it was walked in; NULL: by hand, or by unify';
COMMENT ON COLUMN trajectory.space_rank IS 'Its rank there; NULL: in no space';
COMMENT ON COLUMN trajectory.status IS
    'What its matrices give: converges, diverges, singular, no_pcf, recurrence';
COMMENT ON COLUMN trajectory.status_reason IS 'Why, in words; NULL: it converges';
COMMENT ON COLUMN trajectory.steps IS 'Steps from n to n + 1, the sum of the sizes of the direction';
COMMENT ON COLUMN trajectory.degree IS
    'Degree of a of its continued fraction; NULL: it has none';
COMMENT ON COLUMN trajectory.rate IS
    'Natural logarithm of the factor by which errors fall from n to n + 1; NULL: no exponential convergence';
COMMENT ON COLUMN trajectory.delta_limit IS 'Limit of delta, an estimate; NULL: none was made';
COMMENT ON COLUMN trajectory.code_version IS 'Version of the program that walked it';
COMMENT ON COLUMN trajectory.found_at IS 'When it was walked (UTC)';

CREATE TABLE representation (
    formula_id BIGINT NOT NULL,
    trajectory_id BIGINT NOT NULL,
    map NUMERIC[] NOT NULL,
    equivalence JSONB,
    code_version TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT representation_pkey PRIMARY KEY (formula_id, trajectory_id),
    CONSTRAINT representation_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT representation_trajectory_id_fkey FOREIGN KEY(trajectory_id)
        REFERENCES trajectory (id) ON DELETE CASCADE,
    CONSTRAINT representation_map_check CHECK (cardinality(map) = 4)
);
CREATE INDEX representation_trajectory_id_idx ON representation (trajectory_id);
COMMENT ON TABLE representation IS
    'Which formulas are which trajectories: the continued fraction of one, or equivalent to it';
COMMENT ON COLUMN representation.formula_id IS 'The formula';
COMMENT ON COLUMN representation.trajectory_id IS 'The trajectory';
COMMENT ON COLUMN representation.map IS
    'x, y, z, w of L = (x + y q)/(z + w q) for the limit L of the formula, where q is the limit of the quotients in the last column of M(1) ... M(n)';
COMMENT ON COLUMN representation.equivalence IS
    'The equivalence of the formula to the continued fraction of the trajectory, as a step of a proof; NULL: it is that continued fraction itself';
COMMENT ON COLUMN representation.code_version IS 'Version of the program that found it';
COMMENT ON COLUMN representation.found_at IS 'When it was found (UTC)';

create view trajectories as
select
    trajectory.id,
    field.name as field,
    trajectory.direction,
    trajectory.start,
    trajectory.status,
    trajectory.status_reason,
    representation.formula_id,
    formulas.formula,
    representation.equivalence is null as is_itself,
    representation.map,
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
comment on column trajectories.direction is 'Steps along each axis from n to n + 1';
comment on column trajectories.start is 'Rational coordinates, such as 1/2';
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
