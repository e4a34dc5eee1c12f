-- Classes of equivalent formulas: each formula with the one that stands for its class, and the proof of it.

CREATE TABLE equivalence (
    formula_id BIGINT NOT NULL,
    class_id BIGINT NOT NULL,
    bucket BYTEA,
    folds SMALLINT[],
    matrix JSONB,
    scale JSONB,
    regular_from INTEGER,
    map NUMERIC[],
    open_reason TEXT,
    code_version TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT equivalence_pkey PRIMARY KEY (formula_id),
    CONSTRAINT equivalence_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT equivalence_class_id_fkey FOREIGN KEY(class_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT equivalence_proof_check
        CHECK ((formula_id = class_id) = (map IS NULL) AND num_nulls(folds, matrix, scale, regular_from, map) IN (0, 5))
);
CREATE INDEX equivalence_bucket_idx ON equivalence (bucket) WHERE formula_id = class_id;
CREATE INDEX equivalence_class_id_idx ON equivalence (class_id) WHERE formula_id <> class_id;
COMMENT ON TABLE equivalence IS
    'Classes of canonical formulas whose recurrences are proved to be equivalent, each with its class''s representative';
COMMENT ON COLUMN equivalence.formula_id IS 'The formula';
COMMENT ON COLUMN equivalence.class_id IS 'Its class: the number of the formula that represents it, itself for that one';
COMMENT ON COLUMN equivalence.bucket IS
    'What all equivalent formulas have in common, as 14 bytes: only formulas of one bucket are compared; NULL: none can be';
COMMENT ON COLUMN equivalence.folds IS
    'Steps of the formula, and of the representative, that are taken as one; NULL: it is the representative';
COMMENT ON COLUMN equivalence.matrix IS
    'U, two rows of two polynomials, coefficients, constant first: C1(n) U(n+1) = lambda(n) U(n) C2(n); NULL: as folds';
COMMENT ON COLUMN equivalence.scale IS 'lambda, numerator and denominator, as in matrix; NULL: as folds';
COMMENT ON COLUMN equivalence.regular_from IS 'det U(n) is not 0 for n from here on; NULL: as folds';
COMMENT ON COLUMN equivalence.map IS
    'x, y, z, w of L = (x + y M)/(z + w M), M the limit of the representative; NULL: as folds';
COMMENT ON COLUMN equivalence.open_reason IS
    'Why its equivalence to another class of the bucket could not be decided; NULL: all that were compared are decided';
COMMENT ON COLUMN equivalence.code_version IS 'Version of the program that decided';
COMMENT ON COLUMN equivalence.decided_at IS 'When it was decided (UTC)';

create view classes as
select
    equivalence.class_id,
    coalesce(formula_text(representative.a, representative.b), representative.definition) as representative,
    count(*) as formulas,
    count(*) filter (where best.proof = 'theorem') as formulas_proved,
    (array_agg(best.constant order by best.strength desc, formula.complexity, formula.id)
        filter (where best.constant is not null))[1] as constant,
    max(formula.delta) as best_delta
from equivalence
join formula as representative on representative.id = equivalence.class_id
join formula on formula.id = equivalence.formula_id
left join lateral (
    select constant.name as constant, relation.proof, proof_strength(relation.proof) as strength
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.formula_id = formula.id and relation.kind <> 'formula'
        and relation.proof in ('verified', 'closed_form', 'theorem') and not is_rejected(relation)
    order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true
group by equivalence.class_id, representative.id;
comment on view classes is
    'Classes of canonical formulas whose recurrences are proved to be equivalent: their limits are Moebius maps of each other';
comment on column classes.class_id is 'Number of the class: that of the formula that represents it';
comment on column classes.representative is 'The formula that represents it';
comment on column classes.formulas is 'Number of its canonical formulas in the catalogue';
comment on column classes.formulas_proved is 'How many of them have a relation that is a theorem';
comment on column classes.constant is 'The constant of its best relation; NULL: none has one';
comment on column classes.best_delta is 'Largest delta among them; NULL: none has one';

create view equivalents as
select
    equivalence.formula_id,
    coalesce(formula_text(formula.a, formula.b), formula.definition) as formula,
    equivalence.class_id,
    coalesce(formula_text(representative.a, representative.b), representative.definition) as representative,
    equivalence.folds,
    equivalence.map,
    equivalence.matrix,
    equivalence.regular_from,
    equivalence.open_reason,
    equivalence.decided_at
from equivalence
join formula on formula.id = equivalence.formula_id
join formula as representative on representative.id = equivalence.class_id;
comment on view equivalents is 'Canonical formulas with the representative of their class and the map from its limit';
comment on column equivalents.formula_id is 'Number of the formula';
comment on column equivalents.formula is 'The formula';
comment on column equivalents.class_id is 'Number of its class: that of the formula that represents it';
comment on column equivalents.representative is 'The formula that represents it';
comment on column equivalents.folds is
    'Steps of the formula, and of the representative, that are taken as one; NULL: it is the representative';
comment on column equivalents.map is
    'x, y, z, w of L = (x + y M)/(z + w M), M the limit of the representative; NULL: it is the representative';
comment on column equivalents.matrix is 'The matrix U of the proof, as in the table equivalence';
comment on column equivalents.regular_from is 'det U(n) is not 0 for n from here on';
comment on column equivalents.open_reason is 'Why its equivalence to another class could not be decided; NULL: nothing is open';
comment on column equivalents.decided_at is 'When it was decided (UTC)';
