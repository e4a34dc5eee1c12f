-- Infinite families.

-- pattern_candidates --
-- Convergent canonical formulas of degree 2 at most whose closed form is known, the simplest first.
select a, b
from formula
where is_canonical and status = 'converges' and closed_form is not null
    and cardinality(a) <= 3 and cardinality(b) <= 3
order by complexity, id
limit %(count)s

-- store_pattern --
-- A family, found for the first time or again.
insert into pattern (
    template, condition, constant, expression, latex, formulas_found, values_checked, largest_checked,
    digits_checked, proof, theorem, code_version
)
values (
    %(template)s, %(condition)s, %(constant)s, %(expression)s, %(latex)s, %(formulas_found)s, %(values_checked)s,
    %(largest_checked)s, %(digits_checked)s, %(proof)s, %(theorem)s, %(code_version)s
)
on conflict (template, condition) do update set
    constant = excluded.constant, expression = excluded.expression, latex = excluded.latex,
    formulas_found = excluded.formulas_found, values_checked = excluded.values_checked,
    largest_checked = excluded.largest_checked, digits_checked = excluded.digits_checked, proof = excluded.proof,
    theorem = excluded.theorem, code_version = excluded.code_version, found_at = now()
returning id

-- patterns --
-- Families, in the order in which they were found.
select
    id, template, condition, constant, expression, latex, formulas_found, values_checked, largest_checked,
    digits_checked, proof, theorem, code_version, found_at
from pattern
where %(constant)s::text is null or constant = %(constant)s
order by id

-- pattern_by_id --
-- One family.
select * from pattern where id = %(id)s
