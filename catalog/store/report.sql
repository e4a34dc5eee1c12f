-- What the report reads.

-- report_findings --
-- Verified relations of canonical formulas by constant, or by kind where it is not a named one; the best of each formula.
select
    constant.name, constant.latex, best.kind, count(*) as formulas, max(formula.delta) as best_delta,
    count(*) filter (where best.proof in ('closed_form', 'theorem')) as proved
from (
    select distinct on (relation.formula_id)
        relation.formula_id, relation.constant_id, relation.proof,
        case when relation.constant_id is null then relation.kind end as kind
    from relation
    where relation.proof not in ('imported', 'numerical')
        and relation.kind <> 'formula'
        and not exists (
            select from rejection
            where rejection.formula_id = relation.formula_id
                and rejection.kind = relation.kind
                and rejection.expression = relation.expression
        )
    order by
        relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
) as best
join formula on formula.id = best.formula_id and formula.is_canonical
left join constant on constant.id = best.constant_id
group by constant.id, best.kind
order by formulas desc, constant.name

-- report_clusters --
-- All clusters in use, the largest first, with the limit of the representative.
select
    clusters.id, coalesce(clusters.given_name, clusters.label) as label, clusters.constant, constant.latex,
    clusters.members, clusters.canonical, formula.a, formula.b, formula.limit_value
from clusters
join cluster on cluster.id = clusters.id
left join formula on formula.id = cluster.representative_id
left join constant on constant.id = cluster.constant_id
where clusters.retired_at is null and clusters.canonical > 0
order by clusters.canonical desc, clusters.members desc, clusters.id

-- report_newest --
-- The newest verified relations of canonical formulas.
select
    relation.id, formula.a, formula.b, relation.expression, relation.proof, relation.theorem, relation.digits_verified,
    relation.found_at, coalesce(constant.name, relation.kind) as constant, constant.latex
from relation
join formula on formula.id = relation.formula_id and formula.is_canonical and formula.kind = 'pcf'
left join constant on constant.id = relation.constant_id
where relation.proof not in ('imported', 'numerical')
    and relation.kind <> 'formula'
    and not exists (
        select from rejection
        where rejection.formula_id = relation.formula_id
            and rejection.kind = relation.kind
            and rejection.expression = relation.expression
    )
order by relation.id desc
limit %(count)s

-- report_riddles --
-- Canonical formulas without closed form and verified relation to numbers or constants, the largest delta first.
select formula.a, formula.b, formula.convergence_class, formula.limit_value, formula.delta, formula.family
from formula
where formula.is_canonical
    and formula.delta is not null
    and formula.status = 'converges'
    and formula.closed_form is null
    and not exists (
        select from relation
        where relation.formula_id = formula.id
            and relation.proof not in ('imported', 'numerical')
            and relation.kind <> 'formula'
            and not exists (
                select from rejection
                where rejection.formula_id = relation.formula_id
                    and rejection.kind = relation.kind
                    and rejection.expression = relation.expression
            )
    )
order by formula.delta desc
limit %(count)s
