-- Claims of imported files that nobody has evaluated: limits and relations that are neither enclosed nor verified.

ALTER TABLE formula
    DROP CONSTRAINT formula_bound_kind_check,
    ADD CONSTRAINT formula_bound_kind_check
        CHECK (bound_kind IS NULL OR bound_kind IN ('ball', 'agreement', 'imported'));
COMMENT ON COLUMN formula.bound_kind IS
    'What stands behind the limit: ball (an enclosure), agreement (of two depths: no proof), imported (a file says so, and nobody has evaluated it); NULL: no limit';
COMMENT ON COLUMN formula.evaluator_version IS
    'Version of the evaluator that made this row; 0: none, a file says so';
ALTER TABLE relation
    DROP CONSTRAINT relation_proof_check,
    ADD CONSTRAINT relation_proof_check
        CHECK (proof IN ('imported', 'numerical', 'verified', 'closed_form', 'theorem'));
COMMENT ON COLUMN relation.proof IS 'What stands behind it: imported, numerical, verified, closed_form, theorem';

create or replace function proof_strength(proof text) returns integer
    language sql immutable strict parallel safe
    return case proof
        when 'theorem' then 4 when 'closed_form' then 3 when 'verified' then 2 when 'imported' then 0 else 1
    end;
comment on function proof_strength(text) is
    'Order of proofs: 4 theorem, 3 closed_form, 2 verified, 1 numerical, 0 imported';
comment on column formulas.bound_kind is
    'What stands behind the limit: ball (an enclosure), agreement (of two depths: no proof), imported (a file says so); NULL: no limit';
comment on column formulas.proof is
    'What stands behind that relation: imported, numerical, verified, closed_form, theorem; NULL: no relation';
comment on column relations.proof is 'What stands behind it: imported, numerical, verified, closed_form, theorem';
