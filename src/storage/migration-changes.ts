/** What migration 0009 adds: a number for each change, by which what is stored is read on from where it was read last, and of whose change the audit tells. */

type Names = Readonly<Record<'id' | 'integer' | 'sorted', string>>

/** Rows of before were changed before the first number. */
export const changes = (type: Names): readonly string[] => [
  `create table changes (name ${type.id} primary key, newest ${type.integer} not null)${type.sorted}`,
  "insert into changes (name, newest) values ('client_keys', 0), ('credentials', 0), ('chains', 0), ('objects', 0)",
  `alter table objects add column changed ${type.integer} not null default 0`,
  'create index objects_by_change on objects (changed, version)',
  `alter table client_keys add column changed ${type.integer} not null default 0`,
  // With what the mark of all keys is made of: it is asked for every few seconds.
  'create index client_keys_by_change on client_keys (changed, version, revoked_at)',
  'create index client_keys_by_tenant on client_keys (tenant, id)',
  'create index client_keys_by_prefix on client_keys (prefix, id)',
  `alter table actions add column kind ${type.id}`,
  'create index actions_by_who on actions ("by", id)',
  'create index actions_by_kind on actions (kind, id) where kind is not null',
  'create index actions_by_target on actions (target, id) where target is not null',
  'create index actions_by_before on actions ("before") where "before" is not null',
  'create index actions_by_after on actions ("after") where "after" is not null',
]
