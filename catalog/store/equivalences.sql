-- Classes of equivalent formulas.

-- without_class --
-- Canonical convergent formulas that are in no class yet, or those of them with these numbers, in order; with the limit
-- as it was evaluated.
select
    formula.id, formula.a, formula.b,
    case when formula.bound_kind <> 'imported' and formula.limit_digits > 0 then formula.limit_value end as limit_value
from formula
where formula.id > %(after)s and formula.is_canonical and formula.status = 'converges' and formula.kind = 'pcf'
    and (%(ids)s::bigint[] is null or formula.id = any (%(ids)s::bigint[]))
    and not exists (select from equivalence where equivalence.formula_id = formula.id)
order by formula.id
limit %(count)s

-- forget_classes --
-- Those of these formulas that do not converge any more lose their class, and so does every member of a class that one
-- of them represents; the next sweep finds the classes of these anew.
delete from equivalence
using formula
where formula.id in (equivalence.formula_id, equivalence.class_id) and formula.id = any (%(ids)s::bigint[])
    and formula.status <> 'converges'

-- representatives --
-- The formulas that represent the classes of some buckets, oldest first; with the limit as it was evaluated.
select
    equivalence.bucket, formula.id, formula.a, formula.b,
    case when formula.bound_kind <> 'imported' and formula.limit_digits > 0 then formula.limit_value end as limit_value
from equivalence
join formula on formula.id = equivalence.formula_id
where equivalence.formula_id = equivalence.class_id and equivalence.bucket = any (%(buckets)s::bytea[])
order by formula.id

-- insert_equivalences --
-- Formulas with their classes; one that has a class meanwhile keeps it.
insert into equivalence
    (formula_id, class_id, bucket, folds, matrix, scale, regular_from, map, open_reason, code_version)
select
    formula_id, class_id, bucket, folds::smallint[], matrix::jsonb, scale::jsonb, regular_from, map::numeric[],
    open_reason, %(code_version)s
from unnest(
    %(formula_ids)s::bigint[], %(class_ids)s::bigint[], %(buckets)s::bytea[], %(folds)s::text[], %(matrices)s::text[],
    %(scales)s::text[], %(regular_from)s::integer[], %(maps)s::text[], %(open_reasons)s::text[]
) as found (formula_id, class_id, bucket, folds, matrix, scale, regular_from, map, open_reason)
where exists (select from formula where formula.id = found.class_id)
on conflict (formula_id) do nothing

-- class_of --
-- The class of a formula, or of the canonical formula that it is a mirror or inflation of.
select
    equivalence.formula_id, equivalence.class_id, coalesce(formula_text(first.a, first.b), first.definition) as formula,
    coalesce(formula_text(other.a, other.b), other.definition) as representative, equivalence.folds, equivalence.map,
    equivalence.open_reason,
    (
        select count(*) from equivalence as member
        where member.class_id = equivalence.class_id and member.formula_id <> member.class_id
    ) + 1 as formulas
from formula
join equivalence on equivalence.formula_id = coalesce(formula.canonical_id, formula.id)
join formula as first on first.id = equivalence.formula_id
join formula as other on other.id = equivalence.class_id
where formula.id = %(id)s

-- classes_of --
-- The classes of all formulas, or of these, mirrors and inflations with that of their canonical formula.
select formula.id, equivalence.class_id
from formula
join equivalence on equivalence.formula_id = coalesce(formula.canonical_id, formula.id)
where %(ids)s::bigint[] is null or formula.id = any (%(ids)s::bigint[])

-- class_gaps --
-- Canonical formulas without a constant in classes with a named member, each with the best named one: that of the
-- strongest proof, the simplest of these. Those that a member was of no use to are left out.
with named as materialized (
    select distinct on (equivalence.class_id)
        equivalence.class_id, formula.id, formula.a, formula.b, relation.coefficients, relation.proof,
        constant.name as constant, constant.expression as term
    from relation
    join equivalence on equivalence.formula_id = relation.formula_id
    join formula on formula.id = relation.formula_id
    join constant on constant.id = relation.constant_id
    where relation.kind = 'moebius' and relation.proof in ('verified', 'closed_form', 'theorem')
        and not is_rejected(relation)
        and (
            %(ids)s::bigint[] is null
            or equivalence.class_id in (select class_id from equivalence where formula_id = any (%(ids)s::bigint[]))
        )
    order by equivalence.class_id, proof_strength(relation.proof) desc, formula.complexity, formula.id, relation.id
)
select
    formula.id, formula.a, formula.b, named.a as member_a, named.b as member_b, named.coefficients, named.proof,
    named.constant, named.term,
    (select coalesce(max(guess.place), 0) + 1 from guess where guess.formula_id = formula.id) as guess_place
from named
join equivalence on equivalence.class_id = named.class_id
join formula on formula.id = equivalence.formula_id
where formula.id <> named.id
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind <> 'formula'
            and relation.proof not in ('imported', 'numerical')
    )
    and not exists (
        select from guess
        where guess.formula_id = formula.id and guess.proposer = %(proposer)s and guess.outcome <> 'found'
    )
order by formula.id
limit %(count)s

-- named_members --
-- For formulas, the other members of their classes with a theorem, the strongest and simplest first.
select equivalence.formula_id as asked, formula.a, formula.b
from equivalence
join equivalence as other on other.class_id = equivalence.class_id and other.formula_id <> equivalence.formula_id
join formula on formula.id = other.formula_id
where equivalence.formula_id = any (%(ids)s::bigint[])
    and exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind <> 'formula' and relation.proof = 'theorem'
            and not is_rejected(relation)
    )
order by equivalence.formula_id, formula.complexity, formula.id

-- cluster_classes --
-- The classes of more than one formula among the canonical members of a cluster, the largest first; how many members
-- are in one, and how many were not compared yet.
with member as (
    select formula.id, equivalence.class_id
    from cluster_member
    join clustering on clustering.id = cluster_member.clustering_id and clustering.state = 'current'
    join formula on formula.id = cluster_member.formula_id and formula.is_canonical
    left join equivalence on equivalence.formula_id = formula.id
    where cluster_member.cluster_id = %(cluster)s
)
select
    member.class_id, coalesce(formula_text(formula.a, formula.b), formula.definition) as representative,
    count(*) as formulas
from member
left join formula on formula.id = member.class_id
group by member.class_id, formula.id
order by member.class_id is null, count(*) desc, member.class_id
