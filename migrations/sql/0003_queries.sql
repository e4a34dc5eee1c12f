-- What those who query need: complexity as a column, human judgement, look-up of formulas, neighbours and families.

create or replace function bit_length_of(number numeric) returns integer
    language sql immutable strict parallel safe
    return case
        when number = 0 then 0
        when abs(number) < 9223372036854775807 then width_bucket(
            abs(number)::bigint,
            array[
                1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144,
                524288, 1048576, 2097152, 4194304, 8388608, 16777216, 33554432, 67108864, 134217728, 268435456,
                536870912, 1073741824, 2147483648, 4294967296, 8589934592, 17179869184, 34359738368, 68719476736,
                137438953472, 274877906944, 549755813888, 1099511627776, 2199023255552, 4398046511104, 8796093022208,
                17592186044416, 35184372088832, 70368744177664, 140737488355328, 281474976710656, 562949953421312,
                1125899906842624, 2251799813685248, 4503599627370496, 9007199254740992, 18014398509481984,
                36028797018963968, 72057594037927936, 144115188075855872, 288230376151711744, 576460752303423488,
                1152921504606846976, 2305843009213693952, 4611686018427387904
            ]::bigint[]
        )
        when abs(number) < 2::numeric ^ ceil(log(2, abs(number))) then ceil(log(2, abs(number)))::integer
        else ceil(log(2, abs(number)))::integer + 1
    end;

ALTER TABLE formula ADD COLUMN complexity INTEGER;
UPDATE formula SET complexity = formula_complexity(a, b);
ALTER TABLE formula ALTER COLUMN complexity SET NOT NULL;
COMMENT ON COLUMN formula.complexity IS 'Bit lengths of all coefficients plus both degrees';
CREATE INDEX formula_complexity_idx ON formula (complexity, id) WHERE is_canonical;
CREATE INDEX formula_delta_idx ON formula (delta) WHERE is_canonical AND delta IS NOT NULL;

