-- Tables of the catalogue. catalog/tables.py and catalog/tables_work.py describe the same; a test holds them equal.

CREATE TABLE catalogue (
    singleton BOOLEAN DEFAULT true NOT NULL,
    catalogue_id UUID DEFAULT gen_random_uuid() NOT NULL,
    epoch TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT catalogue_pkey PRIMARY KEY (singleton),
    CONSTRAINT catalogue_singleton_check CHECK (singleton)
);
COMMENT ON TABLE catalogue IS 'The catalogue itself: one row';
COMMENT ON COLUMN catalogue.singleton IS 'Always true: one row';
COMMENT ON COLUMN catalogue.catalogue_id IS 'Identity of this catalogue; a copy of it keeps the identity';
COMMENT ON COLUMN catalogue.epoch IS 'catalogue_epoch() when transaction numbers were last made good; another value now means that the database was restored or copied, and `formulary init` is due';
COMMENT ON COLUMN catalogue.created_at IS 'When the catalogue was made (UTC)';

CREATE TABLE clustering (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    method TEXT NOT NULL,
    parameters JSONB DEFAULT '{}' NOT NULL,
    vector_version SMALLINT NOT NULL,
    state TEXT NOT NULL,
    code_version TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT clustering_pkey PRIMARY KEY (id),
    CONSTRAINT clustering_state_check CHECK (state IN ('building', 'current', 'retired'))
);
CREATE UNIQUE INDEX clustering_current_idx ON clustering (state) WHERE state = 'current';
COMMENT ON TABLE clustering IS 'Runs of a clustering method over the neighbour vectors';
COMMENT ON COLUMN clustering.id IS 'Number of the row';
COMMENT ON COLUMN clustering.method IS 'Method, such as hdbscan';
COMMENT ON COLUMN clustering.parameters IS 'Its parameters';
COMMENT ON COLUMN clustering.vector_version IS 'Version of the vectors that were clustered';
COMMENT ON COLUMN clustering.state IS 'building -> current -> retired';
COMMENT ON COLUMN clustering.code_version IS 'Version of the program that made it';
COMMENT ON COLUMN clustering.made_at IS 'When it was begun (UTC)';

CREATE TABLE constant (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    latex TEXT,
    expression TEXT NOT NULL,
    constant_group TEXT,
    reference TEXT,
    oeis TEXT,
    equivalents TEXT[] DEFAULT '{}' NOT NULL,
    likelihood INTEGER NOT NULL,
    value_text TEXT,
    value_float8 DOUBLE PRECISION,
    library_version TEXT,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT constant_pkey PRIMARY KEY (id),
    CONSTRAINT constant_name_key UNIQUE (name)
);
COMMENT ON TABLE constant IS 'Named constants that limits are compared with';
COMMENT ON COLUMN constant.id IS 'Number of the row';
COMMENT ON COLUMN constant.name IS 'Name in expressions, such as pi or zeta(3)';
COMMENT ON COLUMN constant.latex IS 'The name in LaTeX; NULL: as name';
COMMENT ON COLUMN constant.expression IS 'Definition, as the constant parser reads it';
COMMENT ON COLUMN constant.constant_group IS 'Group in the library, such as elementary; NULL: none';
COMMENT ON COLUMN constant.reference IS 'Where it is defined or tabulated; NULL: not given';
COMMENT ON COLUMN constant.oeis IS 'Number in the OEIS, such as A000796; NULL: none';
COMMENT ON COLUMN constant.equivalents IS 'Moebius equivalents by name';
COMMENT ON COLUMN constant.likelihood IS 'Place in the library''s order: 1 is tried first';
COMMENT ON COLUMN constant.value_text IS 'Value in decimal, correctly rounded; NULL: not computed';
COMMENT ON COLUMN constant.value_float8 IS 'Value in double precision; NULL: not computed';
COMMENT ON COLUMN constant.library_version IS 'Version of the library that defined it; NULL: added by a user';
COMMENT ON COLUMN constant.added_at IS 'When it came into the catalogue (UTC)';

