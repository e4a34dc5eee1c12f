-- Kinds of formulas become rows, so that a further kind needs no migration, and a formula need not be polynomials.

CREATE TABLE formula_kind (
    name TEXT NOT NULL,
    meaning TEXT NOT NULL,
    CONSTRAINT formula_kind_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE formula_kind IS 'Kinds of formulas that the program knows; `formulary init` enters them';
COMMENT ON COLUMN formula_kind.name IS 'Name, such as pcf';
COMMENT ON COLUMN formula_kind.meaning IS 'What a formula of this kind is';

insert into formula_kind (name, meaning)
values ('pcf', 'Polynomial continued fraction a(0) + b(1)/(a(1) + b(2)/(a(2) + ...))');

ALTER TABLE formula
    DROP CONSTRAINT formula_kind_check,
    ALTER COLUMN a DROP NOT NULL,
    ALTER COLUMN b DROP NOT NULL,
    ADD COLUMN definition TEXT,
    ADD CONSTRAINT formula_kind_fkey FOREIGN KEY(kind) REFERENCES formula_kind (name),
    ADD CONSTRAINT formula_coefficients_check CHECK (kind <> 'pcf' OR (a IS NOT NULL AND b IS NOT NULL)),
    ADD CONSTRAINT formula_definition_check CHECK ((kind = 'pcf') = (definition IS NULL));
COMMENT ON COLUMN formula.kind IS 'Kind of formula, such as pcf';
COMMENT ON COLUMN formula.a IS 'Partial denominator a(n): coefficients, constant first; NULL: another kind than pcf';
COMMENT ON COLUMN formula.b IS 'Partial numerator b(n): coefficients, constant first; NULL: another kind than pcf';
COMMENT ON COLUMN formula.definition IS 'Canonical text of a formula of another kind; NULL: pcf, which a and b define';
COMMENT ON COLUMN formula.key IS 'SHA-256 (32 bytes) of the text pcf:a0,a1;b0,b1, for another kind of kind:definition';

-- The views show a formula of another kind by its definition; else they stay as they are.
do $$
declare
    found record;
begin
    for found in
        select relname, pg_get_viewdef(oid) as query from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'v' and pg_get_viewdef(oid) like '%formula_text(%'
        order by oid
    loop
        execute format(
            'create or replace view %I as %s',
            found.relname,
            regexp_replace(
                found.query,
                'formula_text\((\w+\.)?a, (\w+\.)?b\)',
                'coalesce(formula_text(\1a, \2b), \1definition)',
                'g'
            )
        );
    end loop;
end
$$;
