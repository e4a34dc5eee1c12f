-- Writes of formulas that are new: what of a batch is known, numbers, ties to canonical formulas.

-- known_indices --
-- Indices and numbers of those of many keys that are known; the keys come as one string of bytes. Each is looked up by
-- itself, so that no plan made while the table was small reads all of it.
select index, known.id
from generate_series(0, %(count)s - 1) as index
cross join lateral (
    select id from formula where key = substring(%(keys)s::bytea from 1 + %(width)s * index for %(width)s) limit 1
) as known

-- new_ids --
-- Numbers for a batch, in order, and that of this transaction; those of formulas that turn out to be known stay unused.
select
    array(select nextval('formula_id_seq') from generate_series(1, %(count)s)),
    pg_current_xact_id()::text::bigint

-- resolve_keys --
-- Formulas that waited for canonical formulas of these keys, which come as one string of bytes; where those are there.
with waiting as materialized (  -- few, so that few formulas are looked up
    select formula_id, canonical_key
    from canonical_pending
    where canonical_key in (
        select substring(%(keys)s::bytea from 1 + %(width)s * index for %(width)s)
        from generate_series(0, %(count)s - 1) as index
    )
),
arrived as (
    delete from canonical_pending
    using waiting, formula
    where canonical_pending.formula_id = waiting.formula_id and formula.key = waiting.canonical_key
    returning canonical_pending.formula_id, formula.id as canonical_id
)
update formula
set canonical_id = arrived.canonical_id
from arrived
where formula.id = arrived.formula_id