CREATE TABLE formula (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT DEFAULT 'pcf' NOT NULL,
    a NUMERIC[] NOT NULL,
    b NUMERIC[] NOT NULL,
    key BYTEA NOT NULL,
    is_canonical BOOLEAN NOT NULL,
    canonical_id BIGINT,
    status TEXT NOT NULL,
    status_reason TEXT,
    convergence_class TEXT,
    limit_value TEXT,
    limit_digits INTEGER,
    limit_error_log10 DOUBLE PRECISION,
    bound_kind TEXT,
    limit_exact TEXT,
    limit_float8 DOUBLE PRECISION,
    delta DOUBLE PRECISION,
    delta_unreduced DOUBLE PRECISION,
    delta_predicted DOUBLE PRECISION,
    convergence_eta DOUBLE PRECISION,
    convergence_gamma DOUBLE PRECISION,
    convergence_beta DOUBLE PRECISION,
    convergence_sqrt DOUBLE PRECISION,
    q_eta DOUBLE PRECISION,
    q_gamma DOUBLE PRECISION,
    q_reduced_eta DOUBLE PRECISION,
    q_reduced_gamma DOUBLE PRECISION,
    gcd_eta DOUBLE PRECISION,
    gcd_gamma DOUBLE PRECISION,
    factorial_reduction TEXT,
    metrics_reason TEXT,
    family TEXT,
    closed_form TEXT,
    closed_form_theorem TEXT,
    evaluation_error TEXT,
    evaluator_version INTEGER NOT NULL,
    evaluated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT formula_pkey PRIMARY KEY (id),
    CONSTRAINT formula_key_key UNIQUE (key),
    CONSTRAINT formula_key_check CHECK (octet_length(key) = 32),
    CONSTRAINT formula_a_check CHECK (cardinality(a) > 0 AND a[cardinality(a)] <> 0),
    CONSTRAINT formula_b_check CHECK (cardinality(b) > 0 AND b[cardinality(b)] <> 0),
    CONSTRAINT formula_canonical_id_check CHECK (NOT (is_canonical AND canonical_id IS NOT NULL)),
    CONSTRAINT formula_kind_check CHECK (kind IN ('pcf')),
    CONSTRAINT formula_status_check CHECK (status IN ('terminates', 'converges', 'converges_to_infinity', 'diverges', 'undetermined')),
    CONSTRAINT formula_convergence_class_check CHECK (convergence_class IS NULL OR convergence_class IN ('super_exponential', 'exponential', 'sub_exponential', 'polynomial', 'logarithmic')),
    CONSTRAINT formula_bound_kind_check CHECK (bound_kind IS NULL OR bound_kind IN ('ball', 'agreement')),
    CONSTRAINT formula_factorial_reduction_check CHECK (factorial_reduction IS NULL OR factorial_reduction IN ('yes', 'no', 'undetermined')),
    CONSTRAINT formula_class_of_convergent_check CHECK (convergence_class IS NULL OR status NOT IN ('terminates', 'diverges')),
    CONSTRAINT formula_limit_of_status_check CHECK (limit_value IS NULL OR status NOT IN ('diverges', 'undetermined')),
    CONSTRAINT formula_exact_limit_check CHECK (limit_exact IS NULL OR bound_kind = 'ball'),
    CONSTRAINT formula_failed_is_undetermined_check CHECK (evaluation_error IS NULL OR status = 'undetermined'),
    CONSTRAINT formula_canonical_id_fkey FOREIGN KEY(canonical_id) REFERENCES formula (id)
);
CREATE INDEX formula_canonical_id_idx ON formula (canonical_id) WHERE canonical_id IS NOT NULL;
CREATE INDEX formula_counts_idx ON formula (status, convergence_class, is_canonical);
CREATE INDEX formula_family_idx ON formula (family) WHERE family IS NOT NULL;
CREATE INDEX formula_limit_float8_idx ON formula (limit_float8) WHERE limit_float8 IS NOT NULL;
COMMENT ON TABLE formula IS 'Formulas with their limit and metrics; what does not change once evaluated';
COMMENT ON COLUMN formula.id IS 'Number of the row';
COMMENT ON COLUMN formula.kind IS 'Kind of formula: pcf';
COMMENT ON COLUMN formula.a IS 'Partial denominator a(n): coefficients, constant first';
COMMENT ON COLUMN formula.b IS 'Partial numerator b(n): coefficients, constant first';
COMMENT ON COLUMN formula.key IS 'SHA-256 of the text pcf:a0,a1;b0,b1 (32 bytes)';
COMMENT ON COLUMN formula.is_canonical IS 'Whether a has a positive leading coefficient and no integer can be divided out; counts are of these';
COMMENT ON COLUMN formula.canonical_id IS 'The canonical formula that this is a mirror or inflation of; NULL: canonical itself, or not in the catalogue';
COMMENT ON COLUMN formula.status IS 'What becomes of the convergents: terminates, converges, converges_to_infinity, diverges, undetermined';
COMMENT ON COLUMN formula.status_reason IS 'Why the status is what it is, in words; NULL: plain from the class';
COMMENT ON COLUMN formula.convergence_class IS 'How the error falls: super_exponential, exponential, sub_exponential, polynomial, logarithmic; NULL: not convergent or not known';
COMMENT ON COLUMN formula.limit_value IS 'The limit in decimal, all digits correct, or inf; NULL: no limit, or none computed';
COMMENT ON COLUMN formula.limit_digits IS 'Correct significant digits in limit_value; NULL: no finite limit';
COMMENT ON COLUMN formula.limit_error_log10 IS 'log10 of the bound on the absolute error of the computed limit; NULL: exact, or no limit';
COMMENT ON COLUMN formula.bound_kind IS 'What stands behind the limit: ball (an enclosure), agreement (of two depths: no proof); NULL: no limit';
COMMENT ON COLUMN formula.limit_exact IS 'The limit p/q in lowest terms; NULL: not known to be rational';
COMMENT ON COLUMN formula.limit_float8 IS 'The limit in double precision, for ranges; NULL: no finite limit';
COMMENT ON COLUMN formula.delta IS 'Irrationality measure shown by the reduced convergents at n = 1000; NULL: see metrics_reason';
COMMENT ON COLUMN formula.delta_unreduced IS 'The same without dividing by the gcd of p_n and q_n; NULL: see metrics_reason';
COMMENT ON COLUMN formula.delta_predicted IS 'Limit of delta that follows from the growth exponents; NULL: see metrics_reason';
COMMENT ON COLUMN formula.convergence_eta IS 'Coefficient of n log n in log|L - p_n/q_n|; NULL: not convergent or not known';
COMMENT ON COLUMN formula.convergence_gamma IS 'Coefficient of n in log|L - p_n/q_n|; NULL: not convergent or not known';
COMMENT ON COLUMN formula.convergence_beta IS 'Coefficient of log n in log|L - p_n/q_n|; NULL: not convergent or not known';
COMMENT ON COLUMN formula.convergence_sqrt IS 'Coefficient of sqrt(n) in log|L - p_n/q_n|; NULL: not convergent or not known';
COMMENT ON COLUMN formula.q_eta IS 'Coefficient of n log n in log|q_n|; NULL: not known';
COMMENT ON COLUMN formula.q_gamma IS 'Coefficient of n in log|q_n|; NULL: not known';
COMMENT ON COLUMN formula.q_reduced_eta IS 'Coefficient of n log n in log|q_n / gcd(p_n, q_n)|; NULL: not known';
COMMENT ON COLUMN formula.q_reduced_gamma IS 'Coefficient of n in log|q_n / gcd(p_n, q_n)|; NULL: not known';
COMMENT ON COLUMN formula.gcd_eta IS 'Coefficient of n log n in log gcd(p_n, q_n); NULL: not known';
COMMENT ON COLUMN formula.gcd_gamma IS 'Coefficient of n in log gcd(p_n, q_n); NULL: not known';
COMMENT ON COLUMN formula.factorial_reduction IS 'Whether gcd(p_n, q_n) takes all n log n growth out of q_n: yes, no, undetermined; NULL: not convergent';
COMMENT ON COLUMN formula.metrics_reason IS 'Why metrics are NULL, in words; NULL: none is missing';
COMMENT ON COLUMN formula.family IS 'Key of formulas that are related by contiguity moves; NULL: not known';
COMMENT ON COLUMN formula.closed_form IS 'The limit in closed form; NULL: not known';
COMMENT ON COLUMN formula.closed_form_theorem IS 'The theorem behind closed_form; NULL: no closed form';
COMMENT ON COLUMN formula.evaluation_error IS 'Why the evaluation failed (status is undetermined then); NULL: it did not';
COMMENT ON COLUMN formula.evaluator_version IS 'Version of the evaluator that made this row';
COMMENT ON COLUMN formula.evaluated_at IS 'When the formula was evaluated (UTC)';

