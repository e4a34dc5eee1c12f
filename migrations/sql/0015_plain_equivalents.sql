-- The columns of the view equivalents become plain types, as all views have them for clients of every kind.

drop view equivalents;
create view equivalents as
select
    equivalence.formula_id,
    coalesce(formula_text(formula.a, formula.b), formula.definition) as formula,
    equivalence.class_id,
    coalesce(formula_text(representative.a, representative.b), representative.definition) as representative,
    equivalence.folds[1] as formula_fold,
    equivalence.folds[2] as representative_fold,
    array_to_string(equivalence.map, ', ') as map,
    equivalence.matrix::text as matrix,
    equivalence.regular_from,
    equivalence.open_reason,
    equivalence.decided_at
from equivalence
join formula on formula.id = equivalence.formula_id
join formula as representative on representative.id = equivalence.class_id;
comment on view equivalents is 'Canonical formulas with the representative of their class and the map from its limit';
comment on column equivalents.formula_id is 'Number of the formula';
comment on column equivalents.formula is 'The formula';
comment on column equivalents.class_id is 'Number of its class: that of the formula that represents it';
comment on column equivalents.representative is 'The formula that represents it';
comment on column equivalents.formula_fold is
    'Steps of the formula that are taken as one in the proof; NULL: it is the representative';
comment on column equivalents.representative_fold is
    'Steps of the representative that are taken as one; NULL: it is the representative';
comment on column equivalents.map is
    'x, y, z, w of L = (x + y M)/(z + w M), M the limit of the representative; NULL: it is the representative';
comment on column equivalents.matrix is 'The matrix U of the proof, as in the table equivalence; NULL: it is the representative';
comment on column equivalents.regular_from is 'det U(n) is not 0 for n from here on; NULL: it is the representative';
comment on column equivalents.open_reason is 'Why its equivalence to another class could not be decided; NULL: nothing is open';
comment on column equivalents.decided_at is 'When it was decided (UTC)';
