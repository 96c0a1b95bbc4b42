/** What a machine can check of how SQL is made: of the code's own words, each of which is listed here with its place; whatever a request brings is bound. */

import { sources, withoutComments, type File, type Rule } from './source.ts'

/** What stands in a statement without being bound: by the file, as the code has it. All of it is constant, or a number that the database itself gave. */
const ownWords: { readonly [path: string]: readonly string[] } = {
  'src/storage/matching.ts': ['operator'],
  'src/storage/migrate.ts': ['`create table if not exists omni_migrations (${columns})${types.table}`', 'statement'],
  'src/storage/pages.ts': ['hour', 'hoursOfDay'],
  'src/storage/postgres/engine.ts': ['`set local lock_timeout = ${upgradeWaitMs}`'],
  'src/storage/reviews.ts': ["'erased'", "'denied'", "'expired'", "'used'", 'text'],
  'src/storage/sqlite/counter-file.ts': ['name', "counterTables(types).join(';')"],
  'src/storage/sqlite/dialect.ts': ['text'],
  'src/storage/sqlite/file.ts': ['pageBytes', 'applicationId', 'settings', 'check'],
  'src/storage/sqlite/receipts.ts': [
    "sumNames.join(', ')",
    "rowColumns.map(({ name }) => name).join(', ')",
    'marks(this.#row as string[])',
    'Number.MAX_SAFE_INTEGER',
    'comboColumns.map((name) => `"${name}"`).join(\', \')',
    'marks(comboColumns)',
  ],
  'src/storage/summaries.ts': ["addedUp.join(', ')", 'hoursOfDay', 'nullText'],
  'src/storage/value-sums.ts': ['addValues(`select * from rollups_day where period = ${period}`)'],
}

/** Where a text becomes SQL as it is: all that is handed over; a template, of which what it is filled with; and a statement that something is added to. */
const taken = /\b(?:sql\.(?:raw|lit)|CompiledQuery\.raw)\(/g
const template = /\b(?:prepare|exec|query)\(\s*`/g
const added = /['"`](?:select|insert|update|delete|where|order by)\b[^'"`\n]*['"`]\s*\+.*/gi

export const sqlRule: Rule = {
  says: 'SQL is made of the words of the code; what a request brings is bound',
  broken: [
    broken('sql.raw(`order by ${column}`)'),
    broken('sql.lit(name)'),
    broken("database.prepare(`select * from keys where hash = '${hash}'`)"),
    broken("client.query('select * from keys where hash = ' + hash)"),
    broken('await client.query(\n  `delete from ${table}`)'),
  ],
  find: (files) =>
    sources(files).flatMap((file) =>
      unbound(withoutComments(file.text))
        .filter((words) => ownWords[file.path]?.includes(words) !== true)
        .map((words) => `${file.path}: ${words}`),
    ),
}

function broken(text: string): readonly File[] {
  return [{ path: 'src/storage/a.ts', text }]
}

function unbound(code: string): readonly string[] {
  return [
    ...[...code.matchAll(taken)].map((call) => within(code, call.index + call[0].length, '()')),
    ...[...code.matchAll(template)].flatMap((call) => fillings(code, call.index + call[0].length)),
    ...[...code.matchAll(added)].map(([words]) => words),
  ]
}

/** From there to the bracket that closes. */
function within(code: string, from: number, [open, close]: string): string {
  let depth = 1
  let at = from
  for (; at < code.length && depth > 0; at += 1) depth += code[at] === open ? 1 : code[at] === close ? -1 : 0
  return code.slice(from, at - 1)
}

/** What stands in the `${…}` of a template that begins there. */
function fillings(code: string, from: number): readonly string[] {
  const found: string[] = []
  for (let at = from; at < code.length && code[at] !== '`'; at += 1) {
    if (!code.startsWith('${', at)) continue
    const words = within(code, at + 2, '{}')
    found.push(words)
    at += words.length + 2
  }
  return found
}
