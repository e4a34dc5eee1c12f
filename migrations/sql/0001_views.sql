-- Functions and views of the catalogue, for analysts. The comments are the manual that \d+ and \df+ show.

create function catalogue_epoch() returns text
    language sql stable parallel safe
    return (
        select control.system_identifier || '-' || this.oid
        from pg_control_system() as control, pg_database as this
        where this.datname = current_database()
    );
comment on function catalogue_epoch() is
    'Identity of this database on this server: a restored or copied one has another (transaction numbers start anew)';

create function polynomial_text(coefficients numeric[]) returns text
    language sql immutable strict parallel safe
    return (
        select string_agg(
            case
                when coefficient < 0 then case when power = top then '-' else ' - ' end
                else case when power = top then '' else ' + ' end
            end
            || case when abs(coefficient) = 1 and power > 0 then '' else abs(coefficient)::text end
            || case power when 0 then '' when 1 then 'n' else 'n^' || power end,
            '' order by power desc
        )
        from (
            select coefficient, place - 1 as power, max(place - 1) over () as top
            from unnest(coefficients) with ordinality as terms (coefficient, place)
            where coefficient <> 0
        ) as nonzero
    );
comment on function polynomial_text(numeric[]) is
    'A polynomial in n as text, such as 3n^2 - n + 1, from its coefficients, constant term first';

create function formula_text(a numeric[], b numeric[]) returns text
    language sql immutable strict parallel safe
    return 'PCF(' || polynomial_text(a) || ', ' || polynomial_text(b) || ')';
comment on function formula_text(numeric[], numeric[]) is
    'The canonical text of a formula, such as PCF(2n + 1, n^2), from its coefficients, constant term first';

create function formula_height(a numeric[], b numeric[]) returns numeric
    language sql immutable strict parallel safe
    return (select max(abs(coefficient)) from unnest(a || b) as terms (coefficient));
comment on function formula_height(numeric[], numeric[]) is 'Largest absolute value of a coefficient of a or b';

create function bit_length_of(number numeric) returns integer
    language sql immutable strict parallel safe
    return case
        when number = 0 then 0
        when abs(number) < 9223372036854775807
            then length(ltrim(abs(number)::bigint::bit(64)::text, '0'))
        when abs(number) < 2::numeric ^ ceil(log(2, abs(number))) then ceil(log(2, abs(number)))::integer
        else ceil(log(2, abs(number)))::integer + 1
    end;
comment on function bit_length_of(numeric) is 'Number of binary digits of an integer without its sign; 0 for 0';

create function formula_complexity(a numeric[], b numeric[]) returns integer
    language sql immutable strict parallel safe
    return (
        select sum(bit_length_of(coefficient))::integer + cardinality(a) + cardinality(b) - 2
        from unnest(a || b) as terms (coefficient)
    );
comment on function formula_complexity(numeric[], numeric[]) is
    'Size for ranking: the bit lengths of all coefficients plus both degrees';

create function small_coefficient(coefficients numeric[], power integer) returns bigint
    language sql immutable strict parallel safe
    return case
        when power >= cardinality(coefficients) then 0
        when abs(coefficients[power + 1]) <= 9223372036854775807 then coefficients[power + 1]::bigint
    end;
comment on function small_coefficient(numeric[], integer) is
    'The coefficient of n^power as bigint; NULL where it does not fit';

create function proof_strength(proof text) returns integer
    language sql immutable strict parallel safe
    return case proof when 'closed_form' then 3 when 'verified' then 2 else 1 end;
comment on function proof_strength(text) is 'Order of proofs: 3 closed_form, 2 verified, 1 numerical';

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
    formula_height(a, b) as height,
    formula_complexity(a, b) as complexity,
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
    where relation.formula_id = formula.id
    order by proof_strength(relation.proof) desc, relation.digits_verified desc nulls last, relation.id
    limit 1
) as best on true;
comment on view formulas is 'Every formula in a readable form with its metrics and its best relation';

create view relations as
select
    relation.id as relation_id,
    relation.formula_id,
    formula_text(formula.a, formula.b) as formula,
    constant.name as constant,
    relation.expression,
    formula_text(formula.a, formula.b) || ' = ' || relation.expression as relation,
    relation.kind,
    relation.coefficients,
    relation.method,
    relation.proof,
    relation.theorem,
    relation.digits_used,
    relation.digits_verified,
    formula.is_canonical,
    relation.code_version,
    relation.found_at
