-- What lists of formulas are read from: narrow rows by facet, in place of three wide indexes of formula.

CREATE TABLE listing (
    formula_id BIGINT NOT NULL,
    constant_id BIGINT NOT NULL,
    facet INTEGER NOT NULL,
    complexity INTEGER NOT NULL,
    delta DOUBLE PRECISION,
    growth DOUBLE PRECISION,
    CONSTRAINT listing_pkey PRIMARY KEY (constant_id, formula_id)
);
COMMENT ON TABLE listing IS 'Canonical continued fractions as lists of pages read them, kept by triggers of formula, relation and rejection: each once, and once more for every constant that it has a checked relation with';
COMMENT ON COLUMN listing.formula_id IS 'The formula';
COMMENT ON COLUMN listing.constant_id IS 'A constant of a verified or proved relation of it that nobody rejected, as relation.constant_id; 0 in the row that every formula has';
COMMENT ON COLUMN listing.facet IS 'What has few values, in one number: see function facet_of';
COMMENT ON COLUMN listing.complexity IS 'As formula.complexity';
COMMENT ON COLUMN listing.delta IS 'As formula.delta; NULL: none';
COMMENT ON COLUMN listing.growth IS 'As formula.q_reduced_gamma; NULL: not known';

create function facet_of(
    status text, convergence_class text, terms_a integer, terms_b integer, proof text, kind text, has_closed_form boolean,
    is_rational boolean
) returns integer
    language sql immutable parallel safe
    return (
        (coalesce(array_position(
            array['terminates', 'converges', 'converges_to_infinity', 'diverges', 'undetermined'], status), 0) << 27)
        | (coalesce(array_position(
            array['super_exponential', 'exponential', 'sub_exponential', 'polynomial', 'logarithmic'],
            convergence_class), 0) << 24)
        | (least(coalesce(terms_a, 0), 511) << 15)
        | (least(coalesce(terms_b, 0), 511) << 6)
        | (coalesce(array_position(
            array['imported', 'numerical', 'verified', 'closed_form', 'theorem'], proof), 0) << 3)
        | (coalesce(kind = 'formula', false)::integer << 2)
        | (has_closed_form::integer << 1)
        | is_rational::integer
    );
comment on function facet_of(text, text, integer, integer, text, text, boolean, boolean) is
    'Status, class, numbers of coefficients of a and b, proof and kind of the best relation (NULL: none), whether there is a closed form, and whether the family is rational, in one number';

create function facet_parts(facet integer) returns table (
    status text, convergence_class text, terms_a integer, terms_b integer, proof text, is_identified boolean,
    has_closed_form boolean, is_rational boolean
)
    language sql immutable parallel safe
    begin atomic
        select
            (array['terminates', 'converges', 'converges_to_infinity', 'diverges', 'undetermined'])[facet >> 27],
            (array['super_exponential', 'exponential', 'sub_exponential', 'polynomial', 'logarithmic'])[
                (facet >> 24) & 7
            ],
            (facet >> 15) & 511,
            (facet >> 6) & 511,
            (array['imported', 'numerical', 'verified', 'closed_form', 'theorem'])[(facet >> 3) & 7],
            (facet >> 3) & 7 >= 3 and facet & 4 = 0,
            facet & 2 > 0,
            facet & 1 > 0;
    end;
comment on function facet_parts(integer) is
    'What facet_of put into a number; is_identified: the best relation is verified or proved, and not to another formula';

-- The rows of some formulas as they must be now. Who changes a formula at the same time goes after the other.
create function list_formulas(ids bigint[]) returns void
    language plpgsql
as $$
begin
    ids := array(select id from formula where id = any (ids) and is_canonical and kind = 'pcf' order by id for no key update);
    if cardinality(ids) = 0 then
        return;
    end if;
    delete from listing where constant_id = 0 and formula_id = any (ids);
    delete from listing where constant_id <> 0 and formula_id = any (ids);
    insert into listing (formula_id, constant_id, facet, complexity, delta, growth)
    select
        formula.id, 0,
        facet_of(
            formula.status, formula.convergence_class, cardinality(formula.a), cardinality(formula.b), best.proof,
            best.kind, formula.closed_form is not null, coalesce(formula.family = 'rational', false)
        ),
        formula.complexity, formula.delta, formula.q_reduced_gamma
    from formula
    left join best_relation as best on best.formula_id = formula.id
    where formula.id = any (ids);
    insert into listing (formula_id, constant_id, facet, complexity, delta, growth)
    select distinct
        relation.formula_id, relation.constant_id, listed.facet, listed.complexity, listed.delta, listed.growth
    from relation
    join listing as listed on listed.constant_id = 0 and listed.formula_id = relation.formula_id
    where relation.constant_id is not null
        and relation.proof not in ('imported', 'numerical') and not is_rejected(relation)
        and relation.formula_id = any (ids);
end
$$;
comment on function list_formulas(bigint[]) is 'Keeps the rows of these formulas in listing';

-- Formulas come before their relations, so that they are listed without any.
create function list_new_formulas() returns trigger
    language plpgsql
as $$
begin
    insert into listing (formula_id, constant_id, facet, complexity, delta, growth)
    select
        id, 0,
        facet_of(
            status, convergence_class, cardinality(a), cardinality(b), null, null, closed_form is not null,
            coalesce(family = 'rational', false)
        ),
        complexity, delta, q_reduced_gamma
    from added
    where is_canonical and kind = 'pcf';
    return null;
