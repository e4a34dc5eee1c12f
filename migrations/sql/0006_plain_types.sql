-- Plain types in the views, so that other programs keep integers exact, and functions that cost a fraction of a call.

create or replace function polynomial_text(coefficients numeric[]) returns text
    language plpgsql immutable strict parallel safe
as $$
declare
    written text := '';
    coefficient numeric;
    power integer := cardinality(coefficients);
begin
    while power > 0 loop
        coefficient := coefficients[power];
        power := power - 1;
        if coefficient <> 0 then
            written := written
                || case
                    when coefficient > 0 then case written when '' then '' else ' + ' end
                    else case written when '' then '-' else ' - ' end
                end
                || case when power > 0 and abs(coefficient) = 1 then '' else abs(coefficient)::text end
                || case power when 0 then '' when 1 then 'n' else 'n^' || power end;
        end if;
    end loop;
    return nullif(written, '');
end
$$;

-- Not strict: a strict function of this form is called for each row instead of becoming a part of the query.
create or replace function small_coefficient(coefficients numeric[], power integer) returns bigint
    language sql immutable parallel safe
    return case
        when power >= cardinality(coefficients) then 0
        when abs(coefficients[power + 1]) <= 9223372036854775807 then coefficients[power + 1]::bigint
    end;

create temporary table kept_comment on commit drop as
select objoid::regclass::text as view_name, attname as column_name, description
from pg_description
left join pg_attribute on attrelid = objoid and attnum = objsubid and attnum > 0
where classoid = 'pg_class'::regclass and objoid in ('formulas'::regclass, 'relations'::regclass);

drop function pcf(text, text);
drop view formulas;
drop view relations;

create view formulas as
select
    formula.id,
    formula_text(a, b) as formula,
    polynomial_text(a) as a_text,
    polynomial_text(b) as b_text,
    small_coefficient(a, 0) as a0,
    small_coefficient(a, 1) as a1,
    small_coefficient(a, 2) as a2,
    small_coefficient(b, 0) as b0,
    small_coefficient(b, 1) as b1,
    small_coefficient(b, 2) as b2,
    cardinality(a) - 1 as deg_a,
    cardinality(b) - 1 as deg_b,
    (
        select case when max(abs(coefficient)) <= 9223372036854775807 then max(abs(coefficient))::bigint end
        from unnest(a || b) as coefficient
    ) as height,
    complexity,
    is_canonical,
    canonical_id,
    status,
    status_reason,
    convergence_class,
    limit_value,
    limit_digits,
    limit_error_log10,
    bound_kind,
    limit_exact,
    limit_float8,
    delta,
    delta_unreduced,
    delta_predicted,
    convergence_eta,
    convergence_gamma,
    convergence_beta,
    convergence_sqrt,
    q_eta,
    q_gamma,
    q_reduced_eta,
    q_reduced_gamma,
    gcd_eta,
    gcd_gamma,
    factorial_reduction,
    metrics_reason,
    family,
    closed_form,
    closed_form_theorem,
    best.constant,
    best.relation,
    best.proof,
    evaluation_error,
    evaluator_version,
    evaluated_at
from formula
left join lateral (
    select constant.name as constant, relation.expression as relation, relation.proof
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.formula_id = formula.id and not is_rejected(relation)
    order by
        relation.kind = 'formula', proof_strength(relation.proof) desc,
        relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true;

create view relations as
select
    relation.id as relation_id,
    relation.formula_id,
    formula_text(formula.a, formula.b) as formula,
    constant.name as constant,
    relation.expression,
    formula_text(formula.a, formula.b) || ' = ' || relation.expression as relation,
    relation.kind,
    case
        when 9223372036854775807 >= all (select abs(coefficient) from unnest(relation.coefficients) as coefficient)
            then relation.coefficients::bigint[]
    end as coefficients,
    array_to_string(relation.coefficients, ', ') as coefficients_text,
    relation.method,
    relation.proof,
    relation.theorem,
    relation.digits_used,
    relation.digits_verified,
    formula.is_canonical,
    relation.code_version,
    relation.found_at,
    is_rejected(relation) as rejected
from relation
join formula on formula.id = relation.formula_id
left join constant on constant.id = relation.constant_id;

create function pcf(a text, b text) returns setof formulas
    language sql stable strict parallel safe
as $$
    select formulas.*
    from formulas
    where formulas.id = (
        select formula.id from formula where formula.key = formula_key(polynomial_of($1), polynomial_of($2))
    )
$$;
comment on function pcf(text, text) is
    'The row of view formulas for PCF(a, b), such as pcf(''2n+1'', ''n^2''); no row where it is not in the catalogue';

do $$
declare
    kept record;
begin
    for kept in select * from kept_comment loop
        if kept.column_name is null then
            execute format('comment on view %I is %L', kept.view_name, kept.description);
        else
            execute format('comment on column %I.%I is %L', kept.view_name, kept.column_name, kept.description);
        end if;
    end loop;
end
$$;
comment on column formulas.height is 'Largest absolute value of a coefficient; NULL: it does not fit bigint';
comment on column relations.coefficients is
    'x, y, z, w of L = (x + y c)/(z + w c); for a rational or algebraic limit those of x + y L + z L^2 + ... = 0; NULL: one does not fit bigint';
comment on column relations.coefficients_text is 'The same as text, with commas between; exact whatever their size';
