-- Linear recurrences of order 3 and more become formulas of a kind of their own, and have the limits that trajectories
-- had. Which recurrence a trajectory is the matrices of its field say: `formulary init` enters it, with its limits.

insert into formula_kind (name, meaning)
values ('recurrence', 'Linear recurrence v(n + 1) = v(n) M(n) of order 3 or more, by the polynomial matrix M(n)')
on conflict do nothing;

drop table recurrence_limit;
CREATE TABLE recurrence_limit (
    formula_id BIGINT NOT NULL,
    place SMALLINT NOT NULL,
    limit_value TEXT NOT NULL,
    limit_digits INTEGER NOT NULL,
    bound_kind TEXT NOT NULL,
    expression TEXT,
    proof TEXT,
    delta DOUBLE PRECISION,
    delta_depth INTEGER,
    code_version TEXT NOT NULL,
    CONSTRAINT recurrence_limit_pkey PRIMARY KEY (formula_id, place),
    CONSTRAINT recurrence_limit_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT recurrence_limit_bound_kind_check CHECK (bound_kind IN ('ball', 'agreement', 'imported')),
    CONSTRAINT recurrence_limit_proof_check
        CHECK (proof IS NULL OR proof IN ('imported', 'numerical', 'verified', 'closed_form', 'theorem')),
    CONSTRAINT recurrence_limit_delta_check CHECK ((delta IS NULL) = (delta_depth IS NULL))
);
COMMENT ON TABLE recurrence_limit IS
    'Limits of recurrences: ratios of the solution that the cofactor matrix of M(1) ... M(n) tends to';
COMMENT ON COLUMN recurrence_limit.formula_id IS 'The formula, of kind recurrence';
COMMENT ON COLUMN recurrence_limit.place IS
    'Entry of the solution over the last one, from 1; the first limit is that of the formula';
COMMENT ON COLUMN recurrence_limit.limit_value IS 'The ratio in decimal';
COMMENT ON COLUMN recurrence_limit.limit_digits IS 'Significant digits of it, to which two depths agree';
COMMENT ON COLUMN recurrence_limit.bound_kind IS
    'What stands behind the digits: ball, agreement (of two depths: no proof), imported';
COMMENT ON COLUMN recurrence_limit.expression IS 'The limit in constants; NULL: none was found';
COMMENT ON COLUMN recurrence_limit.proof IS 'What stands behind the expression; NULL: none was found';
COMMENT ON COLUMN recurrence_limit.delta IS 'Irrationality measure shown at delta_depth; NULL: not known';
COMMENT ON COLUMN recurrence_limit.delta_depth IS 'n at which delta is taken; NULL: not known';
COMMENT ON COLUMN recurrence_limit.code_version IS 'Version of the program that found it';

ALTER TABLE representation ALTER COLUMN map DROP NOT NULL;
COMMENT ON COLUMN representation.map IS
    'x, y, z, w of L = (x + y q)/(z + w q) for the limit L of the formula, where q is the limit of the quotients in the last column of M(1) ... M(n); NULL: a recurrence, whose matrix is M(n)';

comment on column trajectories.map is
    'x, y, z, w of L = (x + y q)/(z + w q), L the limit of the formula, q that of the quotients along the trajectory; NULL: no formula, or a recurrence';
comment on column trajectories.is_itself is
    'Whether the formula is the continued fraction or the recurrence of the trajectory; else it is equivalent to that';
