-- Lists of formulas by status, class and degrees, in each of their orders: these four have few values together.

CREATE INDEX formula_listed_complexity_idx ON formula (
    status, (coalesce(convergence_class, '')), (coalesce(cardinality(a), 0)), (coalesce(cardinality(b), 0)), complexity, id
) WHERE is_canonical;
CREATE INDEX formula_listed_delta_idx ON formula (
    status, (coalesce(convergence_class, '')), (coalesce(cardinality(a), 0)), (coalesce(cardinality(b), 0)), delta, id
) WHERE is_canonical AND delta IS NOT NULL;
CREATE INDEX formula_listed_newest_idx ON formula (
    status, (coalesce(convergence_class, '')), (coalesce(cardinality(a), 0)), (coalesce(cardinality(b), 0)), id
) WHERE is_canonical;

analyze formula;
