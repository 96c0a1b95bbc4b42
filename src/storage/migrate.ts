/** Brings a database to today's tables, or refuses: all of it or nothing, under a lock, and with a backup of what was there. */

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { now } from '../base/clock.ts'
import type { Engine } from './engine.ts'
import { StorageError, toStorageError } from './errors.ts'
import type { Migration } from './migrations.ts'
import type { MigrationRow, Tables } from './tables.ts'

/** A migration with the statements and the checksum that this database has of it. */
interface Step {
  readonly name: string
  readonly statements: readonly string[]
  readonly checksum: string
}

/** PostgreSQL's code. A file of SQLite that is not ours is known by its mark. */
const duplicateTable = '42P07'

type Applied = Pick<MigrationRow, 'name' | 'checksum'>

/**
 * Throws `StorageError` `refused` for a database that is newer than this gateway, whose migrations are not ours,
 * or on which a step fails; then nothing was changed.
 */
export async function migrate(engine: Engine, migrations: readonly Migration[], dimensions: readonly string[]): Promise<void> {
  const steps = migrations.map((migration) => toStep(migration, engine))
  const before = await appliedTo(engine.db, engine)
  const pending = stepsAfter(before, steps, engine)
  if (pending.length === 0 && (await missingColumns(engine.db, engine, dimensions)).length === 0) return
  if (before.length > 0) await engine.backUp()
  await engine.db.transaction().execute(async (transaction) => {
    await engine.lock(transaction)
    await upgrade(transaction, engine, steps, dimensions)
  })
}

function toStep({ name, up }: Migration, engine: Engine): Step {
  const statements = up(engine.types).map((statement) => statement.replace(/\s+/g, ' '))
  return { name, statements, checksum: createHash('sha256').update(statements.join('\n')).digest('hex') }
}

/** Looks again at what is there: another process may have upgraded it while this one waited for the lock. */
async function upgrade(db: Kysely<Tables>, engine: Engine, steps: readonly Step[], dimensions: readonly string[]): Promise<void> {
  const applied = await appliedTo(db, engine)
  if (applied.length === 0) await createMigrations(db, engine)
  let position = applied.length
  for (const { name, statements, checksum } of stepsAfter(applied, steps, engine)) {
    await apply(name, statements, db, engine)
    position += 1
    await db.insertInto('omni_migrations').values({ position, name, checksum, applied_at: now() }).execute()
  }
  const missing = await missingColumns(db, engine, dimensions)
  const statements = missing.map((name) => `alter table combos add column "${name}" ${engine.types.id}`)
  await apply('columns of dimensions', statements, db, engine)
}

async function createMigrations(db: Kysely<Tables>, { types }: Engine): Promise<void> {
  const columns = `position ${types.integer} primary key, name ${types.id} not null, checksum ${types.id} not null, applied_at ${types.integer} not null`
  await sql.raw(`create table if not exists omni_migrations (${columns})${types.table}`).execute(db)
}

async function apply(name: string, statements: readonly string[], db: Kysely<Tables>, engine: Engine): Promise<void> {
  try {
    for (const statement of statements) await sql.raw(statement).execute(db)
  } catch (error) {
    const { code } = toStorageError(error)
    const advice = code === duplicateTable ? 'It holds tables of another program: give the gateway a database of its own.' : 'Start the version before it.'
    throw new StorageError('refused', `The upgrade "${name}" of ${engine.place} failed (${code ?? 'no code'}), and nothing was changed. ${advice}`, code)
  }
}

async function appliedTo(db: Kysely<Tables>, engine: Engine): Promise<readonly Applied[]> {
  if ((await engine.columnsOf(db, 'omni_migrations')).length === 0) return []
  return db.selectFrom('omni_migrations').select(['name', 'checksum']).orderBy('position').execute()
}

/** Of the list of signals: what was stored before one became a dimension has none of it. Throws on a name that is no plain word: it stands in SQL. */
async function missingColumns(db: Kysely<Tables>, engine: Engine, dimensions: readonly string[]): Promise<readonly string[]> {
  const strange = dimensions.find((name) => !/^[a-z][a-z0-9_]{0,62}$/.test(name))
  if (strange !== undefined) throw new TypeError(`the signal ${JSON.stringify(strange)} cannot be the name of a column`)
  const present = new Set(await engine.columnsOf(db, 'combos'))
  return dimensions.filter((name) => !present.has(name))
}

/** The steps still to do, where those done are the first of ours, unchanged. */
function stepsAfter(applied: readonly Applied[], steps: readonly Step[], { place, restoring }: Engine): readonly Step[] {
  applied.forEach(({ name, checksum }, index) => {
    const step = steps[index]
    if (step === undefined) {
      const today = steps.at(-1)?.name ?? 'nothing'
      throw new StorageError(
        'refused',
        `${place} was made by a newer version of the gateway (it has "${name}", this version ends with "${today}"). Start that version. ${restoring}`,
      )
    }
    if (step.name !== name)
      throw new StorageError(
        'refused',
        `${place} has the migration "${name}" where this version has "${step.name}". Start the version that made it. ${restoring}`,
      )
    if (step.checksum !== checksum)
      throw new StorageError(
        'refused',
        `The migration "${name}" of ${place} is not the one that this version has. Start the version that made it. ${restoring}`,
      )
  })
  return steps.slice(applied.length)
}
