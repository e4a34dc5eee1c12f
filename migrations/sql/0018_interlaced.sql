-- Continued fractions with a rule of several terms, which formulas are the contractions of.

CREATE TABLE interlaced (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    formula_id BIGINT NOT NULL,
    fraction TEXT NOT NULL,
    first_terms TEXT[] NOT NULL,
    denominators TEXT[] NOT NULL,
    numerators TEXT[] NOT NULL,
    signs SMALLINT[],
    map NUMERIC[] NOT NULL,
    value TEXT,
    guessed_from INTEGER,
    code_version TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT interlaced_pkey PRIMARY KEY (id),
    CONSTRAINT interlaced_formula_id_fraction_key UNIQUE (formula_id, fraction),
    CONSTRAINT interlaced_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT interlaced_map_check CHECK (cardinality(map) = 4),
    CONSTRAINT interlaced_period_check
        CHECK (cardinality(denominators) >= 1 AND cardinality(numerators) = cardinality(denominators))
);
COMMENT ON TABLE interlaced IS
    'Continued fractions with first terms and a rule of several terms, and the formulas that they are contracted to';
COMMENT ON COLUMN interlaced.id IS 'Number of the row';
COMMENT ON COLUMN interlaced.formula_id IS 'The formula';
COMMENT ON COLUMN interlaced.fraction IS 'The fraction, such as CF((1, 1); (1, k), (1, k) for k >= 1)';
COMMENT ON COLUMN interlaced.first_terms IS 'Denominator and numerator above it of each term before the rule';
COMMENT ON COLUMN interlaced.denominators IS 'Denominators of the terms of a period, functions of k >= 1';
COMMENT ON COLUMN interlaced.numerators IS 'Numerators above these, functions of k >= 1';
COMMENT ON COLUMN interlaced.signs IS 'The numerators of a period where all are 1 or -1; NULL: others';
COMMENT ON COLUMN interlaced.map IS
    'x, y, z, w of (x + y L)/(z + w L), the value of the fraction, L the limit of the formula';
COMMENT ON COLUMN interlaced.value IS
    'The number in which expand found the fraction, such as (1 + e)/(e - 1); NULL: it was typed';
COMMENT ON COLUMN interlaced.guessed_from IS 'Numbers from which the rule was guessed; NULL: it was given';
COMMENT ON COLUMN interlaced.code_version IS 'Version of the program that contracted it';
COMMENT ON COLUMN interlaced.found_at IS 'When it came into the catalogue (UTC)';