end
$$;
comment on function list_new_formulas() is 'Keeps listing where formulas are added';

create function list_changed_formula() returns trigger
    language plpgsql
as $$
begin
    perform list_formulas(array[new.id]);
    return null;
end
$$;
comment on function list_changed_formula() is 'Keeps listing where what it has of a formula changes';

create function unlist_formulas() returns trigger
    language plpgsql
as $$
begin
    delete from listing using removed where constant_id = 0 and listing.formula_id = removed.id;
    delete from listing using removed where constant_id <> 0 and listing.formula_id = removed.id;
    return null;
end
$$;
comment on function unlist_formulas() is 'Keeps listing where formulas are deleted';

create trigger formula_added after insert on formula referencing new table as added
    for each statement execute function list_new_formulas();
create trigger formula_changed after update on formula for each row
    when (
        (old.status, old.convergence_class, old.closed_form is null, coalesce(old.family, '') = 'rational',
            old.complexity, old.delta, old.q_reduced_gamma)
        is distinct from
        (new.status, new.convergence_class, new.closed_form is null, coalesce(new.family, '') = 'rational',
            new.complexity, new.delta, new.q_reduced_gamma)
    )
    execute function list_changed_formula();
create trigger formula_removed after delete on formula referencing old table as removed
    for each statement execute function unlist_formulas();

-- The best relations are kept as before, and then what is listed of their formulas.
create or replace function take_better_relations() returns trigger
    language plpgsql
as $$
begin
    insert into best_relation as best (
        formula_id, relation_id, kind, constant_id, proof, digits_verified, is_canonical
    )
    select distinct on (added.formula_id)
        added.formula_id, added.id, added.kind, added.constant_id, added.proof, added.digits_verified,
        formula.is_canonical
    from added
    join formula on formula.id = added.formula_id
    where not exists (
        select from rejection
        where rejection.formula_id = added.formula_id
            and rejection.kind = added.kind
            and rejection.expression = added.expression
    )
    order by added.formula_id, relation_rank(added.kind, added.proof, added.digits_verified, added.id) desc
    on conflict (formula_id) do update
    set relation_id = excluded.relation_id, kind = excluded.kind, constant_id = excluded.constant_id,
        proof = excluded.proof, digits_verified = excluded.digits_verified
    where relation_rank(excluded.kind, excluded.proof, excluded.digits_verified, excluded.relation_id)
        > relation_rank(best.kind, best.proof, best.digits_verified, best.relation_id);
    perform list_formulas(array(select distinct added.formula_id from added));
    return null;
end
$$;

-- Relations that changed or went, and judgement that came or went: the best one is sought anew.
create or replace function seek_best_relations() returns trigger
    language plpgsql
as $$
declare
    ids bigint[] := array(select distinct touched.formula_id from touched);
begin
    if cardinality(ids) = 0 then
        return null;
    end if;
    perform from formula where id = any (ids) order by id for no key update;  -- one after the other
    delete from best_relation where formula_id = any (ids);
    insert into best_relation (formula_id, relation_id, kind, constant_id, proof, digits_verified, is_canonical)
    select distinct on (relation.formula_id)
        relation.formula_id, relation.id, relation.kind, relation.constant_id, relation.proof,
        relation.digits_verified, formula.is_canonical
    from relation
    join formula on formula.id = relation.formula_id
    where relation.formula_id = any (ids) and not is_rejected(relation)
    order by
        relation.formula_id,
        relation_rank(relation.kind, relation.proof, relation.digits_verified, relation.id) desc
    on conflict do nothing;
    perform list_formulas(ids);
    return null;
end
$$;

insert into listing (formula_id, constant_id, facet, complexity, delta, growth)
select
    formula.id, 0,
    facet_of(
        formula.status, formula.convergence_class, cardinality(formula.a), cardinality(formula.b), best.proof,
        best.kind, formula.closed_form is not null, coalesce(formula.family = 'rational', false)
    ),
    formula.complexity, formula.delta, formula.q_reduced_gamma
from formula
left join best_relation as best on best.formula_id = formula.id
where formula.is_canonical and formula.kind = 'pcf';
insert into listing (formula_id, constant_id, facet, complexity, delta, growth)
select distinct
    relation.formula_id, relation.constant_id, listed.facet, listed.complexity, listed.delta, listed.growth
from relation
join listing as listed on listed.constant_id = 0 and listed.formula_id = relation.formula_id
where relation.constant_id is not null
    and relation.proof not in ('imported', 'numerical') and not is_rejected(relation);

CREATE INDEX listing_formula_id_idx ON listing (formula_id) WHERE constant_id <> 0;
CREATE INDEX listing_complexity_idx ON listing (constant_id, facet, complexity, formula_id) INCLUDE (delta, growth);
CREATE INDEX listing_delta_idx ON listing (constant_id, facet, delta, formula_id)
    INCLUDE (complexity, growth) WHERE delta IS NOT NULL;
CREATE INDEX listing_newest_idx ON listing (constant_id, facet, formula_id);
DROP INDEX formula_listed_complexity_idx;
DROP INDEX formula_listed_delta_idx;
DROP INDEX formula_listed_newest_idx;

analyze listing;