CREATE TABLE note (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    formula_id BIGINT NOT NULL,
    note_text TEXT NOT NULL,
    author TEXT NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT note_pkey PRIMARY KEY (id),
    CONSTRAINT note_note_text_check CHECK (note_text <> ''),
    CONSTRAINT note_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
CREATE INDEX note_formula_id_idx ON note (formula_id);
COMMENT ON TABLE note IS 'What people wrote about formulas; judgement, not computed';
COMMENT ON COLUMN note.id IS 'Number of the row';
COMMENT ON COLUMN note.formula_id IS 'The formula';
COMMENT ON COLUMN note.note_text IS 'The note';
COMMENT ON COLUMN note.author IS 'Who wrote it';
COMMENT ON COLUMN note.written_at IS 'When it was written (UTC)';

CREATE TABLE rejection (
    formula_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    expression TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    rejected_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT rejection_pkey PRIMARY KEY (formula_id, kind, expression),
    CONSTRAINT rejection_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
COMMENT ON TABLE rejection IS 'Relations that somebody rejected: they stay in relation, and the views leave them out';
COMMENT ON COLUMN rejection.formula_id IS 'The formula of the relation';
COMMENT ON COLUMN rejection.kind IS 'Its form, as in relation.kind; with formula and expression it names the relation also after it was found anew';
COMMENT ON COLUMN rejection.expression IS 'The limit that it states, as in relation.expression';
COMMENT ON COLUMN rejection.reason IS 'Why it was rejected';
COMMENT ON COLUMN rejection.author IS 'Who rejected it';
COMMENT ON COLUMN rejection.rejected_at IS 'When it was rejected (UTC)';

CREATE TABLE cluster_name (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    cluster_id BIGINT NOT NULL,
    given_name TEXT NOT NULL,
    author TEXT NOT NULL,
    named_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT cluster_name_pkey PRIMARY KEY (id),
    CONSTRAINT cluster_name_given_name_check CHECK (given_name <> ''),
    CONSTRAINT cluster_name_cluster_id_fkey FOREIGN KEY(cluster_id) REFERENCES cluster (id) ON DELETE CASCADE
);
CREATE INDEX cluster_name_cluster_id_idx ON cluster_name (cluster_id, id);
COMMENT ON TABLE cluster_name IS 'Names that people gave to clusters, the last one counts; the computed label stays in cluster';
COMMENT ON COLUMN cluster_name.id IS 'Number of the row';
COMMENT ON COLUMN cluster_name.cluster_id IS 'The cluster';
COMMENT ON COLUMN cluster_name.given_name IS 'The name';
COMMENT ON COLUMN cluster_name.author IS 'Who gave it';
COMMENT ON COLUMN cluster_name.named_at IS 'When it was given (UTC)';

create function is_rejected(relation relation) returns boolean
    language sql stable parallel safe
    return exists (
        select from rejection
        where rejection.formula_id = relation.formula_id
            and rejection.kind = relation.kind
            and rejection.expression = relation.expression
    );
comment on function is_rejected(relation) is 'Whether somebody rejected this relation; see table rejection';

create or replace view formulas as
select
    formula.id,
    formula_text(a, b) as formula,
    polynomial_text(a) as a_text,
    polynomial_text(b) as b_text,
    small_coefficient(a, 0) as a0,
    small_coefficient(a, 1) as a1,
    small_coefficient(a, 2) as a2,
    small_coefficient(b, 0) as b0,
    small_coefficient(b, 1) as b1,
    small_coefficient(b, 2) as b2,
    cardinality(a) - 1 as deg_a,
    cardinality(b) - 1 as deg_b,
    formula_height(a, b) as height,
    complexity,
    is_canonical,
    canonical_id,
    status,
    status_reason,
    convergence_class,
    limit_value,
    limit_digits,
    limit_error_log10,
    bound_kind,
    limit_exact,
    limit_float8,
    delta,
    delta_unreduced,
    delta_predicted,
    convergence_eta,
    convergence_gamma,
    convergence_beta,
    convergence_sqrt,
    q_eta,
    q_gamma,
    q_reduced_eta,
    q_reduced_gamma,
    gcd_eta,
    gcd_gamma,
    factorial_reduction,
    metrics_reason,
    family,
    closed_form,
    closed_form_theorem,
    best.constant,
    best.relation,
    best.proof,
    evaluation_error,
    evaluator_version,
    evaluated_at
from formula
left join lateral (
    select constant.name as constant, relation.expression as relation, relation.proof
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.formula_id = formula.id and not is_rejected(relation)
    order by
        relation.kind = 'formula', proof_strength(relation.proof) desc,
        relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true;

create or replace view relations as
select
    relation.id as relation_id,
    relation.formula_id,
    formula_text(formula.a, formula.b) as formula,
    constant.name as constant,
    relation.expression,
    formula_text(formula.a, formula.b) || ' = ' || relation.expression as relation,
    relation.kind,
    relation.coefficients,
    relation.method,
    relation.proof,
    relation.theorem,
    relation.digits_used,
    relation.digits_verified,
    formula.is_canonical,
    relation.code_version,
    relation.found_at,
    is_rejected(relation) as rejected
from relation
join formula on formula.id = relation.formula_id
left join constant on constant.id = relation.constant_id;

create or replace view identified as
select
    formula.id,
    formula_text(formula.a, formula.b) as formula,
    best.constant,
    best.expression,
    best.proof,
    best.digits_verified,
    formula.status,
    formula.convergence_class,
    formula.limit_value,
    formula.limit_float8,
    formula.delta
from formula
join (
    select distinct on (relation.formula_id)
        relation.formula_id, constant.name as constant, relation.expression, relation.proof,
        relation.digits_verified
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.proof in ('verified', 'closed_form') and relation.kind <> 'formula' and not is_rejected(relation)
    order by
        relation.formula_id, proof_strength(relation.proof) desc,
        relation.digits_verified desc nulls last, relation.id
) as best on best.formula_id = formula.id
where formula.is_canonical;
comment on view identified is
    'Canonical formulas with a verified or proved relation to numbers or constants, the best one of each; one that is only tied to another formula is not identified';

create or replace view unidentified as
select
    formula.id,
    formula_text(formula.a, formula.b) as formula,
    formula.status,
    formula.convergence_class,
    formula.limit_value,
    formula.limit_digits,
    formula.limit_float8,
    formula.delta,
    formula.family,
    exists (select from exclusion where exclusion.formula_id = formula.id) as searched
from formula
where formula.is_canonical
    and formula.status in ('terminates', 'converges')
    and formula.limit_float8 is not null
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.proof in ('verified', 'closed_form')
            and relation.kind <> 'formula' and not is_rejected(relation)
    );
comment on view unidentified is
    'Canonical formulas with a finite limit and no verified or proved relation but to other formulas';

create or replace view constants_summary as
select
    constant.name as constant,
    constant.expression,
    constant.value_text,
    constant.value_float8,
    count(distinct formula.id) as formulas,
    count(distinct formula.id) filter (where relation.proof = 'closed_form') as formulas_proved,
    max(formula.delta) as best_delta,
    min(relation.found_at) as first_found_at
from constant
left join relation on relation.constant_id = constant.id and relation.proof in ('verified', 'closed_form')
    and not is_rejected(relation)
left join formula on formula.id = relation.formula_id and formula.is_canonical
group by constant.id;

CREATE OR REPLACE VIEW clusters AS
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
    cluster.retired_at,
    (
        SELECT cluster_name.given_name
        FROM cluster_name
        WHERE cluster_name.cluster_id = cluster.id
        ORDER BY cluster_name.id DESC
        LIMIT 1
    ) AS given_name
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
COMMENT ON COLUMN clusters.given_name IS 'Name that somebody gave to it, the last one; NULL: nobody did';

create view families as
select
    family,
    count(*) as formulas,
    count(*) filter (where best.expression is not null) as formulas_identified,
    (array_agg(formula.id order by complexity, formula.id))[1] as simplest_id,
    (array_agg(formula_text(a, b) order by complexity, formula.id))[1] as simplest,
    (array_agg(best.constant order by complexity, formula.id) filter (where best.constant is not null))[1]
        as constant,
    max(delta) as best_delta
from formula
left join lateral (
    select constant.name as constant, relation.expression
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.formula_id = formula.id
        and relation.proof in ('verified', 'closed_form')
        and not is_rejected(relation)
    order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true
where family is not null and is_canonical
group by family;
comment on view families is
    'Families of canonical formulas: their limits are tied by contiguity moves, so one constant serves all of them';
comment on column families.family is 'Key of the family';
comment on column families.formulas is 'Number of its canonical formulas in the catalogue';
comment on column families.formulas_identified is 'How many of them have a verified or proved relation';
comment on column families.simplest_id is 'Number of its simplest formula';
comment on column families.simplest is 'Its simplest formula, by complexity';
comment on column families.constant is 'Constant of its simplest formula that has one; NULL: none is known';
comment on column families.best_delta is 'Largest delta among them; NULL: none has one';
comment on column relations.rejected is 'Whether somebody rejected it; see table rejection';

create function polynomial_of(polynomial text) returns numeric[]
    language plpgsql immutable strict parallel safe
as $$
declare
    shown text := left(polynomial, 60);
    plain text;
    term text[];
    power integer;
    coefficients numeric[] := '{}';
begin
    plain := regexp_replace(lower(replace(polynomial, '**', '^')), '(\d)\s*\*\s*n', '\1n', 'g');
    plain := regexp_replace(regexp_replace(plain, '\s*([-+^])\s*', '\1', 'g'), '(\d)\s+n', '\1n', 'g');
    plain := btrim(plain);
    if plain !~ '^[-+]?(\d*n(\^\d{1,3})?|\d+)([-+](\d*n(\^\d{1,3})?|\d+))*$' then
        raise exception 'cannot read the polynomial %; write a sum of terms such as 2n^2 - n + 1', shown
            using errcode = 'invalid_text_representation';
    end if;
    for term in select regexp_matches(plain, '([-+]?)(?:(\d*)(n)(?:\^(\d+))?|(\d+))', 'g') loop
        power := case when term[3] is null then 0 else coalesce(term[4], '1')::integer end;
        while cardinality(coefficients) <= power loop
            coefficients := coefficients || 0::numeric;
        end loop;
        coefficients[power + 1] := coefficients[power + 1]
            + (term[1] || coalesce(nullif(coalesce(term[5], term[2]), ''), '1'))::numeric;
    end loop;
    while coefficients[cardinality(coefficients)] = 0 loop
        coefficients := trim_array(coefficients, 1);
    end loop;
    if cardinality(coefficients) = 0 then
        raise exception 'the polynomial % is zero', shown using errcode = 'invalid_text_representation';
    end if;
    return coefficients;
end
$$;
comment on function polynomial_of(text) is
    'Coefficients, constant term first, of a polynomial in n written as a sum of terms such as 2n^2 - n + 1';

create function formula_key(a numeric[], b numeric[]) returns bytea
    language sql immutable strict parallel safe
    return sha256(convert_to('pcf:' || array_to_string(a, ',') || ';' || array_to_string(b, ','), 'UTF8'));
comment on function formula_key(numeric[], numeric[]) is
    'Key by which table formula finds a formula, from its coefficients, constant term first';

create function pcf(a text, b text) returns setof formulas
    language sql stable strict parallel safe
as $$
    select formulas.*
    from formulas
    where formulas.id = (
        select formula.id from formula where formula.key = formula_key(polynomial_of($1), polynomial_of($2))
    )
$$;
comment on function pcf(text, text) is
    'The row of view formulas for PCF(a, b), such as pcf(''2n+1'', ''n^2''); no row where it is not in the catalogue';

create function similar_to(formula_id bigint, neighbours integer default 10)
    returns table (id bigint, formula text, distance double precision, constant text, relation text)
    language plpgsql stable strict parallel restricted
as $$
declare
    place real[];
    version smallint;
    squares text;
begin
    select stored.vector, stored.vector_version into place, version
    from formula_vector as stored
    where stored.formula_id = $1
    order by stored.vector_version desc
    limit 1;
    if place is null then
        raise exception 'formula % has no neighbour vector: it does not converge, or is not in the catalogue', $1
            using errcode = 'no_data_found';
    end if;
    select string_agg(format('power(vector[%s]::float8 - (%s)::float8, 2)', i, place[i]::float8), ' + ')
    into squares
    from generate_subscripts(place, 1) as i;
    return query execute format(
        'select near.formula_id, formulas.formula, near.distance, formulas.constant, formulas.relation
        from (
            select formula_id, sqrt(%s) as distance
            from formula_vector
            where vector_version = %s and formula_id <> %s
            order by distance, formula_id
            limit %s
        ) as near
        join formulas on formulas.id = near.formula_id
        order by near.distance, near.formula_id',
        squares, version, $1, greatest(neighbours, 0)
    );
end
$$;
comment on function similar_to(bigint, integer) is
    'The formulas nearest to a formula of the catalogue, exactly, by reading all vectors (seconds for a million); `formulary similar` is faster and takes formulas that are not there';