CREATE TABLE index_snapshot (
    snapshot_id UUID NOT NULL,
    host TEXT NOT NULL,
    index_name TEXT NOT NULL,
    watermark xid8 NOT NULL,
    vector_version SMALLINT NOT NULL,
    vector_count BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT index_snapshot_pkey PRIMARY KEY (snapshot_id)
);
CREATE INDEX index_snapshot_last_idx ON index_snapshot (host, index_name, made_at);
COMMENT ON TABLE index_snapshot IS 'Snapshots of nearest-neighbour indexes; one that is not listed belongs to another past of the database';
COMMENT ON COLUMN index_snapshot.snapshot_id IS 'Identity of the snapshot, also in its manifest';
COMMENT ON COLUMN index_snapshot.host IS 'Name of the machine that holds it';
COMMENT ON COLUMN index_snapshot.index_name IS 'Which index: similarity or anchors';
COMMENT ON COLUMN index_snapshot.watermark IS 'All vectors of transactions before this one are in it';
COMMENT ON COLUMN index_snapshot.vector_version IS 'Version of the vectors in it';
COMMENT ON COLUMN index_snapshot.vector_count IS 'Number of vectors in it';
COMMENT ON COLUMN index_snapshot.checksum IS 'SHA-256 of the snapshot''s file, in hexadecimal';
COMMENT ON COLUMN index_snapshot.made_at IS 'When it was written (UTC)';

