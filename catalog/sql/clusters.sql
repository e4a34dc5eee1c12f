-- Clusters: what is clustered, and what came of it.

-- cluster_metrics --
-- Metrics of all formulas that have a vector, for COPY; NaN where one is NULL.
select formula.id, array[formula.is_canonical::integer::real, {metrics}]::real[]
from formula
join formula_vector on formula_vector.formula_id = formula.id and formula_vector.vector_version = {vector_version}
where {condition}
order by formula.id

-- verified_constants --
-- The best verified or proved relation of each formula that has a vector: a constant, or a kind of algebraic number.
select distinct on (relation.formula_id)
    relation.formula_id, relation.id as relation_id, relation.kind, relation.constant_id, constant.name as constant,
    case when relation.kind <> 'moebius' then relation.coefficients else array[]::numeric[] end as coefficients
from relation
left join constant on constant.id = relation.constant_id
where relation.proof in ('verified', 'closed_form')
    and relation.kind in ('rational', 'quadratic', 'algebraic', 'moebius')
order by
    relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- current_clustering --
-- The clustering that new formulas join.
select id, method, parameters, vector_version, made_at from clustering where state = 'current'

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
-- Clusters in use.
select id, label, constant_id, representative_id, radius from cluster where retired_at is null order by id

-- add_cluster --
-- A cluster that was not there before.
insert into cluster (first_clustering_id, radius, representative_id)
values (%(clustering_id)s, %(radius)s, %(representative_id)s)
returning id

-- change_cluster --
-- Label and figures of a cluster.
update cluster
set label = %(label)s, constant_id = %(constant_id)s, radius = %(radius)s, representative_id = %(representative_id)s
where id = %(id)s

-- retire_cluster --
-- The members of a cluster went to others.
update cluster set retired_at = now(), radius = null where id = %(id)s

-- add_cluster_event --
-- One line of a cluster's history.
insert into cluster_event (cluster_id, clustering_id, event, relation_id, detail)
values (%(cluster_id)s, %(clustering_id)s, %(event)s, %(relation_id)s, %(detail)s)

-- cluster_list --
-- Clusters in use, the largest first.
select id, label, constant, members, canonical, representative, radius
from clusters
where retired_at is null
    and (%(constant)s::text is null or constant = %(constant)s or label = %(constant)s)
    and (not %(unnamed)s or label like 'unnamed-%%')
order by canonical desc, members desc, id
limit %(count)s

-- cluster_by_id --
-- One cluster.
select * from clusters where id = %(id)s

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
    formula.id, formula_text(formula.a, formula.b) as formula, cluster_member.distance, formula.limit_value,
    best.expression as relation
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
join formula on formula.id = cluster_member.formula_id
left join lateral (
    select relation.expression
    from relation
    where relation.formula_id = formula.id and relation.proof in ('verified', 'closed_form')
    order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true
where cluster_member.cluster_id = %(id)s
order by formula.is_canonical desc, formula_complexity(formula.a, formula.b), formula.id
limit %(count)s

-- unplaced_formulas --
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

-- add_member --
-- A formula that came after the clustering; NULL cluster: it waits.
insert into cluster_member (clustering_id, formula_id, cluster_id, distance)
values (%s, %s, %s, %s)
on conflict do nothing

-- formula_parts --
-- Coefficients of many formulas.
select id, a, b from formula where id = any (%(ids)s)

-- vectors_of --
-- Vectors of many formulas.
select formula_id, vector from formula_vector where formula_id = any (%(ids)s) and vector_version = %(vector_version)s
