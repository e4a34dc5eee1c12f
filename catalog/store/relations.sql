-- What `formulary verify` reads.

-- stored_relations --
-- Relations with both sides' definitions: all, those of one formula, or a sample of so many.
select
    relation.id, formula.a, formula.b, formula.definition, relation.kind, relation.coefficients, relation.expression,
    greatest(relation.digits_used, relation.digits_verified) as digits, constant.expression as term,
    other.a as other_a, other.b as other_b
from relation
join formula on formula.id = relation.formula_id
left join constant on constant.id = relation.constant_id
left join lateral (
    select partner.a, partner.b
    from relation_term
    join formula as partner on partner.id = relation_term.other_formula_id
    where relation_term.relation_id = relation.id and relation.kind = 'formula'
    limit 1
) as other on true
where (%(formula_id)s::bigint is null or relation.formula_id = %(formula_id)s::bigint)
    and (%(sample)s::bigint is null or relation.id = any (%(chosen)s::bigint[]))
order by relation.formula_id, relation.id

-- sample_relations --
-- Numbers of relations, some at random.
select id from relation order by random() limit %(count)s

-- count_relations --
-- How many there are.
select count(*) from relation

-- failing_relations --
-- Those whose last verification failed.
select relation_id from verification_failure

-- forget_failures --
-- These hold now.
delete from verification_failure where relation_id = any (%(ids)s)

-- record_failures --
-- These do not hold; the last verification counts.
insert into verification_failure (relation_id, reason, digits_agreed, code_version)
select given.relation_id, given.reason, given.digits, %(code_version)s
from unnest(%(ids)s::bigint[], %(reasons)s::text[], %(digits)s::integer[]) as given (relation_id, reason, digits)
where exists (select from relation where relation.id = given.relation_id)
on conflict (relation_id) do update
set reason = excluded.reason, digits_agreed = excluded.digits_agreed, code_version = excluded.code_version,
    failed_at = excluded.failed_at

-- stored_theorems --
-- Theorems with all that a certificate is made of: the formula, the constant or the other formula, the simplest other
-- members of the formula's class that have a theorem, and trajectories that the formula represents. All, those of one formula, or a sample of so many.
select
    relation.id, formula.a, formula.b, relation.kind, relation.coefficients, relation.expression,
    constant.name as constant, constant.expression as term, partner.a as other_a, partner.b as other_b,
    members.a_texts, members.b_texts, walks.paths
from relation
join formula on formula.id = relation.formula_id and formula.kind = 'pcf'
left join constant on constant.id = relation.constant_id
left join lateral (
    select partner.a, partner.b
    from relation_term
    join formula as partner on partner.id = relation_term.other_formula_id
    where relation_term.relation_id = relation.id and relation.kind = 'formula'
    limit 1
) as partner on true
left join lateral (
    select array_agg(a::text order by complexity, id) as a_texts, array_agg(b::text order by complexity, id) as b_texts
    from (
        select member.id, member.a, member.b, member.complexity
        from equivalence
        join equivalence as other on other.class_id = equivalence.class_id
        join formula as member on member.id = other.formula_id
        where equivalence.formula_id = coalesce(formula.canonical_id, formula.id)
            and other.formula_id <> equivalence.formula_id and relation.kind = 'moebius'
            and exists (
                select from relation as known
                where known.formula_id = member.id and known.kind = 'moebius' and known.proof = 'theorem'
            )
        order by member.complexity, member.id
        limit 3
    ) as simplest
) as members on true
left join lateral (
    select json_agg(json_build_array(walk.name, walk.direction, walk.start)) as paths
    from (
        select field.name, trajectory.direction, trajectory.start
        from representation
        join trajectory on trajectory.id = representation.trajectory_id
        join field on field.id = trajectory.field_id and field.matrices is null
        where representation.formula_id = formula.id and representation.map is not null
        order by representation.equivalence is not null, trajectory.steps, trajectory.id
        limit 4
    ) as walk
) as walks on true
where relation.proof = 'theorem'
    and (%(formula_id)s::bigint is null or relation.formula_id = %(formula_id)s::bigint)
    and (%(sample)s::bigint is null or relation.id = any (%(chosen)s::bigint[]))
order by relation.formula_id, relation.id

-- sample_theorems --
-- Numbers of theorems, some at random.
select id from relation where proof = 'theorem' order by random() limit %(count)s

-- count_theorems --
-- How many there are.
select count(*) from relation where proof = 'theorem'
