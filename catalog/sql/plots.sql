-- What pictures show.

-- plot_points --
-- Two figures of canonical formulas and a group; columns and condition are filled in, and run as the reader.
select formulas.{x}::float8, formulas.{y}::float8, {group}
from formulas
{join}
where formulas.is_canonical and formulas.{x} is not null and formulas.{y} is not null and ({where})

-- plot_members --
-- Cluster and label of every member of the current clustering.
select cluster_member.formula_id, cluster_member.cluster_id, cluster.label
from cluster_member
join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
left join cluster on cluster.id = cluster_member.cluster_id

-- plot_growth --
-- Formulas by the moment of their transaction.
select evaluated_at, count(*) from formula group by evaluated_at order by evaluated_at
