-- A renewal of texts and proofs that was ended is gone on with by the next init.

ALTER TABLE catalogue ADD COLUMN renewed_schema TEXT;
COMMENT ON COLUMN catalogue.renewed_schema IS 'Schema to whose texts and proofs all relations were brought by `formulary init`; NULL: none yet';
