-- Infinite families, and the view of the clusters.

CREATE TABLE pattern (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    template TEXT NOT NULL,
    condition TEXT DEFAULT '' NOT NULL,
    constant TEXT NOT NULL,
    expression TEXT,
    latex TEXT NOT NULL,
    formulas_found INTEGER NOT NULL,
    values_checked INTEGER NOT NULL,
    largest_checked NUMERIC NOT NULL,
    digits_checked INTEGER NOT NULL,
    proof TEXT NOT NULL,
    theorem TEXT,
    code_version TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pattern_pkey PRIMARY KEY (id),
    CONSTRAINT pattern_template_condition_key UNIQUE (template, condition),
    CONSTRAINT pattern_proof_check CHECK (proof IN ('verified', 'closed_form')),
    CONSTRAINT pattern_values_checked_check CHECK (values_checked > 0)
);
COMMENT ON TABLE pattern IS 'Infinite families: formulas with integer parameters whose limits follow one law';
COMMENT ON COLUMN pattern.id IS 'Number of the row';
COMMENT ON COLUMN pattern.template IS 'Polynomials with their parameters, such as a = 2n + 1; b = k n^2';
COMMENT ON COLUMN pattern.condition IS 'For which parameters it holds; empty: for all that were checked, from 1 on';
COMMENT ON COLUMN pattern.constant IS 'The constant in the limits: with parameters in it, or one for all';
COMMENT ON COLUMN pattern.expression IS
    'The limit as an expression in the parameters; NULL: only that it is a Moebius map of the constant';
COMMENT ON COLUMN pattern.latex IS 'The law in LaTeX';
COMMENT ON COLUMN pattern.formulas_found IS 'Formulas of the catalogue from which it was read';
COMMENT ON COLUMN pattern.values_checked IS 'How many values of the parameters were checked, those of the catalogue included';
COMMENT ON COLUMN pattern.largest_checked IS 'The largest parameter checked';
COMMENT ON COLUMN pattern.digits_checked IS 'Digits to which limit and law agree at every value checked';
COMMENT ON COLUMN pattern.proof IS
    'verified: both sides evaluated independently at every value checked;'
    ' closed_form: and a theorem gives the limit at each of them';
COMMENT ON COLUMN pattern.theorem IS 'The theorem of closed_form; NULL: none';
COMMENT ON COLUMN pattern.code_version IS 'Version of the program that found it';
COMMENT ON COLUMN pattern.found_at IS 'When it was found (UTC)';

CREATE VIEW clusters AS
SELECT
    cluster.id,
    cluster.label,
    constant.name AS constant,
    coalesce(counted.members, 0) AS members,
    coalesce(counted.canonical, 0) AS canonical,
    formula_text(representative.a, representative.b) AS representative,
    cluster.radius,
    last_event.event AS last_event,
    last_event.happened_at AS changed_at,
    cluster.retired_at
FROM cluster
LEFT JOIN constant ON constant.id = cluster.constant_id
LEFT JOIN formula AS representative ON representative.id = cluster.representative_id
LEFT JOIN (
    SELECT
        cluster_member.cluster_id,
        count(*) AS members,
        count(*) FILTER (WHERE formula.is_canonical) AS canonical
    FROM cluster_member
    JOIN clustering ON clustering.id = cluster_member.clustering_id AND clustering.state = 'current'
    JOIN formula ON formula.id = cluster_member.formula_id
    WHERE cluster_member.cluster_id IS NOT NULL
    GROUP BY cluster_member.cluster_id
) AS counted ON counted.cluster_id = cluster.id
LEFT JOIN LATERAL (
    SELECT cluster_event.event, cluster_event.happened_at
    FROM cluster_event
    WHERE cluster_event.cluster_id = cluster.id
    ORDER BY cluster_event.id DESC
    LIMIT 1
) AS last_event ON true;
COMMENT ON VIEW clusters IS 'Clusters with their label and size in the current clustering; history in cluster_event';
COMMENT ON COLUMN clusters.id IS 'Number of the cluster, which survives a new clustering where its members do';
COMMENT ON COLUMN clusters.label IS
    'Constant or kind of number that its verified members agree on, unnamed-N for related ones without a name, or mixed;'
    ' NULL: nothing is known';
COMMENT ON COLUMN clusters.constant IS 'The constant that its verified members agree on; NULL: none';
COMMENT ON COLUMN clusters.members IS 'Formulas in it in the current clustering';
COMMENT ON COLUMN clusters.canonical IS 'How many of them are canonical';
COMMENT ON COLUMN clusters.representative IS 'The simplest formula in it; NULL: none chosen';
COMMENT ON COLUMN clusters.radius IS 'Distance within which a new formula joins; NULL: not open to new ones';
COMMENT ON COLUMN clusters.last_event IS 'What happened to it last';
COMMENT ON COLUMN clusters.changed_at IS 'When that was (UTC)';
COMMENT ON COLUMN clusters.retired_at IS 'When its members went to other clusters (UTC); NULL: it is in use';
