-- Relations whose last verification failed, and a hint to daemons when spaces or formulas come.

CREATE TABLE verification_failure (
    relation_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    digits_agreed INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT verification_failure_pkey PRIMARY KEY (relation_id),
    CONSTRAINT verification_failure_relation_id_fkey FOREIGN KEY(relation_id) REFERENCES relation (id) ON DELETE CASCADE
);
COMMENT ON TABLE verification_failure IS 'Relations whose last verification failed; one that holds later is taken out again';
COMMENT ON COLUMN verification_failure.relation_id IS 'The relation';
COMMENT ON COLUMN verification_failure.reason IS 'What was wrong';
COMMENT ON COLUMN verification_failure.digits_agreed IS 'Decimal digits to which both sides, evaluated anew, agree';
COMMENT ON COLUMN verification_failure.code_version IS 'Version of the program that verified it';
COMMENT ON COLUMN verification_failure.failed_at IS 'When it was verified (UTC)';

create function tell_daemons() returns trigger
    language plpgsql
as $$
begin
    notify formulary;
    return null;
end
$$;
comment on function tell_daemons() is
    'Tells daemons that wait that there is something new; they would find it themselves at their next look';

create trigger space_added after insert on space for each statement execute function tell_daemons();
create trigger chunk_changed after insert on chunk for each statement execute function tell_daemons();
create trigger vector_added after insert on formula_vector for each statement execute function tell_daemons();
