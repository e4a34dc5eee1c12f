-- What pages read at any size: the best relation of each formula, summaries, and indexes in the orders of lists.

-- Lists go on by keys: the order of delta and that of evaluation, each with the number of the formula.
DROP INDEX formula_delta_idx;
CREATE INDEX formula_delta_idx ON formula (delta, id) INCLUDE (q_reduced_gamma) WHERE is_canonical AND delta IS NOT NULL;
CREATE INDEX formula_evaluated_at_idx ON formula (evaluated_at, id);
DROP INDEX formula_counts_idx;
CREATE INDEX formula_counts_idx ON formula (status, convergence_class, is_canonical, bound_kind);

-- Conditions of one list depend on each other: the class follows from the degrees.
CREATE STATISTICS formula_listed (dependencies, mcv) ON
    is_canonical, status, convergence_class, (cardinality(a)), (cardinality(b)) FROM formula;

-- The best relation

CREATE TABLE best_relation (
    formula_id BIGINT NOT NULL,
    relation_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    constant_id BIGINT,
    proof TEXT NOT NULL,
    digits_verified INTEGER,
    is_canonical BOOLEAN NOT NULL,
    CONSTRAINT best_relation_pkey PRIMARY KEY (formula_id),
    CONSTRAINT best_relation_formula_id_fkey FOREIGN KEY(formula_id) REFERENCES formula (id) ON DELETE CASCADE
);
COMMENT ON TABLE best_relation IS 'The best relation of each formula that nobody rejected, kept by triggers of relation and rejection: one to numbers or constants before one to another formula, then the stronger proof, more digits verified, the older';
COMMENT ON COLUMN best_relation.formula_id IS 'The formula';
COMMENT ON COLUMN best_relation.relation_id IS 'The relation, as relation.id';
COMMENT ON COLUMN best_relation.kind IS 'Its form, as relation.kind';
COMMENT ON COLUMN best_relation.constant_id IS 'The (first) constant in it, as relation.constant_id; NULL: none';
COMMENT ON COLUMN best_relation.proof IS 'What stands behind it, as relation.proof';
COMMENT ON COLUMN best_relation.digits_verified IS 'As relation.digits_verified; NULL: not verified';
COMMENT ON COLUMN best_relation.is_canonical IS 'Whether the formula is canonical';

create function relation_rank(kind text, proof text, digits_verified integer, id bigint) returns bigint[]
    language sql immutable parallel safe
    return array[(kind <> 'formula')::integer, proof_strength(proof), coalesce(digits_verified, -1), -id];
comment on function relation_rank(text, text, integer, bigint) is
    'Order of the relations of a formula, the best one last: see best_relation';

-- New relations: those that are better than what is there take its place, whoever else adds some at the time.
create function take_better_relations() returns trigger
    language plpgsql
as $$
begin
    insert into best_relation as best (
        formula_id, relation_id, kind, constant_id, proof, digits_verified, is_canonical
    )
    select distinct on (added.formula_id)
        added.formula_id, added.id, added.kind, added.constant_id, added.proof, added.digits_verified,
        formula.is_canonical
    from added
    join formula on formula.id = added.formula_id
    where not exists (
        select from rejection
        where rejection.formula_id = added.formula_id
            and rejection.kind = added.kind
            and rejection.expression = added.expression
    )
    order by added.formula_id, relation_rank(added.kind, added.proof, added.digits_verified, added.id) desc
    on conflict (formula_id) do update
    set relation_id = excluded.relation_id, kind = excluded.kind, constant_id = excluded.constant_id,
        proof = excluded.proof, digits_verified = excluded.digits_verified
    where relation_rank(excluded.kind, excluded.proof, excluded.digits_verified, excluded.relation_id)
        > relation_rank(best.kind, best.proof, best.digits_verified, best.relation_id);
    return null;
end
$$;
comment on function take_better_relations() is 'Keeps best_relation where relations are added';

-- Relations that changed or went, and judgement that came or went: the best one is sought anew.
create function seek_best_relations() returns trigger
    language plpgsql
as $$
declare
    ids bigint[] := array(select distinct touched.formula_id from touched);
begin
    if cardinality(ids) = 0 then
        return null;
    end if;
    perform from formula where id = any (ids) order by id for no key update;  -- one after the other
    delete from best_relation where formula_id = any (ids);
    insert into best_relation (formula_id, relation_id, kind, constant_id, proof, digits_verified, is_canonical)
    select distinct on (relation.formula_id)
        relation.formula_id, relation.id, relation.kind, relation.constant_id, relation.proof,
        relation.digits_verified, formula.is_canonical
    from relation
    join formula on formula.id = relation.formula_id
    where relation.formula_id = any (ids) and not is_rejected(relation)
    order by
        relation.formula_id,
        relation_rank(relation.kind, relation.proof, relation.digits_verified, relation.id) desc
    on conflict do nothing;
    return null;
end
$$;
comment on function seek_best_relations() is 'Keeps best_relation where relations change or go, or are judged';

create trigger relation_added after insert on relation referencing new table as added
    for each statement execute function take_better_relations();
create trigger relation_changed after update on relation referencing new table as touched
    for each statement execute function seek_best_relations();
create trigger relation_removed after delete on relation referencing old table as touched
    for each statement execute function seek_best_relations();
create trigger relation_rejected after insert on rejection referencing new table as touched
    for each statement execute function seek_best_relations();
