-- What people say of the catalogue.

-- add_note --
-- A note on a formula.
insert into note (formula_id, note_text, author) values (%(formula_id)s, %(text)s, %(author)s) returning id

-- remove_note --
-- A note of a formula that is taken back.
delete from note where id = %(note_id)s and formula_id = %(formula_id)s

-- notes_of --
-- Notes on a formula, the oldest first.
select id, note_text, author, written_at from note where formula_id = %(formula_id)s order by id

-- standing_relations --
-- Relations of a formula that nobody has rejected.
select relation.kind, relation.expression from relation
where relation.formula_id = %(formula_id)s and not is_rejected(relation)
order by relation.id

-- reject --
-- A relation that is rejected, and why.
insert into rejection (formula_id, kind, expression, reason, author)
values (%(formula_id)s, %(kind)s, %(expression)s, %(reason)s, %(author)s)

-- rejected_relations --
-- Relations of a formula that somebody has rejected.
select kind, expression from rejection where formula_id = %(formula_id)s order by rejected_at, expression

-- restore_relation --
-- A relation that stands again.
delete from rejection where formula_id = %(formula_id)s and kind = %(kind)s and expression = %(expression)s

-- rename_cluster --
-- A name that somebody gives to a cluster.
insert into cluster_name (cluster_id, given_name, author) values (%(cluster_id)s, %(name)s, %(author)s)

-- forget_last_name --
-- The last name that somebody gave to a cluster, taken back.
delete from cluster_name
where id = (select id from cluster_name where cluster_id = %(cluster_id)s order by id desc limit 1)

-- cluster_name --
-- What a cluster is called: by the last name that somebody gave to it, else by its computed label.
select coalesce(given_name, label) from clusters where id = %(cluster_id)s
