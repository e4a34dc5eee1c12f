-- What people say of the catalogue.

-- add_note --
-- A note on a formula.
insert into note (formula_id, note_text, author) values (%(formula_id)s, %(text)s, %(author)s) returning id

-- notes_of --
-- Notes on a formula, the oldest first.
select note_text, author, written_at from note where formula_id = %(formula_id)s order by id

-- standing_relations --
-- Relations of a formula that nobody has rejected.
select relation.kind, relation.expression from relation
where relation.formula_id = %(formula_id)s and not is_rejected(relation)
order by relation.id

-- reject --
-- A relation that is rejected, and why.
insert into rejection (formula_id, kind, expression, reason, author)
values (%(formula_id)s, %(kind)s, %(expression)s, %(reason)s, %(author)s)

-- rename_cluster --
-- A name that somebody gives to a cluster.
insert into cluster_name (cluster_id, given_name, author) values (%(cluster_id)s, %(name)s, %(author)s)