from relation
join formula on formula.id = relation.formula_id
left join constant on constant.id = relation.constant_id;
comment on view relations is 'Every relation with its formula and constant, readable';

create view identified as
select
    formula.id,
    formula_text(formula.a, formula.b) as formula,
    best.constant,
    best.expression,
    best.proof,
    best.digits_verified,
    formula.status,
    formula.convergence_class,
    formula.limit_value,
    formula.limit_float8,
    formula.delta
from formula
join (
    select distinct on (relation.formula_id)
        relation.formula_id, constant.name as constant, relation.expression, relation.proof,
        relation.digits_verified
    from relation
    left join constant on constant.id = relation.constant_id
    where relation.proof in ('verified', 'closed_form')
    order by
        relation.formula_id, proof_strength(relation.proof) desc,
        relation.digits_verified desc nulls last, relation.id
) as best on best.formula_id = formula.id
where formula.is_canonical;
comment on view identified is 'Canonical formulas with a verified or proved relation, the best one of each';

create view unidentified as
select
    formula.id,
    formula_text(formula.a, formula.b) as formula,
    formula.status,
    formula.convergence_class,
    formula.limit_value,
    formula.limit_digits,
    formula.limit_float8,
    formula.delta,
    formula.family,
    exists (select from exclusion where exclusion.formula_id = formula.id) as searched
from formula
where formula.is_canonical
    and formula.status in ('terminates', 'converges')
    and formula.limit_float8 is not null
    and not exists (
        select from relation
        where relation.formula_id = formula.id and relation.proof in ('verified', 'closed_form')
    );
comment on view unidentified is 'Canonical formulas with a finite limit and no verified or proved relation';

create view constants_summary as
select
    constant.name as constant,
    constant.expression,
    constant.value_text,
    constant.value_float8,
    count(distinct formula.id) as formulas,
    count(distinct formula.id) filter (where relation.proof = 'closed_form') as formulas_proved,
    max(formula.delta) as best_delta,
    min(relation.found_at) as first_found_at
from constant
left join relation on relation.constant_id = constant.id and relation.proof in ('verified', 'closed_form')
left join formula on formula.id = relation.formula_id and formula.is_canonical
group by constant.id;
comment on view constants_summary is 'Each constant with the number of canonical formulas that are verified to give it';

create view progress as
select
    space.name as space,
    space.size,
    count(chunk.id) as chunks,
    count(chunk.id) filter (where chunk.state = 'open') as chunks_open,
    count(chunk.id) filter (where chunk.state = 'leased') as chunks_leased,
    count(chunk.id) filter (where chunk.state = 'done') as chunks_done,
    count(chunk.id) filter (where chunk.state = 'failed') as chunks_failed,
    coalesce(sum(chunk.last_rank - chunk.first_rank) filter (where chunk.state = 'done'), 0)::bigint as ranks_done,
    coalesce(sum(chunk.formulas_new), 0)::bigint as formulas_new,
    coalesce(sum(chunk.formulas_failed), 0)::bigint as formulas_failed,
    min(chunk.done_at) as first_done_at,
    max(chunk.done_at) as last_done_at
from space
left join chunk on chunk.space_id = space.id
group by space.id
order by space.priority desc, space.id;
comment on view progress is 'How far each space is indexed';

-- Columns of the views

comment on column formulas.id is 'Number of the formula';
comment on column formulas.formula is 'The formula, such as PCF(2n + 1, n^2)';
comment on column formulas.a_text is 'Partial denominator a(n)';
comment on column formulas.b_text is 'Partial numerator b(n)';
comment on column formulas.a0 is
    'Coefficient of n^0 in a(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.a1 is
    'Coefficient of n^1 in a(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.a2 is
    'Coefficient of n^2 in a(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.b0 is
    'Coefficient of n^0 in b(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.b1 is
    'Coefficient of n^1 in b(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.b2 is
    'Coefficient of n^2 in b(n); 0 where the degree is lower, NULL where it does not fit bigint';
comment on column formulas.deg_a is 'Degree of a(n)';
comment on column formulas.deg_b is 'Degree of b(n)';
comment on column formulas.height is 'Largest absolute value of a coefficient';
comment on column formulas.complexity is 'Bit lengths of all coefficients plus both degrees';
comment on column formulas.is_canonical is
    'Whether a has a positive leading coefficient and no integer can be divided out; counts are of these';
