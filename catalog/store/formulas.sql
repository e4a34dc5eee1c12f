-- Reads of the commands.

-- formula_by_key --
-- One formula with all its columns.
select * from formula where key = %(key)s

-- formula_by_id --
-- One formula with all its columns.
select * from formula where id = %(id)s

-- ids_by_key --
-- The numbers of those of many keys that are known.
select key, id from formula where key = any (%(keys)s)

-- relations_of --
-- Relations of a formula, the strongest first.
select
    relation.id, constant.name as constant, relation.kind, relation.coefficients, relation.expression,
    relation.method, relation.proof, relation.theorem, relation.digits_used, relation.digits_verified,
    relation.code_version, relation.found_at
from relation
left join constant on constant.id = relation.constant_id
where relation.formula_id = %(id)s
order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- guesses_of --
-- What was proposed for a formula, or else for its canonical formula, in order.
select
    guess.place, constant.name as constant, guess.proposer, guess.distance, guess.outcome, guess.digits_used,
    guess.digits_needed, guess.relation_id, guess.neighbour_id,
    formula_text(neighbour.a, neighbour.b) as neighbour, guess.guessed_at
from guess
left join constant on constant.id = guess.constant_id
left join formula as neighbour on neighbour.id = guess.neighbour_id
where guess.formula_id = coalesce(
    (select formula_id from guess where formula_id = %(id)s limit 1),
    (select canonical_id from formula where id = %(id)s)
)
order by guess.place, guess.id

-- exclusions_of --
-- What was sought for a formula, or else for its canonical formula, and not found.
select library_version, kind, coefficient_digits, digits_used, outcome, constants_tried, digits_needed, sought_at
from exclusion
where formula_id = coalesce(
    (select formula_id from exclusion where formula_id = %(id)s limit 1),
    (select canonical_id from formula where id = %(id)s)
)
order by sought_at

-- sources_of --
-- Where a formula was published.
select paper, equation, author, link, stated_limit from source where formula_id = %(id)s order by id

-- labels_of --
-- The best constant of many formulas, for tables of neighbours; formulas without a named one are left out.
select distinct on (relation.formula_id)
    relation.formula_id, constant.name as constant, relation.expression, relation.proof
from relation
join constant on constant.id = relation.constant_id
where relation.formula_id = any (%(ids)s)
order by relation.formula_id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- coefficients_of --
-- Coefficients of many formulas, and their limits.
select id, a, b, status, limit_value, limit_digits from formula where id = any (%(ids)s)

-- anchors --
-- Labelled formulas: those with a verified or proved relation to a named constant, the best one of each.
select distinct on (formula.id)
    formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits, formula.family,
    constant.name as constant, relation.coefficients, relation.expression, relation.proof
from relation
join formula on formula.id = relation.formula_id
join constant on constant.id = relation.constant_id
where relation.proof in ('verified', 'closed_form') and relation.kind = 'moebius'
order by formula.id, proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id

-- status_counts --
-- Formulas by status and class, all and canonical.
select status, convergence_class, count(*) as formulas, count(*) filter (where is_canonical) as canonical
from formula
group by status, convergence_class
order by formulas desc

-- status_findings --
-- What was found: canonical formulas with a verified relation, vectors, constants.
select
    (select count(*) from identified) as identified,
    (select count(distinct constant) from identified) as constants_found,
    (select count(*) from constant) as constants,
    (select count(*) from relation) as relations,
    (select count(*) from formula where is_canonical) as canonical

-- status_rate --
-- Ranks a second over the last minutes, and ranks that remain in claimable or leased chunks.
select
    coalesce(sum(last_rank - first_rank) filter (where done_at > clock_timestamp() - make_interval(secs => %(seconds)s)), 0)
        / greatest(
            least(
                %(seconds)s,
                extract(epoch from clock_timestamp() - min(done_at) filter (
                    where done_at > clock_timestamp() - make_interval(secs => %(seconds)s)))
            ), 1
        )::float8 as ranks_per_second,
    coalesce(sum(last_rank - first_rank) filter (where state in ('open', 'leased')), 0)::bigint as ranks_left
from chunk

-- status_runs --
-- Daemons at work, and those that left in the last day.
select
    run.id, run.host, run.process_id, run.program_version, run.worker_count, run.started_at, run.heartbeat_at,
    run.ended_at, run.end_reason,
    extract(epoch from clock_timestamp() - run.heartbeat_at)::float8 as heartbeat_age,
    (select count(*) from chunk where chunk.run_id = run.id and chunk.state = 'leased') as leased
from run
where run.ended_at is null or run.ended_at > now() - interval '1 day'
order by run.id

-- vectors_beyond --
-- Vectors of transactions from a watermark on but one, for COPY; all of them from watermark 0.
select formula_id, vector
from formula_vector
where vector_version = {vector_version} and added_xid >= {watermark}::xid8 and added_xid <> {held}::xid8
order by formula_id

-- safe_watermark --
-- Every transaction before this one has ended: what it wrote is visible to whatever is read from now on.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- vector_count --
-- Number of vectors of a version.
select count(*) from formula_vector where vector_version = %(vector_version)s

-- vectors_by_id --
-- Vectors of a few formulas, to be compared with an index.
select formula_id, vector from formula_vector where formula_id = any (%(ids)s) and vector_version = %(vector_version)s

-- any_vector --
-- Whether there is a vector of a version.
select exists (select from formula_vector where vector_version = %(vector_version)s)

-- catalogue_identity --
-- Which catalogue this is, and on which server and in which past of it.
select catalogue_id, epoch, catalogue_epoch() as current_epoch from catalogue

-- record_snapshot --
-- A snapshot of an index was written.
insert into index_snapshot (snapshot_id, host, index_name, watermark, vector_version, vector_count, checksum)
values (
    %(snapshot_id)s, %(host)s, %(index_name)s, %(watermark)s::text::xid8, %(vector_version)s, %(vector_count)s,
    %(checksum)s
)

-- snapshot_known --
-- Whether a snapshot is part of this database's past.
select exists (select from index_snapshot where snapshot_id = %(snapshot_id)s)
