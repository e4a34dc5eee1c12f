-- By which path a run evaluated; runs before this have NULL.

ALTER TABLE run ADD COLUMN evaluated_by TEXT;
COMMENT ON COLUMN run.evaluated_by IS
    'What evaluated on its machine: kernels with variant and processor, or Python and why; NULL: not known';
