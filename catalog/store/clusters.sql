-- Clusters: what is clustered, and what came of it.

-- cluster_metrics --
-- Metrics of all formulas that have a vector, for COPY; NaN where one is NULL.
select formula.id, array[formula.is_canonical::integer::real, {metrics}]::real[]
from formula
join formula_vector on formula_vector.formula_id = formula.id and formula_vector.vector_version = {vector_version}
where {condition}
order by formula_vector.formula_id

-- verified_constants --
-- The best verified or proved relation that stands of each formula: a constant, or a kind of algebraic number.
select distinct on (relation.formula_id)
    relation.formula_id, relation.id as relation_id, relation.kind, relation.constant_id, constant.name as constant,
    case when relation.kind <> 'moebius' then relation.coefficients else array[]::numeric[] end as coefficients
from relation
left join constant on constant.id = relation.constant_id
where relation.proof not in ('imported', 'numerical')
    and relation.kind in ('rational', 'quadratic', 'algebraic', 'moebius')
    and not exists (
        select from rejection
        where (rejection.formula_id, rejection.kind, rejection.expression)
            = (relation.formula_id, relation.kind, relation.expression)
    )
    and (%(ids)s::bigint[] is null or relation.formula_id = any (%(ids)s::bigint[]))
order by
    relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- current_clustering --
-- The clustering that new formulas join.
select id, method, parameters, vector_version, made_at from clustering where state = 'current'

-- clustering_due --
-- Whether the current clustering is older than so many seconds, and formulas came since.
select exists (
    select from clustering
    where state = 'current' and made_at < clock_timestamp() - make_interval(secs => %(seconds)s)
        and exists (select from chunk where chunk.done_at > clustering.made_at)
)

-- start_clustering --
-- A new run.
insert into clustering (method, parameters, vector_version, state, code_version)
values (%(method)s, %(parameters)s, %(vector_version)s, 'building', %(code_version)s)
returning id

-- retire_clustering --
-- The run before this one gives way; its members go, its events stay.
with before as (
    update clustering set state = 'retired' where state = 'current' returning id
)
delete from cluster_member where clustering_id in (select id from before)

-- make_current --
-- From now on new formulas join this clustering.
update clustering set state = 'current' where id = %(id)s

-- members_of_current --
-- Who is in which cluster, for COPY.
select cluster_member.formula_id, cluster_member.cluster_id
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
where cluster_member.cluster_id is not null
order by cluster_member.formula_id

-- living_clusters --
-- Clusters in use, or those of these numbers that are.
select id, label, constant_id, representative_id, radius
from cluster
where retired_at is null and (%(ids)s::bigint[] is null or id = any (%(ids)s::bigint[]))
order by id

-- widest_radius --
-- The largest radius of a cluster in use; NULL where there is none.
select max(radius) as radius from cluster where retired_at is null

-- new_cluster_numbers --
-- Numbers that no cluster has had.
select nextval(pg_get_serial_sequence('cluster', 'id')) from generate_series(1, %(count)s)

-- put_clusters --
-- Clusters as they stand: new ones, and those that were there before.
insert into cluster (id, first_clustering_id, label, constant_id, radius, representative_id)
overriding system value
select entered.id, %(clustering_id)s, entered.label, entered.constant_id, entered.radius, entered.representative_id
from unnest(%(ids)s::bigint[], %(labels)s::text[], %(constants)s::bigint[], %(radii)s::float8[], %(representatives)s::bigint[])
    as entered (id, label, constant_id, radius, representative_id)
on conflict (id) do update set
    label = excluded.label, constant_id = excluded.constant_id, radius = excluded.radius,
    representative_id = excluded.representative_id

-- retire_clusters --
-- The members of clusters went to others.
update cluster set retired_at = now(), radius = null where id = any (%(ids)s::bigint[])

-- relabel_cluster --
-- What a cluster is called now.
update cluster set label = %(label)s, constant_id = %(constant_id)s where id = %(id)s

-- add_cluster_events --
-- Lines of the history of clusters.
insert into cluster_event (cluster_id, clustering_id, event, relation_id, detail)
select entered.cluster_id, %(clustering_id)s, entered.event, entered.relation_id, entered.detail::jsonb
from unnest(%(clusters)s::bigint[], %(events)s::text[], %(relations)s::bigint[], %(details)s::text[])
    with ordinality as entered (cluster_id, event, relation_id, detail, place)
order by entered.place

-- cluster_list --
-- Clusters in use, the largest first; their sizes are counted now or kept.
select
    largest.id, cluster.label, named.given_name, constant.name as constant, largest.members, largest.canonical,
    coalesce(formula_text(formula.a, formula.b), formula.definition) as representative, cluster.radius
from (
    select
        cluster.id,
        coalesce((figures.content::jsonb->>'members')::bigint, 0) as members,
        coalesce((figures.content::jsonb->>'canonical')::bigint, 0) as canonical
    from cluster
    left join {source} as figures on figures.subject = 'cluster' and figures.key = cluster.id
    where cluster.retired_at is null
        and (
            %(constant)s::text is null
            or %(constant)s = cluster.label
            or %(constant)s = (select name from constant where constant.id = cluster.constant_id)
            or %(constant)s = (
                select given_name from cluster_name where cluster_id = cluster.id order by cluster_name.id desc limit 1
            )
        )
        and (
            not %(unnamed)s
            or (cluster.label like 'unnamed-%%' and not exists (select from cluster_name where cluster_id = cluster.id))
        )
    order by canonical desc, members desc, cluster.id
    limit %(count)s
) as largest
join cluster on cluster.id = largest.id
left join constant on constant.id = cluster.constant_id
left join formula on formula.id = cluster.representative_id
left join lateral (
    select cluster_name.given_name from cluster_name where cluster_name.cluster_id = cluster.id order by id desc limit 1
) as named on true
order by largest.canonical desc, largest.members desc, largest.id