comment on column formulas.canonical_id is
    'The canonical formula that this is a mirror or inflation of; NULL: canonical itself, or not in the catalogue';
comment on column formulas.status is
    'What becomes of the convergents: terminates, converges, converges_to_infinity, diverges, undetermined';
comment on column formulas.status_reason is 'Why the status is what it is, in words; NULL: plain from the class';
comment on column formulas.convergence_class is
    'How the error falls: super_exponential, exponential, sub_exponential, polynomial, logarithmic; NULL: not convergent or not known';
comment on column formulas.limit_value is
    'The limit in decimal, all digits correct, or inf; NULL: no limit, or none computed';
comment on column formulas.limit_digits is 'Correct significant digits in limit_value; NULL: no finite limit';
comment on column formulas.limit_error_log10 is
    'log10 of the bound on the absolute error of the computed limit; NULL: exact, or no limit';
comment on column formulas.bound_kind is
    'What stands behind the limit: ball (an enclosure), agreement (of two depths: no proof); NULL: no limit';
comment on column formulas.limit_exact is 'The limit p/q in lowest terms; NULL: not known to be rational';
comment on column formulas.limit_float8 is 'The limit in double precision, for ranges; NULL: no finite limit';
comment on column formulas.delta is
    'Irrationality measure shown by the reduced convergents at n = 1000; NULL: see metrics_reason';
comment on column formulas.delta_unreduced is
    'The same without dividing by the gcd of p_n and q_n; NULL: see metrics_reason';
comment on column formulas.delta_predicted is
    'Limit of delta that follows from the growth exponents; NULL: see metrics_reason';
comment on column formulas.convergence_eta is
    'Coefficient of n log n in log|L - p_n/q_n|; NULL: not convergent or not known';
comment on column formulas.convergence_gamma is
    'Coefficient of n in log|L - p_n/q_n|; NULL: not convergent or not known';
comment on column formulas.convergence_beta is
    'Coefficient of log n in log|L - p_n/q_n|; NULL: not convergent or not known';
comment on column formulas.convergence_sqrt is
    'Coefficient of sqrt(n) in log|L - p_n/q_n|; NULL: not convergent or not known';
comment on column formulas.q_eta is 'Coefficient of n log n in log|q_n|; NULL: not known';
comment on column formulas.q_gamma is 'Coefficient of n in log|q_n|; NULL: not known';
comment on column formulas.q_reduced_eta is 'Coefficient of n log n in log|q_n / gcd(p_n, q_n)|; NULL: not known';
comment on column formulas.q_reduced_gamma is 'Coefficient of n in log|q_n / gcd(p_n, q_n)|; NULL: not known';
comment on column formulas.gcd_eta is 'Coefficient of n log n in log gcd(p_n, q_n); NULL: not known';
comment on column formulas.gcd_gamma is 'Coefficient of n in log gcd(p_n, q_n); NULL: not known';
comment on column formulas.factorial_reduction is
    'Whether gcd(p_n, q_n) takes all n log n growth out of q_n: yes, no, undetermined; NULL: not convergent';
comment on column formulas.metrics_reason is 'Why metrics are NULL, in words; NULL: none is missing';
comment on column formulas.family is 'Key of formulas that are related by contiguity moves; NULL: not known';
comment on column formulas.closed_form is 'The limit in closed form; NULL: not known';
comment on column formulas.closed_form_theorem is 'The theorem behind closed_form; NULL: no closed form';
comment on column formulas.constant is 'Constant of the best relation; NULL: none in it, or no relation';
comment on column formulas.relation is 'The limit by its best relation, such as 4/pi; NULL: no relation';
comment on column formulas.proof is
    'What stands behind that relation: numerical, verified, closed_form; NULL: no relation';
comment on column formulas.evaluation_error is
    'Why the evaluation failed (status is undetermined then); NULL: it did not';
comment on column formulas.evaluator_version is 'Version of the evaluator that made this row';
comment on column formulas.evaluated_at is 'When the formula was evaluated (UTC)';
comment on column relations.relation_id is 'Number of the relation';
comment on column relations.formula_id is 'The formula whose limit L is expressed';
comment on column relations.formula is 'The formula, such as PCF(2n + 1, n^2)';
comment on column relations.constant is 'The (first) constant in it; NULL: none';
comment on column relations.expression is 'L as a readable expression, such as 4/pi';
comment on column relations.relation is 'Formula = expression, to read';
comment on column relations.kind is 'Form of the relation: rational, quadratic, algebraic, moebius, linear, formula';
comment on column relations.coefficients is
    'x, y, z, w of L = (x + y c)/(z + w c); for a rational or algebraic limit those of x + y L + z L^2 + ... = 0';
