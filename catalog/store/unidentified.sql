-- Formulas without a name: what is searched again when the library of constants has grown.

-- unnamed_limits --
-- Canonical formulas with an irrational limit that nothing names, by number; with a version of the library, those that
-- were not searched with so many of its constants.
select formula.id, formula.a, formula.b, formula.limit_value, formula.limit_digits, formula.family
from formula
where formula.id > %(after)s and formula.is_canonical and formula.status = 'converges'
    and formula.limit_exact is null and formula.limit_digits >= %(digits)s
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.kind <> 'formula'
            and relation.proof in ('verified', 'closed_form')
    )
    and (
        %(version)s::text is null
        or not exists (
            select from exclusion
            where exclusion.formula_id = formula.id and exclusion.library_version = %(version)s::text
                and exclusion.constants_tried >= %(constants)s
        )
    )
order by formula.id
limit %(count)s

-- next_guess_place --
-- The place of a further guess.
select coalesce(max(guess.place), 0) + 1 from guess where guess.formula_id = %(id)s

-- lock_search --
-- One search with the library at a time; released by unlock_search or with the connection.
select pg_try_advisory_lock(hashtext('formulary search'))

-- unlock_search --
-- The search is over.
select pg_advisory_unlock(hashtext('formulary search'))
