-- Families: who is named, who is not yet tied to anybody.

-- family_gaps --
-- Canonical members without a constant, each with its family's representative: the simplest named one, with its
-- relation, or the simplest where none is named. Members that a family was of no use to are left out. A relation that
-- somebody rejected names its formula, which is not sought again, and stands for no family.
with named as materialized (
    select distinct on (relation.formula_id)
        relation.formula_id, relation.coefficients, constant.name as constant, constant.expression as term,
        proof_strength(relation.proof) as strength, rejection.formula_id is null as stands
    from relation
    left join rejection using (formula_id, kind, expression)
    join constant on constant.id = relation.constant_id
    where relation.kind = 'moebius' and relation.proof not in ('imported', 'numerical')
        and (
            %(family)s::text is null
            or relation.formula_id in (select formula.id from formula where formula.family = %(family)s::text)
        )
    order by relation.formula_id, stands desc, strength desc, relation.id
),
member as (
    select
        formula.id, formula.a, formula.b, named.constant,
        first_value(formula.id) over simplest as representative_id,
        first_value(case when named.stands then named.coefficients end) over simplest as coefficients,
        first_value(case when named.stands then named.constant end) over simplest as representative_constant,
        first_value(case when named.stands then named.term end) over simplest as term
    from formula
    left join named on named.formula_id = formula.id
    where formula.is_canonical and formula.status = 'converges' and formula.family is not null
        and formula.family <> 'rational' and formula.family not like 'quadratic:%%'
        and (%(family)s::text is null or formula.family = %(family)s::text)
    window simplest as (
        partition by formula.family
        order by named.stands is not true, named.strength desc nulls last,
            cardinality(formula.a) + cardinality(formula.b), length(formula.a::text || formula.b::text), formula.id
    )
)
select
    member.id, member.a, member.b, representative.a as representative_a, representative.b as representative_b,
    representative.key as representative_key, member.coefficients, member.representative_constant as constant,
    member.term,
    (select coalesce(max(guess.place), 0) + 1 from guess where guess.formula_id = member.id) as guess_place
from member
join formula as representative on representative.id = member.representative_id
where member.id <> member.representative_id and member.constant is null
    and (
        member.representative_constant is not null
        or not exists (select from relation where relation.formula_id = member.id and relation.kind = 'formula')
    )
    and not exists (
        select from guess
        where guess.formula_id = member.id and guess.proposer = %(proposer)s and guess.outcome <> 'found'
    )
order by (member.representative_constant is null), member.id
limit %(count)s

-- unnamed_copies --
-- Mirrors and inflations of named formulas that have no constant themselves.
select formula.id, formula.a, formula.b, formula.canonical_id
from formula
where formula.canonical_id = any (%(ids)s::bigint[])
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind = 'moebius'
            and relation.proof not in ('imported', 'numerical')
    )
