-- similar_to reads the vectors by pgvector where that is installed in the database.

create or replace function similar_to(formula_id bigint, neighbours integer default 10)
    returns table (id bigint, formula text, distance double precision, constant text, relation text)
    language plpgsql stable strict parallel restricted
as $$
declare
    place real[];
    version smallint;
    squares text;
    installed text := (
        select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'vector'
    );
    candidates text := '';
begin
    select stored.vector, stored.vector_version into place, version
    from formula_vector as stored
    where stored.formula_id = $1
    order by stored.vector_version desc
    limit 1;
    if place is null then
        raise exception 'formula % has no neighbour vector: it does not converge, or is not in the catalogue', $1
            using errcode = 'no_data_found';
    end if;
    select string_agg(format('power(vector[%s]::float8 - (%s)::float8, 2)', i, place[i]::float8), ' + ')
    into squares
    from generate_subscripts(place, 1) as i;
    if installed is not null then  -- it finds candidates in single precision, some more than are asked for
        candidates := format(
            'order by vector::%1$I.vector operator(%1$I.<->) %2$L::%1$I.vector limit %3$s',
            installed, replace(replace(place::text, '{', '['), '}', ']'), greatest(neighbours, 0) + 64
        );
    end if;
    return query execute format(
        'select near.formula_id, formulas.formula, near.distance, formulas.constant, formulas.relation
        from (
            select formula_id, sqrt(%s) as distance
            from (
                select formula_id, vector from formula_vector
                where vector_version = %s and formula_id <> %s
                %s
            ) as candidate
            order by distance, formula_id
            limit %s
        ) as near
        join formulas on formulas.id = near.formula_id
        order by near.distance, near.formula_id',
        squares, version, $1, candidates, greatest(neighbours, 0)
    );
end
$$;
comment on function similar_to(bigint, integer) is
    'The formulas nearest to a formula of the catalogue by reading all vectors, by pgvector where it is installed in the database (create extension vector), else in plain SQL, which takes seconds for a million; `formulary similar` is faster and takes formulas that are not there';

-- Columns of views have plain types: the figures are JSON as text.
do $$
declare
    query text := rtrim(pg_get_viewdef('summary_now'::regclass), ';');
begin
    drop view summary_now;
    execute format(
        'create view summary_now as select subject, key, content::text as content from (%s) as counted', query
    );
end
$$;
comment on view summary_now is
    'Counts of the whole catalogue by subject, counted as they are asked for; table summary keeps them';
comment on column summary_now.subject is 'As in summary: counts, findings, gauges, reliability, map, constant, cluster';
comment on column summary_now.key is 'Number of the constant or the cluster; 0 for the whole catalogue';
comment on column summary_now.content is 'The figures in JSON';