-- cluster_by_id --
-- One cluster; its size is counted now or kept.
select
    cluster.id, cluster.label, constant.name as constant,
    coalesce((figures.content::jsonb->>'members')::bigint, 0) as members,
    coalesce((figures.content::jsonb->>'canonical')::bigint, 0) as canonical,
    coalesce(formula_text(formula.a, formula.b), formula.definition) as representative, cluster.radius,
    last_event.event as last_event, last_event.happened_at as changed_at, cluster.retired_at, named.given_name
from cluster
left join {source} as figures on figures.subject = 'cluster' and figures.key = %(id)s
left join constant on constant.id = cluster.constant_id
left join formula on formula.id = cluster.representative_id
left join lateral (
    select cluster_name.given_name from cluster_name where cluster_name.cluster_id = cluster.id order by id desc limit 1
) as named on true
left join lateral (
    select cluster_event.event, cluster_event.happened_at
    from cluster_event where cluster_event.cluster_id = cluster.id order by cluster_event.id desc limit 1
) as last_event on true
where cluster.id = %(id)s

-- cluster_of --
-- Where a formula is in the current clustering.
select cluster.id, cluster.label, named.given_name, cluster_member.distance
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
join cluster on cluster.id = cluster_member.cluster_id
left join lateral (
    select cluster_name.given_name from cluster_name where cluster_name.cluster_id = cluster.id order by id desc limit 1
) as named on true
where cluster_member.formula_id = %(id)s

-- cluster_events --
-- The history of a cluster.
select cluster_event.event, cluster_event.detail, cluster_event.happened_at, relations.relation
from cluster_event
left join relations on relations.relation_id = cluster_event.relation_id
where cluster_event.cluster_id = %(id)s
order by cluster_event.id

-- cluster_formulas --
-- Members of a cluster, the simplest canonical ones first.
select
    formula.id, coalesce(formula_text(formula.a, formula.b), formula.definition) as formula,
    cluster_member.distance, formula.limit_value, best.expression as relation
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
join formula on formula.id = cluster_member.formula_id
left join lateral (
    select relation.expression
    from relation
    where relation.formula_id = formula.id and relation.proof not in ('imported', 'numerical') and not is_rejected(relation)
    order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true
where cluster_member.cluster_id = %(id)s
order by formula.is_canonical desc, formula.complexity, formula.id
limit %(count)s

-- unseen_formulas --
-- Formulas with a vector that the current clustering has not looked at.
select formula_vector.formula_id
from formula_vector
where formula_vector.vector_version = %(vector_version)s
    and not exists (
        select from cluster_member
        where cluster_member.formula_id = formula_vector.formula_id
            and cluster_member.clustering_id = %(clustering_id)s
    )
order by formula_vector.formula_id

-- unplaced_members --
-- Formulas that a clustering has looked at and that wait.
select formula_id from cluster_member
where clustering_id = %(clustering_id)s and cluster_id is null
order by formula_id

-- core_members --
-- Formulas in the cores of clusters, at distance 0.
select formula_id, cluster_id from cluster_member
where clustering_id = %(clustering_id)s and cluster_id = any (%(clusters)s::bigint[]) and distance = 0
order by formula_id

-- near_members --
-- Formulas of a clustering in a part of the space of its points: cluster for those in a core, NULL for those that wait.
select cluster_member.formula_id, cluster_member.cluster_id
from formula_vector
join formula on formula.id = formula_vector.formula_id
join cluster_member
    on cluster_member.formula_id = formula_vector.formula_id and cluster_member.clustering_id = {clustering_id}
where formula_vector.vector_version = {vector_version} and ({condition})
    and (cluster_member.cluster_id is null or cluster_member.distance = 0)
order by cluster_member.formula_id

-- put_members --
-- Formulas that came after the clustering, or that waited; NULL cluster: they wait.
insert into cluster_member (clustering_id, formula_id, cluster_id, distance)
select %(clustering_id)s, entered.formula_id, entered.cluster_id, entered.distance
from unnest(%(ids)s::bigint[], %(clusters)s::bigint[], %(distances)s::float8[])
    as entered (formula_id, cluster_id, distance)
on conflict (clustering_id, formula_id) do update set
    cluster_id = excluded.cluster_id, distance = excluded.distance
where cluster_member.cluster_id is null

-- canonical_by_size --
-- The canonical ones of some formulas, the simplest first.
select id from formula where id = any (%(ids)s::bigint[]) and is_canonical order by complexity, id

-- unnamed_clusters --
-- Clusters that a constant may name when it turns up.
select cluster.id, cluster.label, cluster.representative_id, formula.family
from cluster
join formula on formula.id = cluster.representative_id
where cluster.retired_at is null and cluster.constant_id is null and cluster.label like 'unnamed-%%'
order by cluster.id

-- formula_parts --
-- Coefficients of many formulas.
select id, a, b from formula where id = any (%(ids)s)

-- vectors_of --
-- Vectors of many formulas, for COPY.
select formula_id, vector from formula_vector
where vector_version = {vector_version} and {condition}
order by formula_id