CREATE TABLE run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    host TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    token UUID DEFAULT gen_random_uuid() NOT NULL,
    program_version TEXT NOT NULL,
    schema_version TEXT NOT NULL,
    evaluator_version INTEGER NOT NULL,
    vector_version SMALLINT NOT NULL,
    worker_count INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    heartbeat_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    end_reason TEXT,
    CONSTRAINT run_pkey PRIMARY KEY (id),
    CONSTRAINT run_token_key UNIQUE (token)
);
CREATE INDEX run_heartbeat_at_idx ON run (heartbeat_at) WHERE ended_at IS NULL;
COMMENT ON TABLE run IS 'Daemons, one row per start; killed ones have no ended_at and an old heartbeat_at';
COMMENT ON COLUMN run.id IS 'Number of the row';
COMMENT ON COLUMN run.host IS 'Name of the machine';
COMMENT ON COLUMN run.process_id IS 'Process number on that machine';
COMMENT ON COLUMN run.token IS 'Identity of the run';
COMMENT ON COLUMN run.program_version IS 'Version of formulary';
COMMENT ON COLUMN run.schema_version IS 'Schema the program was made for';
COMMENT ON COLUMN run.evaluator_version IS 'Version of its evaluator';
COMMENT ON COLUMN run.vector_version IS 'Version of its neighbour vector';
COMMENT ON COLUMN run.worker_count IS 'Number of worker processes';
COMMENT ON COLUMN run.started_at IS 'When it began (UTC)';
COMMENT ON COLUMN run.heartbeat_at IS 'When it was last heard of, by the database''s clock (UTC)';
COMMENT ON COLUMN run.ended_at IS 'When it left; NULL: running, or killed (see heartbeat_at) (UTC)';
COMMENT ON COLUMN run.end_reason IS 'Why it left; NULL: running, or killed';

CREATE TABLE space (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    template TEXT NOT NULL,
    size BIGINT NOT NULL,
    priority INTEGER DEFAULT '0' NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT space_pkey PRIMARY KEY (id),
    CONSTRAINT space_name_key UNIQUE (name),
    CONSTRAINT space_size_check CHECK (size > 0)
);
COMMENT ON TABLE space IS 'Formula spaces: a template with ranges, whose formulas are numbered by ranks from 0';
COMMENT ON COLUMN space.id IS 'Number of the row';
COMMENT ON COLUMN space.name IS 'Name, such as quadratic-5';
COMMENT ON COLUMN space.template IS 'Polynomials and ranges of their parameters';
COMMENT ON COLUMN space.size IS 'Number of ranks';
COMMENT ON COLUMN space.priority IS 'Higher is worked on first';
COMMENT ON COLUMN space.added_at IS 'When it was added (UTC)';