create trigger relation_accepted after delete on rejection referencing old table as touched
    for each statement execute function seek_best_relations();

insert into best_relation (formula_id, relation_id, kind, constant_id, proof, digits_verified, is_canonical)
select distinct on (relation.formula_id)
    relation.formula_id, relation.id, relation.kind, relation.constant_id, relation.proof, relation.digits_verified,
    formula.is_canonical
from relation
join formula on formula.id = relation.formula_id
where not exists (
    select from rejection
    where (rejection.formula_id, rejection.kind, rejection.expression)
        = (relation.formula_id, relation.kind, relation.expression)
)
order by
    relation.formula_id, relation_rank(relation.kind, relation.proof, relation.digits_verified, relation.id) desc;

-- Relations by what stands behind them
CREATE INDEX relation_proof_idx ON relation (proof, formula_id);

-- Summaries

CREATE TABLE summary (
    subject TEXT NOT NULL,
    key BIGINT NOT NULL,
    content JSONB NOT NULL,
    CONSTRAINT summary_pkey PRIMARY KEY (subject, key)
);
COMMENT ON TABLE summary IS 'View summary_now as it was when last read whole (subject made says when): what pages show of large catalogues, always with its time';
COMMENT ON COLUMN summary.subject IS 'What it is about: counts, findings, gauges, reliability, map, constant, cluster, or made: when, how long it took, and after which rows';
COMMENT ON COLUMN summary.key IS 'Number of the constant or the cluster; 0 for the whole catalogue';
COMMENT ON COLUMN summary.content IS 'The figures';

create view summary_now as
select 'counts'::text as subject, 0::bigint as key, coalesce(jsonb_agg(to_jsonb(counted)), '[]') as content
from (
    select status, convergence_class, count(*) as formulas, count(*) filter (where is_canonical) as canonical
    from formula
    group by status, convergence_class
    order by count(*) desc
) as counted
union all
select 'findings', 0, jsonb_build_object(
    'identified', count(*),
    'constants_found', count(distinct constant_id),
    'constants', (select count(*) from constant),
    'relations', (select count(*) from relation),
    'vectors', (
        select coalesce(jsonb_object_agg(vector_version, vectors), '{}')
        from (select vector_version, count(*) as vectors from formula_vector group by vector_version) as counted
    )
)
from best_relation
where is_canonical and kind <> 'formula' and proof in ('verified', 'closed_form', 'theorem')
union all
select 'gauges', 0, jsonb_build_object(
    'formulas_failed', (
        select count(*) from formula where status = 'undetermined' and evaluation_error is not null
    ),
    'relations_unverified', (select count(*) from relation where proof in ('imported', 'numerical')),
    'verification_failures', (select count(*) from verification_failure)
)
union all
select 'reliability', 0, jsonb_build_object(
    'proofs', (
        select coalesce(jsonb_object_agg(proof, formulas), '{}')
        from (
            select proof, count(*) as formulas from best_relation
            where is_canonical and kind <> 'formula'
            group by proof
        ) as counted
    ),
    'bounds', (
        select coalesce(jsonb_object_agg(bound_kind, formulas), '{}')
        from (
            select bound_kind, count(*) as formulas from formula
            where is_canonical and bound_kind is not null
            group by bound_kind
        ) as counted
    )
)
union all
select 'constant', relation.constant_id, jsonb_build_object(
    'formulas', count(distinct relation.formula_id),
    'formulas_proved', count(distinct relation.formula_id) filter (
        where relation.proof in ('closed_form', 'theorem')
    ),
    'best_delta', max(measured.delta),
    'first_found_at', min(relation.found_at)
)
from relation
join best_relation as best on best.formula_id = relation.formula_id and best.is_canonical
left join (
    select id, delta from formula where is_canonical and delta is not null
) as measured on measured.id = relation.formula_id
where relation.constant_id is not null
    and relation.proof in ('verified', 'closed_form', 'theorem')
    and not exists (
        select from rejection
        where (rejection.formula_id, rejection.kind, rejection.expression)
            = (relation.formula_id, relation.kind, relation.expression)
    )
group by relation.constant_id
union all
select 'cluster', member.cluster_id, jsonb_build_object('members', count(*), 'canonical', count(canonical.id))
from cluster_member as member
join clustering on clustering.id = member.clustering_id and clustering.state = 'current'
left join (select id from formula where is_canonical) as canonical on canonical.id = member.formula_id
where member.cluster_id is not null
group by member.cluster_id
union all
select 'map', 0, coalesce(jsonb_agg(jsonb_build_array(x, y, formulas)), '[]')
from (
    select width_bucket(delta, -1.5, 1.5, 60) as x, width_bucket(q_reduced_gamma, -10, 10, 40) as y, count(*) as formulas
    from formula
    where is_canonical and delta is not null and q_reduced_gamma is not null
    group by 1, 2
) as counted
where x between 1 and 60 and y between 1 and 40;
comment on view summary_now is
    'Counts of the whole catalogue by subject, counted as they are asked for; table summary keeps them';
comment on column summary_now.subject is 'As in summary: counts, findings, gauges, reliability, map, constant, cluster';
comment on column summary_now.key is 'Number of the constant or the cluster; 0 for the whole catalogue';
comment on column summary_now.content is 'The figures';

analyze formula, best_relation;
