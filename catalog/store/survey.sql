-- What the survey reads.

-- survey_known --
-- What other blocks begin with. Claims are canonical formulas whose best relation names a constant; of each class of
-- equivalent formulas among them, whether a publication is held, and whether one is an instance of a classical theorem:
-- as its closed form says, or as its class is among the given ones.
with published as (
    select distinct coalesce(equivalence.class_id, said.canonical_id, said.id) as class_id
    from source
    join formula as said on said.id = source.formula_id
    left join equivalence on equivalence.formula_id = coalesce(said.canonical_id, said.id)
),
claim as (
    select
        best.constant_id, best.formula_id, best.proof = 'theorem' as is_theorem,
        coalesce(equivalence.class_id, best.formula_id) as class_id, equivalence.class_id is null as is_alone,
        formula.closed_form_theorem is not null as is_classical
    from best_relation as best
    join formula on formula.id = best.formula_id and formula.kind = 'pcf'
    left join equivalence on equivalence.formula_id = best.formula_id
    where best.is_canonical and best.kind <> 'formula' and best.constant_id is not null
        and best.proof in ('verified', 'closed_form', 'theorem')
),
known as (
    select
        claim.class_id, published.class_id is not null as is_published,
        bool_or(is_classical or instance.class_id is not null) as is_classical
    from claim
    left join published using (class_id)
    left join unnest(%(instances)s::bigint[]) as instance (class_id) using (class_id)
    group by claim.class_id, published.class_id
)

-- survey_open --
-- The theorems that are neither published nor known to be instances of a classical theorem.
select claim.class_id, formula.a, formula.b
from claim
join known using (class_id)
join formula on formula.id = claim.formula_id
where is_theorem and not known.is_published and not known.is_classical

-- survey_constants --
-- The constants that are behind limits of canonical formulas: formulas, theorems, classes of equivalent formulas among
-- these, those of which a publication is held, others that are instances of a classical theorem, and theorems that have not
-- been compared with others yet; first a row for all constants together. Those with theorems first, the groups of the
-- library in turn, what theory alone has named last.
, counted as (
    select
        constant_id, count(*) as formulas, count(*) filter (where is_theorem) as theorems,
        count(distinct class_id) filter (where is_theorem) as classes,
        count(distinct class_id) filter (where is_theorem and known.is_published) as published,
        count(distinct class_id) filter (
            where is_theorem and known.is_classical and not known.is_published
        ) as classical,
        count(*) filter (where is_theorem and is_alone) as alone
    from claim
    join known using (class_id)
    group by grouping sets ((constant_id), ())
),
placed as (
    select
        counted.*, constant.name, constant.latex, constant.likelihood,
        constant.constant_group is not distinct from %(derived)s as is_derived,
        row_number() over (
            partition by constant_id is null, theorems = 0, constant_group order by likelihood, name
        ) as turn
    from counted
    left join constant on constant.id = counted.constant_id
)
select
    constant_id as id, name, latex, formulas, theorems, classes, published, classical, alone,
    (count(*) over ())::bigint - 1 as constants
from placed
order by constant_id is not null, theorems = 0, is_derived, turn, likelihood
limit %(count)s

-- survey_numbers --
-- Canonical formulas whose limit is a rational, quadratic or other algebraic number, and how many of these are theorems.
select kind, count(*) as formulas, count(*) filter (where proof = 'theorem') as theorems
from best_relation
where is_canonical and kind in ('rational', 'quadratic', 'algebraic')
    and proof in ('verified', 'closed_form', 'theorem')
group by kind