CREATE TABLE canonical_pending (
    formula_id BIGINT NOT NULL,
    canonical_key BYTEA NOT NULL,
    CONSTRAINT canonical_pending_pkey PRIMARY KEY (formula_id),
    CONSTRAINT canonical_pending_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
CREATE INDEX canonical_pending_canonical_key_idx ON canonical_pending (canonical_key);
COMMENT ON TABLE canonical_pending IS 'Formulas whose canonical formula was not in the catalogue when they came';
COMMENT ON COLUMN canonical_pending.formula_id IS 'A formula that is not canonical';
COMMENT ON COLUMN canonical_pending.canonical_key IS 'Key of its canonical formula, not stored yet';

CREATE TABLE chunk (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    space_id BIGINT NOT NULL,
    first_rank BIGINT NOT NULL,
    last_rank BIGINT NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    lease_token UUID,
    lease_expires_at TIMESTAMP WITH TIME ZONE,
    run_id BIGINT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    formulas_total INTEGER,
    formulas_new INTEGER,
    formulas_failed INTEGER,
    failure TEXT,
    CONSTRAINT chunk_pkey PRIMARY KEY (id),
    CONSTRAINT chunk_space_id_first_rank_key UNIQUE (space_id, first_rank),
    CONSTRAINT chunk_state_check CHECK (state IN ('open', 'leased', 'done', 'failed')),
    CONSTRAINT chunk_ranks_check CHECK (0 <= first_rank AND first_rank < last_rank),
    CONSTRAINT chunk_lease_token_check CHECK ((state = 'leased') = (lease_token IS NOT NULL)),
    CONSTRAINT chunk_lease_expires_at_check CHECK ((state = 'leased') = (lease_expires_at IS NOT NULL)),
    CONSTRAINT chunk_done_at_check CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CONSTRAINT chunk_counts_check CHECK ((state = 'done') = (formulas_total IS NOT NULL AND formulas_new IS NOT NULL AND formulas_failed IS NOT NULL)),
    CONSTRAINT chunk_space_id_fkey FOREIGN KEY(space_id) REFERENCES space (id) ON DELETE CASCADE,
    CONSTRAINT chunk_run_id_fkey FOREIGN KEY(run_id) REFERENCES run (id)
);
CREATE INDEX chunk_claim_idx ON chunk (space_id, first_rank) WHERE state IN ('open', 'leased');
CREATE INDEX chunk_done_at_idx ON chunk (done_at) WHERE done_at IS NOT NULL;
COMMENT ON TABLE chunk IS 'Ranges of ranks of a space, the unit of work: leased, evaluated, committed as one';
COMMENT ON COLUMN chunk.id IS 'Number of the row';
COMMENT ON COLUMN chunk.space_id IS 'The space';
COMMENT ON COLUMN chunk.first_rank IS 'First rank';
COMMENT ON COLUMN chunk.last_rank IS 'End of the ranks, itself not included';
COMMENT ON COLUMN chunk.state IS 'open -> leased -> done; leased -> open (released), leased (taken over), failed (given up)';
COMMENT ON COLUMN chunk.lease_token IS 'Who may commit: fresh with every claim; NULL: not leased';
COMMENT ON COLUMN chunk.lease_expires_at IS 'When others may take it over, by the database''s clock; NULL: not leased (UTC)';
COMMENT ON COLUMN chunk.run_id IS 'The run that claimed it last; NULL: never claimed';
COMMENT ON COLUMN chunk.attempts IS 'How often it was claimed';
COMMENT ON COLUMN chunk.done_at IS 'When its formulas were committed; NULL: they were not (UTC)';
COMMENT ON COLUMN chunk.formulas_total IS 'Formulas it evaluated; NULL: not done';
COMMENT ON COLUMN chunk.formulas_new IS 'Formulas that were not in the catalogue before; NULL: not done';
COMMENT ON COLUMN chunk.formulas_failed IS 'Formulas whose evaluation failed; NULL: not done';
COMMENT ON COLUMN chunk.failure IS 'Why the last attempt failed; NULL: it did not';

CREATE TABLE cluster (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    first_clustering_id BIGINT NOT NULL,
    constant_id BIGINT,
    label TEXT,
    representative_id BIGINT,
    radius DOUBLE PRECISION,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT cluster_pkey PRIMARY KEY (id),
    CONSTRAINT cluster_first_clustering_id_fkey FOREIGN KEY(first_clustering_id) REFERENCES clustering (id),
    CONSTRAINT cluster_constant_id_fkey FOREIGN KEY(constant_id) REFERENCES constant (id),
    CONSTRAINT cluster_representative_id_fkey FOREIGN KEY(representative_id) REFERENCES formula (id)
);
CREATE INDEX cluster_constant_id_idx ON cluster (constant_id) WHERE constant_id IS NOT NULL;
COMMENT ON TABLE cluster IS 'Clusters of formulas; their numbers survive a new clustering where the members do';
COMMENT ON COLUMN cluster.id IS 'Number of the row';
COMMENT ON COLUMN cluster.first_clustering_id IS 'The clustering in which it first appeared';
COMMENT ON COLUMN cluster.constant_id IS 'The constant that its verified members agree on; NULL: none';
COMMENT ON COLUMN cluster.label IS 'Name: of the constant, or its own where related members have no name; NULL: none';
COMMENT ON COLUMN cluster.representative_id IS 'The formula that stands for it; NULL: none chosen';
COMMENT ON COLUMN cluster.radius IS 'Distance within which a new formula joins; NULL: not open to new ones';
COMMENT ON COLUMN cluster.retired_at IS 'When its members went to other clusters; NULL: it is in use (UTC)';

CREATE TABLE exclusion (
    formula_id BIGINT NOT NULL,
    library_version TEXT NOT NULL,
    kind TEXT NOT NULL,
    coefficient_digits SMALLINT NOT NULL,
    digits_used INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    constants_tried INTEGER NOT NULL,
    digits_needed INTEGER,
    code_version TEXT NOT NULL,
    sought_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT exclusion_pkey PRIMARY KEY (formula_id, library_version, kind, coefficient_digits, digits_used),
    CONSTRAINT exclusion_kind_check CHECK (kind IN ('rational', 'quadratic', 'algebraic', 'moebius', 'linear', 'formula')),
    CONSTRAINT exclusion_outcome_check CHECK (outcome IN ('excluded', 'budget', 'too_few_digits')),
    CONSTRAINT exclusion_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
COMMENT ON TABLE exclusion IS 'What was sought for a formula and not found; one row per formula, library, form, bound and digits';
COMMENT ON COLUMN exclusion.formula_id IS 'The formula';
COMMENT ON COLUMN exclusion.library_version IS 'Version of the library of constants';
COMMENT ON COLUMN exclusion.kind IS 'Form of relation that was sought, as in relation.kind';
COMMENT ON COLUMN exclusion.coefficient_digits IS 'Coefficients were sought below 10^this';
COMMENT ON COLUMN exclusion.digits_used IS 'Digits of the limit that were used';
COMMENT ON COLUMN exclusion.outcome IS 'excluded, budget (given up), or too_few_digits';
COMMENT ON COLUMN exclusion.constants_tried IS 'How many constants of the library were tried';
COMMENT ON COLUMN exclusion.digits_needed IS 'Digits that a test needs, for too_few_digits; NULL: enough';
COMMENT ON COLUMN exclusion.code_version IS 'Version of the program that sought';
COMMENT ON COLUMN exclusion.sought_at IS 'When it was sought (UTC)';

CREATE TABLE formula_vector (
    formula_id BIGINT NOT NULL,
    vector_version SMALLINT NOT NULL,
    vector REAL[] NOT NULL,
    added_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT formula_vector_pkey PRIMARY KEY (formula_id, vector_version),
    CONSTRAINT formula_vector_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
CREATE INDEX formula_vector_added_xid_idx ON formula_vector (added_xid);
COMMENT ON TABLE formula_vector IS 'What the nearest-neighbour index holds; it can be rebuilt from this table alone';
COMMENT ON COLUMN formula_vector.formula_id IS 'The formula';
COMMENT ON COLUMN formula_vector.vector_version IS 'Version of the definition of the vector';
COMMENT ON COLUMN formula_vector.vector IS 'Neighbour vector; finite numbers';
COMMENT ON COLUMN formula_vector.added_xid IS 'Transaction that added the row: the index reads on from a watermark in commit order';

CREATE TABLE relation (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    formula_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    constant_id BIGINT,
    coefficients NUMERIC[] NOT NULL,
    expression TEXT NOT NULL,
    method TEXT NOT NULL,
    proof TEXT NOT NULL,
    theorem TEXT,
    digits_used INTEGER NOT NULL,
    digits_verified INTEGER,
    code_version TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT relation_pkey PRIMARY KEY (id),
    CONSTRAINT relation_formula_id_kind_expression_key UNIQUE (formula_id, kind, expression),
    CONSTRAINT relation_kind_check CHECK (kind IN ('rational', 'quadratic', 'algebraic', 'moebius', 'linear', 'formula')),
    CONSTRAINT relation_proof_check CHECK (proof IN ('numerical', 'verified', 'closed_form')),
    CONSTRAINT relation_verified_digits_check CHECK (proof <> 'verified' OR digits_verified IS NOT NULL),
    CONSTRAINT relation_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT relation_constant_id_fkey FOREIGN KEY(constant_id) REFERENCES constant (id)
);
CREATE INDEX relation_constant_id_idx ON relation (constant_id) WHERE constant_id IS NOT NULL;
COMMENT ON TABLE relation IS 'Exact relations between limits and constants, found, verified or proved';
COMMENT ON COLUMN relation.id IS 'Number of the row';
COMMENT ON COLUMN relation.formula_id IS 'The formula whose limit L is expressed';
COMMENT ON COLUMN relation.kind IS 'Form of the relation: rational, quadratic, algebraic, moebius, linear, formula';
COMMENT ON COLUMN relation.constant_id IS 'The (first) constant in it; NULL: none, as for a rational limit';
COMMENT ON COLUMN relation.coefficients IS 'x, y, z, w of L = (x + y c)/(z + w c); for a rational or algebraic limit those of x + y L + z L^2 + ... = 0';
COMMENT ON COLUMN relation.expression IS 'L as a readable expression, such as 4/pi';
COMMENT ON COLUMN relation.method IS 'How it was found, such as lll, closed_form, family, seed';
COMMENT ON COLUMN relation.proof IS 'What stands behind it: numerical, verified, closed_form';
COMMENT ON COLUMN relation.theorem IS 'The theorem of a closed form; NULL: none is named';
COMMENT ON COLUMN relation.digits_used IS 'Significant digits with which it was found';
COMMENT ON COLUMN relation.digits_verified IS 'Digits to which both sides, evaluated anew, agree; NULL: not verified';
COMMENT ON COLUMN relation.code_version IS 'Version of the program that found it';
COMMENT ON COLUMN relation.found_at IS 'When it was found (UTC)';

CREATE TABLE source (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    formula_id BIGINT NOT NULL,
    paper TEXT NOT NULL,
    equation TEXT DEFAULT '' NOT NULL,
    author TEXT,
    link TEXT,
    stated_limit TEXT,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT source_pkey PRIMARY KEY (id),
    CONSTRAINT source_formula_id_paper_equation_key UNIQUE (formula_id, paper, equation),
    CONSTRAINT source_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
COMMENT ON TABLE source IS 'Where an imported formula was published; one row per formula and place';
COMMENT ON COLUMN source.id IS 'Number of the row';
COMMENT ON COLUMN source.formula_id IS 'The formula';
COMMENT ON COLUMN source.paper IS 'Title or identifier of the publication, or arXiv number';
COMMENT ON COLUMN source.equation IS 'Equation or table in it; empty: not given';
COMMENT ON COLUMN source.author IS 'Who found or wrote it; NULL: not given';
COMMENT ON COLUMN source.link IS 'Address of the publication; NULL: not given';
COMMENT ON COLUMN source.stated_limit IS 'The limit as stated there; NULL: none stated';
COMMENT ON COLUMN source.added_at IS 'When it came into the catalogue (UTC)';

CREATE TABLE cluster_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    cluster_id BIGINT NOT NULL,
    clustering_id BIGINT,
    event TEXT NOT NULL,
    relation_id BIGINT,
    detail JSONB DEFAULT '{}' NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT cluster_event_pkey PRIMARY KEY (id),
    CONSTRAINT cluster_event_event_check CHECK (event IN ('created', 'labelled', 'relabelled', 'split', 'merged', 'retired')),
    CONSTRAINT cluster_event_cluster_id_fkey FOREIGN KEY(cluster_id) REFERENCES cluster (id) ON DELETE CASCADE,
    CONSTRAINT cluster_event_clustering_id_fkey FOREIGN KEY(clustering_id) REFERENCES clustering (id),
    CONSTRAINT cluster_event_relation_id_fkey FOREIGN KEY(relation_id) REFERENCES relation (id) ON DELETE SET NULL
);
CREATE INDEX cluster_event_cluster_id_idx ON cluster_event (cluster_id, id);
COMMENT ON TABLE cluster_event IS 'Why a cluster''s label stands: its history';
COMMENT ON COLUMN cluster_event.id IS 'Number of the row';
COMMENT ON COLUMN cluster_event.cluster_id IS 'The cluster';
COMMENT ON COLUMN cluster_event.clustering_id IS 'The clustering that caused it; NULL: none did';
COMMENT ON COLUMN cluster_event.event IS 'What happened: created, labelled, relabelled, split, merged, retired';
COMMENT ON COLUMN cluster_event.relation_id IS 'The relation that caused it; NULL: none did';
COMMENT ON COLUMN cluster_event.detail IS 'Before, after, and the evidence';
COMMENT ON COLUMN cluster_event.happened_at IS 'When it happened (UTC)';

CREATE TABLE cluster_member (
    clustering_id BIGINT NOT NULL,
    formula_id BIGINT NOT NULL,
    cluster_id BIGINT,
    distance DOUBLE PRECISION,
    CONSTRAINT cluster_member_pkey PRIMARY KEY (clustering_id, formula_id),
    CONSTRAINT cluster_member_clustering_id_fkey FOREIGN KEY(clustering_id) REFERENCES clustering (id) ON DELETE CASCADE,
    CONSTRAINT cluster_member_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT cluster_member_cluster_id_fkey FOREIGN KEY(cluster_id) REFERENCES cluster (id)
);
CREATE INDEX cluster_member_cluster_id_idx ON cluster_member (cluster_id) WHERE cluster_id IS NOT NULL;
CREATE INDEX cluster_member_formula_id_idx ON cluster_member (formula_id);
COMMENT ON TABLE cluster_member IS 'Which cluster a formula is in, for each clustering';
COMMENT ON COLUMN cluster_member.clustering_id IS 'The clustering';
COMMENT ON COLUMN cluster_member.formula_id IS 'The formula';
COMMENT ON COLUMN cluster_member.cluster_id IS 'Its cluster; NULL: not placed';
COMMENT ON COLUMN cluster_member.distance IS 'Distance to the nearest member or centre; NULL: not placed';

CREATE TABLE guess (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    formula_id BIGINT NOT NULL,
    place SMALLINT NOT NULL,
    constant_id BIGINT,
    proposer TEXT NOT NULL,
    neighbour_id BIGINT,
    distance DOUBLE PRECISION,
    outcome TEXT NOT NULL,
    digits_used INTEGER,
    digits_needed INTEGER,
    relation_id BIGINT,
    code_version TEXT NOT NULL,
    guessed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT guess_pkey PRIMARY KEY (id),
    CONSTRAINT guess_place_check CHECK (place >= 1),
    CONSTRAINT guess_outcome_check CHECK (outcome IN ('found', 'excluded', 'budget', 'too_few_digits')),
    CONSTRAINT guess_found_relation_check CHECK (relation_id IS NULL OR outcome = 'found'),
    CONSTRAINT guess_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE,
    CONSTRAINT guess_constant_id_fkey FOREIGN KEY(constant_id) REFERENCES constant (id),
    CONSTRAINT guess_neighbour_id_fkey FOREIGN KEY(neighbour_id) REFERENCES formula (id),
    CONSTRAINT guess_relation_id_fkey FOREIGN KEY(relation_id) REFERENCES relation (id) ON DELETE SET NULL
);
CREATE INDEX guess_formula_id_place_idx ON guess (formula_id, place);
CREATE INDEX guess_relation_id_idx ON guess (relation_id) WHERE relation_id IS NOT NULL;
COMMENT ON TABLE guess IS 'What was proposed for a formula, why, and what came of it; a guess is no fact until verified';
COMMENT ON COLUMN guess.id IS 'Number of the row';
COMMENT ON COLUMN guess.formula_id IS 'The formula';
COMMENT ON COLUMN guess.place IS 'Order in which it was proposed; 1 was first';
COMMENT ON COLUMN guess.constant_id IS 'The constant proposed; NULL: the proposal is rational or algebraic';
COMMENT ON COLUMN guess.proposer IS 'What proposed it, such as neighbour, family, library';
COMMENT ON COLUMN guess.neighbour_id IS 'The neighbour it was taken from; NULL: not from a neighbour';
COMMENT ON COLUMN guess.distance IS 'Distance to the neighbour; NULL: not from a neighbour';
COMMENT ON COLUMN guess.outcome IS 'What came of it: found, excluded, budget, too_few_digits';
COMMENT ON COLUMN guess.digits_used IS 'Digits of the limit that were used; NULL: not tested';
COMMENT ON COLUMN guess.digits_needed IS 'Digits that a test needs, for too_few_digits; NULL: enough';
COMMENT ON COLUMN guess.relation_id IS 'The relation it led to; NULL: none';
COMMENT ON COLUMN guess.code_version IS 'Version of the program that guessed';
COMMENT ON COLUMN guess.guessed_at IS 'When it was proposed (UTC)';

CREATE TABLE relation_term (
    relation_id BIGINT NOT NULL,
    term_number SMALLINT NOT NULL,
    coefficient NUMERIC NOT NULL,
    limit_exponent SMALLINT DEFAULT '0' NOT NULL,
    constant_id BIGINT,
    constant_exponent SMALLINT DEFAULT '0' NOT NULL,
    other_formula_id BIGINT,
    other_exponent SMALLINT DEFAULT '0' NOT NULL,
    CONSTRAINT relation_term_pkey PRIMARY KEY (relation_id, term_number),
    CONSTRAINT relation_term_coefficient_check CHECK (coefficient <> 0 AND coefficient = trunc(coefficient)),
    CONSTRAINT relation_term_constant_exponent_check CHECK ((constant_id IS NULL) = (constant_exponent = 0)),
    CONSTRAINT relation_term_other_exponent_check CHECK ((other_formula_id IS NULL) = (other_exponent = 0)),
    CONSTRAINT relation_term_relation_id_fkey FOREIGN KEY(relation_id) REFERENCES relation (id) ON DELETE CASCADE,
    CONSTRAINT relation_term_constant_id_fkey FOREIGN KEY(constant_id) REFERENCES constant (id),
    CONSTRAINT relation_term_other_formula_id_fkey FOREIGN KEY(other_formula_id) REFERENCES formula (id)
);
CREATE INDEX relation_term_constant_id_idx ON relation_term (constant_id) WHERE constant_id IS NOT NULL;
CREATE INDEX relation_term_other_formula_id_idx ON relation_term (other_formula_id) WHERE other_formula_id IS NOT NULL;
COMMENT ON TABLE relation_term IS 'The relation in full: the sum of its terms coefficient * L^i * constant^j * other^k is zero';
COMMENT ON COLUMN relation_term.relation_id IS 'The relation';
COMMENT ON COLUMN relation_term.term_number IS 'Place in the sum, from 1';
COMMENT ON COLUMN relation_term.coefficient IS 'Integer coefficient of the term';
COMMENT ON COLUMN relation_term.limit_exponent IS 'Exponent of L in the term';
COMMENT ON COLUMN relation_term.constant_id IS 'The constant in the term; NULL: none';
COMMENT ON COLUMN relation_term.constant_exponent IS 'Its exponent; 0: none';
COMMENT ON COLUMN relation_term.other_formula_id IS 'The other formula whose limit is in the term; NULL: none';
COMMENT ON COLUMN relation_term.other_exponent IS 'Its exponent; 0: none';

