-- What the nearest-neighbour index reads: vectors, labelled formulas, snapshots.

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

-- without_vector --
-- Convergent formulas that have no neighbour vector of this version, in order.
select formula.id, formula.a, formula.b from formula
where status = 'converges' and kind = 'pcf' and formula.id > %(after)s
    and not exists (
        select from formula_vector where formula_id = formula.id and vector_version = %(vector_version)s
    )
order by formula.id
limit %(count)s

-- count_without_vector --
-- How many these are.
select count(*) from formula
where status = 'converges' and kind = 'pcf'
    and not exists (
        select from formula_vector where formula_id = formula.id and vector_version = %(vector_version)s
    )

-- drop_older_vectors --
-- Vectors of older versions.
delete from formula_vector where vector_version < %(vector_version)s

-- add_vector --
-- The neighbour vector of a formula.
insert into formula_vector (formula_id, vector_version, vector)
values (%(formula_id)s, %(vector_version)s, %(vector)s)
on conflict do nothing

-- sampled_vectors --
-- Some vectors at random.
select formula_id, vector from formula_vector
where vector_version = %(vector_version)s
order by random()
limit %(count)s

-- vector_ids --
-- The formulas that have a vector.
select formula_id from formula_vector where vector_version = %(vector_version)s

-- labelled_vectors --
-- The vectors at which a constant was verified, once for each constant, with the shortest formula there; those of the
-- likeliest constants, and none of constants that theory has named for a formula, which are as many as formulas.
select distinct on (constant.likelihood, constant.name, formula_vector.vector)
    formula.id, formula.a, formula.b, constant.name as constant, formula_vector.vector
from relation
join constant on constant.id = relation.constant_id
join formula on formula.id = relation.formula_id
join formula_vector on formula_vector.formula_id = formula.id
where relation.proof not in ('imported', 'numerical') and relation.kind = 'moebius'
    and constant.constant_group is distinct from %(without)s
    and not exists (
        select from rejection
        where (rejection.formula_id, rejection.kind, rejection.expression)
            = (relation.formula_id, relation.kind, relation.expression)
    )
    and formula_vector.vector_version = %(vector_version)s
order by
    constant.likelihood, constant.name, formula_vector.vector, cardinality(formula.a) + cardinality(formula.b), formula.id
limit %(count)s