comment on column relations.method is 'How it was found, such as lll, closed_form, family, seed';
comment on column relations.proof is 'What stands behind it: numerical, verified, closed_form';
comment on column relations.theorem is 'The theorem of a closed form; NULL: none is named';
comment on column relations.digits_used is 'Significant digits with which it was found';
comment on column relations.digits_verified is
    'Digits to which both sides, evaluated anew, agree; NULL: not verified';
comment on column relations.is_canonical is 'Whether the formula is canonical; summaries count those';
comment on column relations.code_version is 'Version of the program that found it';
comment on column relations.found_at is 'When it was found (UTC)';
comment on column identified.id is 'Number of the formula';
comment on column identified.formula is 'The formula, such as PCF(2n + 1, n^2)';
comment on column identified.constant is 'Constant of its best relation; NULL: none in it';
comment on column identified.expression is 'The limit, such as 4/pi';
comment on column identified.proof is 'verified or closed_form';
comment on column identified.digits_verified is
    'Digits to which both sides, evaluated anew, agree; NULL: not verified';
comment on column identified.status is
    'What becomes of the convergents: terminates, converges, converges_to_infinity, diverges, undetermined';
comment on column identified.convergence_class is
    'How the error falls: super_exponential, exponential, sub_exponential, polynomial, logarithmic; NULL: not convergent or not known';
comment on column identified.limit_value is
    'The limit in decimal, all digits correct, or inf; NULL: no limit, or none computed';
comment on column identified.limit_float8 is 'The limit in double precision, for ranges; NULL: no finite limit';
comment on column identified.delta is
    'Irrationality measure shown by the reduced convergents at n = 1000; NULL: see metrics_reason';
comment on column unidentified.id is 'Number of the formula';
comment on column unidentified.formula is 'The formula, such as PCF(2n + 1, n^2)';
comment on column unidentified.status is
    'What becomes of the convergents: terminates, converges, converges_to_infinity, diverges, undetermined';
comment on column unidentified.convergence_class is
    'How the error falls: super_exponential, exponential, sub_exponential, polynomial, logarithmic; NULL: not convergent or not known';
comment on column unidentified.limit_value is
    'The limit in decimal, all digits correct, or inf; NULL: no limit, or none computed';
comment on column unidentified.limit_digits is 'Correct significant digits in limit_value; NULL: no finite limit';
comment on column unidentified.limit_float8 is 'The limit in double precision, for ranges; NULL: no finite limit';
comment on column unidentified.delta is
    'Irrationality measure shown by the reduced convergents at n = 1000; NULL: see metrics_reason';
comment on column unidentified.family is 'Key of formulas that are related by contiguity moves; NULL: not known';
comment on column unidentified.searched is 'Whether relations were sought and none was found';
comment on column constants_summary.constant is 'Name in expressions, such as pi or zeta(3)';
comment on column constants_summary.expression is 'Definition, as the constant parser reads it';
comment on column constants_summary.value_text is 'Value in decimal, correctly rounded; NULL: not computed';
comment on column constants_summary.value_float8 is 'Value in double precision; NULL: not computed';
comment on column constants_summary.formulas is 'Number of canonical formulas verified or proved to give it';
comment on column constants_summary.formulas_proved is 'How many of them by a theorem';
comment on column constants_summary.best_delta is 'Largest delta among them; NULL: none has one';
comment on column constants_summary.first_found_at is 'When the first relation was found (UTC); NULL: none was';
comment on column progress.space is 'Name of the space';
comment on column progress.size is 'Number of ranks';
comment on column progress.chunks is 'Number of chunks';
comment on column progress.chunks_open is 'Chunks that wait';
comment on column progress.chunks_leased is 'Chunks at work';
comment on column progress.chunks_done is 'Chunks committed';
comment on column progress.chunks_failed is 'Chunks given up';
comment on column progress.ranks_done is 'Ranks committed';
comment on column progress.formulas_new is 'Formulas that came into the catalogue';
comment on column progress.formulas_failed is 'Formulas whose evaluation failed';
comment on column progress.first_done_at is 'When the first chunk was committed (UTC); NULL: none was';
comment on column progress.last_done_at is 'When the last chunk was committed (UTC); NULL: none was';
