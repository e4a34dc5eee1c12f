-- Limits of trajectories of rank 3 and more, which are no continued fractions.

CREATE TABLE recurrence_limit (
    trajectory_id BIGINT NOT NULL,
    place SMALLINT NOT NULL,
    limit_value TEXT NOT NULL,
    limit_digits INTEGER NOT NULL,
    bound_kind TEXT NOT NULL,
    expression TEXT,
    proof TEXT,
    delta DOUBLE PRECISION,
    delta_depth INTEGER,
    code_version TEXT NOT NULL,
    CONSTRAINT recurrence_limit_pkey PRIMARY KEY (trajectory_id, place),
    CONSTRAINT recurrence_limit_trajectory_id_fkey FOREIGN KEY(trajectory_id)
        REFERENCES trajectory (id) ON DELETE CASCADE,
    CONSTRAINT recurrence_limit_bound_kind_check CHECK (bound_kind IN ('ball', 'agreement', 'imported')),
    CONSTRAINT recurrence_limit_proof_check
        CHECK (proof IS NULL OR proof IN ('imported', 'numerical', 'verified', 'closed_form', 'theorem')),
    CONSTRAINT recurrence_limit_delta_check CHECK ((delta IS NULL) = (delta_depth IS NULL))
);
COMMENT ON TABLE recurrence_limit IS
    'Limits of trajectories of rank 3 and more: ratios of the solution that the cofactor matrix tends to';
COMMENT ON COLUMN recurrence_limit.trajectory_id IS 'The trajectory';
COMMENT ON COLUMN recurrence_limit.place IS 'Entry of the solution over the last one, from 1';
COMMENT ON COLUMN recurrence_limit.limit_value IS 'The ratio in decimal';
COMMENT ON COLUMN recurrence_limit.limit_digits IS 'Significant digits of it, to which two depths agree';
COMMENT ON COLUMN recurrence_limit.bound_kind IS
    'What stands behind the digits: ball, agreement (of two depths: no proof), imported';
COMMENT ON COLUMN recurrence_limit.expression IS 'The limit in constants; NULL: none was found';
COMMENT ON COLUMN recurrence_limit.proof IS 'What stands behind the expression; NULL: none was found';
COMMENT ON COLUMN recurrence_limit.delta IS 'Irrationality measure shown at delta_depth; NULL: not known';
COMMENT ON COLUMN recurrence_limit.delta_depth IS 'n at which delta is taken; NULL: not known';
COMMENT ON COLUMN recurrence_limit.code_version IS 'Version of the program that found it';
