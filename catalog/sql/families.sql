-- Families: who is named, who is not yet tied to anybody.

-- family_gaps --
-- Canonical members without a constant, each with its family's representative: the simplest named one, with its
-- relation, or the simplest where none is named. Members that a family was of no use to are left out.
with member as (
    select formula.id, formula.a, formula.b, formula.key, formula.family,
        named.coefficients, named.constant, named.term,
        row_number() over (
            partition by formula.family
            order by named.constant is null, named.strength desc nulls last,
                cardinality(formula.a) + cardinality(formula.b), length(formula.a::text || formula.b::text), formula.id
        ) as place
    from formula
    left join lateral (
        select relation.coefficients, constant.name as constant, constant.expression as term,
            proof_strength(relation.proof) as strength
        from relation
        join constant on constant.id = relation.constant_id
        where relation.formula_id = formula.id and relation.kind = 'moebius'
            and relation.proof in ('verified', 'closed_form')
        order by strength desc, relation.id
        limit 1
    ) as named on true
    where formula.is_canonical and formula.status = 'converges' and formula.family is not null
        and formula.family <> 'rational' and formula.family not like 'quadratic:%%'
        and (%(family)s::text is null or formula.family = %(family)s::text)
)
select member.id, member.a, member.b, representative.a as representative_a, representative.b as representative_b,
    representative.key as representative_key, representative.coefficients, representative.constant, representative.term,
    (select coalesce(max(guess.place), 0) + 1 from guess where guess.formula_id = member.id) as guess_place
from member
join member as representative on representative.family = member.family and representative.place = 1
where member.place > 1 and member.constant is null
    and (
        representative.constant is not null
        or not exists (select from relation where relation.formula_id = member.id and relation.kind = 'formula')
    )
    and not exists (
        select from guess
        where guess.formula_id = member.id and guess.proposer = %(proposer)s and guess.outcome <> 'found'
    )
order by (representative.constant is null), member.id
limit %(count)s

-- unnamed_copies --
-- Mirrors and inflations of named formulas that have no constant themselves.
select formula.id, formula.a, formula.b, formula.canonical_id
from formula
where formula.canonical_id = any (%(ids)s::bigint[])
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind = 'moebius'
            and relation.proof in ('verified', 'closed_form')
    )

-- lock_families --
-- One sweep at a time; released by unlock_families or with the connection.
select pg_try_advisory_lock(hashtext('formulary families'))

-- unlock_families --
-- The sweep is over.
select pg_advisory_unlock(hashtext('formulary families'))
