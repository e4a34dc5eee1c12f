-- Theorems: relations whose certificate a checker accepts, and formulas that have a closed form and no shorter name.

ALTER TABLE relation
    DROP CONSTRAINT relation_proof_check,
    ADD CONSTRAINT relation_proof_check CHECK (proof IN ('numerical', 'verified', 'closed_form', 'theorem'));
ALTER TABLE pattern
    DROP CONSTRAINT pattern_proof_check,
    ADD CONSTRAINT pattern_proof_check CHECK (proof IN ('verified', 'closed_form', 'theorem'));
ALTER TABLE exclusion
    DROP CONSTRAINT exclusion_outcome_check,
    ADD CONSTRAINT exclusion_outcome_check CHECK (outcome IN ('excluded', 'budget', 'too_few_digits', 'closed_form'));
ALTER TABLE guess
    DROP CONSTRAINT guess_outcome_check,
    ADD CONSTRAINT guess_outcome_check
        CHECK (outcome IN ('found', 'excluded', 'budget', 'too_few_digits', 'closed_form'));
COMMENT ON COLUMN relation.proof IS 'What stands behind it: numerical, verified, closed_form, theorem';
COMMENT ON COLUMN exclusion.outcome IS
    'excluded, budget (given up), too_few_digits, or closed_form: a theorem gives the limit and no shorter name';
COMMENT ON COLUMN guess.outcome IS 'What came of it: found, excluded, budget, too_few_digits, closed_form';

create or replace function proof_strength(proof text) returns integer
    language sql immutable strict parallel safe
    return case proof when 'theorem' then 4 when 'closed_form' then 3 when 'verified' then 2 else 1 end;
comment on function proof_strength(text) is 'Order of proofs: 4 theorem, 3 closed_form, 2 verified, 1 numerical';

-- The views count a theorem as the strongest proof, and a formula with a closed form as none of the unidentified.
do $$
declare
    found record;
begin
    for found in
        select relname, pg_get_viewdef(oid) as query from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'v' and pg_get_viewdef(oid) like '%closed_form''::text%'
        order by oid
    loop
        execute format(
            'create or replace view %I as %s',
            found.relname,
            replace(
                replace(
                    replace(
                        found.query,
                        'ARRAY[''verified''::text, ''closed_form''::text]',
                        'ARRAY[''verified''::text, ''closed_form''::text, ''theorem''::text]'
                    ),
                    'proof = ''closed_form''::text',
                    'proof = ANY (ARRAY[''closed_form''::text, ''theorem''::text])'
                ),
                'formula.limit_float8 IS NOT NULL',
                'formula.limit_float8 IS NOT NULL AND formula.closed_form IS NULL'
            )
        );
    end loop;
end
$$;
comment on view unidentified is
    'Canonical formulas with a finite limit, no closed form and no verified or proved relation but to other formulas';
comment on column formulas.proof is
    'What stands behind that relation: numerical, verified, closed_form, theorem; NULL: no relation';
comment on column relations.proof is 'What stands behind it: numerical, verified, closed_form, theorem';
comment on column identified.proof is 'verified, closed_form or theorem';