-- survey_best --
-- Of some constants the formulas with the largest delta, the fastest and the simplest, and the theorem to be written out:
-- the one with the largest delta of those that are neither published nor instances of a classical theorem, else of the
-- published ones, else of all; of those with the same two digits the simplest. With what stands behind each, and the first
-- publication held of the formula, of its mirror or an inflation, or of a formula that is proved to be equivalent to it.
with published as (
    select distinct on (class_id) class_id, paper, equation, author, said
    from (
        select
            coalesce(equivalence.class_id, said.canonical_id, said.id) as class_id,
            source.id, source.paper, source.equation, source.author,
            coalesce(formula_text(said.a, said.b), said.definition) as said
        from source
        join formula as said on said.id = source.formula_id
        left join equivalence on equivalence.formula_id = coalesce(said.canonical_id, said.id)
    ) as held
    order by class_id, id
),
candidate as (
    select
        formula.id, formula.a, formula.b, best.constant_id, relation.expression, best.proof, formula.convergence_class,
        formula.delta, formula.convergence_eta, formula.convergence_gamma, formula.complexity,
        published.paper, published.equation, published.author, published.said,
        coalesce(
            max(formula.closed_form_theorem) over (
                partition by best.constant_id, coalesce(equivalence.class_id, formula.id)
            ),
            case when coalesce(equivalence.class_id, formula.id) = any (%(instances)s::bigint[]) then %(theorem)s end
        ) as classical
    from best_relation as best
    join relation on relation.id = best.relation_id
    join formula on formula.id = best.formula_id and formula.kind = 'pcf'
    left join equivalence on equivalence.formula_id = formula.id
    left join published on published.class_id = coalesce(equivalence.class_id, formula.id)
    where best.constant_id = any (%(constants)s) and best.is_canonical and best.kind <> 'formula'
        and best.proof in ('verified', 'closed_form', 'theorem')
)
(
    select distinct on (constant_id) 'delta' as best_by, candidate.*
    from candidate
    where delta is not null
    order by constant_id, delta desc, complexity, id
)
union all
(
    select distinct on (constant_id) 'speed' as best_by, candidate.*
    from candidate
    order by
        constant_id, array_position(%(classes)s::text[], convergence_class), coalesce(convergence_eta, 0),
        coalesce(convergence_gamma, 0), complexity, id
)
union all
(
    select distinct on (constant_id) 'simplicity' as best_by, candidate.*
    from candidate
    order by constant_id, complexity, id
)
union all
(
    select distinct on (constant_id) 'choice' as best_by, candidate.*
    from candidate
    where proof = 'theorem'
    order by
        constant_id, paper is null and classical is not null, paper is not null, round(delta::numeric, 2) desc nulls last,
        complexity, id
)

-- survey_literature --
-- The publications that are held, with how many formulas are theirs; of all of them, and in the first row together.
select
    author, paper, count(distinct formula_id) as formulas, (count(*) over ())::bigint - 1 as papers
from source
group by grouping sets ((author, paper), ())
order by grouping(paper) desc, formulas desc, paper, author
limit %(count)s

-- survey_sittings --
-- The runs that did chunks: how long, with how many workers, what they brought in, and how they ended.
select
    run.id, run.started_at, run.worker_count, run.evaluated_by, run.end_reason,
    extract(epoch from greatest(max(chunk.done_at), run.ended_at) - run.started_at)::float8 as seconds,
    count(*) as chunks, sum(chunk.last_rank - chunk.first_rank)::bigint as ranks,
    sum(chunk.formulas_new)::bigint as formulas_new
from run
join chunk on chunk.run_id = run.id and chunk.state = 'done'
group by run.id
order by run.id

-- survey_riddles --
-- Canonical formulas without closed form and without a relation of their own that is more than digits, largest delta
-- first; of each class of equivalent formulas one. With what was sought in vain, in the whole library or as far as a bulk
-- run goes in it: constants, and the largest bound.
with riddle as (
    select distinct on (coalesce(equivalence.class_id, formula.id))
        formula.id, formula.a, formula.b, formula.convergence_class, formula.limit_value, formula.delta,
        formula.bound_kind
    from formula
    left join equivalence on equivalence.formula_id = formula.id
    left join best_relation as best on best.formula_id = formula.id
    where formula.is_canonical and formula.status = 'converges' and formula.delta is not null
        and formula.closed_form is null and formula.limit_exact is null
        and (best.formula_id is null or best.kind = 'formula' or best.proof in ('imported', 'numerical'))
    order by coalesce(equivalence.class_id, formula.id), formula.complexity, formula.id
)
select riddle.*, sought.constants, sought.digits
from riddle
left join lateral (
    select max(constants_tried) as constants, max(coefficient_digits) as digits
    from exclusion
    where exclusion.formula_id = riddle.id and exclusion.outcome in ('excluded', 'budget')
) as sought on true
order by riddle.delta desc
limit %(count)s
