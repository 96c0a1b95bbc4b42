/** Chains: those of the file can be read, those that were given to the running gateway changed as well, and every change counts at once. */

import { now } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { readStoredChain } from '../config/chains.ts'
import { findFlaws } from '../config/circles.ts'
import { directoryOf } from '../config/directory.ts'
import { ConfigError } from '../config/problems.ts'
import type { ChainSettings, Settings } from '../config/settings.ts'
import type { ChainResource } from '../contract/chains.ts'
import type { StoredChain } from '../storage/store.ts'
import type { Control } from './control.ts'
import { ofInstallation, type ControlAnswer, type ControlRequest, type ControlRoute } from './route.ts'
import { storedJson } from './stored-json.ts'
import { inShape, isLiving, isTaken, joinStored, type Joined, type LivingChain } from './stored-chains.ts'

/** Names hold slashes. */
const path = '/_omni/chains/*'
/** All of them are read for a snapshot. */
const mostChains = 1000
const mostBytes = 16 * 1024 * 1024
/** With those of chains that were removed, of which nothing else is kept. */
const mostNames = 100_000

export const chains: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/chains',
    ...ofInstallation('admin', 'operator'),
    run: async (_request, control) => {
      const rows = await control.store.chains.list()
      const file = control.configured()
      const joined = joinStored(file, rows)
      return { body: { data: [...file.chains.map(showOfFile), ...rows.filter(isLiving).map((row) => showStored(row, joined))] } }
    },
  },
  {
    method: 'GET',
    path,
    ...ofInstallation('admin', 'operator'),
    run: async ({ params }, control) => {
      const name = nameIn(params)
      const rows = await control.store.chains.list()
      const file = control.configured()
      const ofFile = file.chains.find((chain) => chain.name === name)
      if (ofFile) return { body: showOfFile(ofFile) }
      return { body: showStored(livingIn(rows, name), joinStored(file, rows)) }
    },
  },
  { method: 'PUT', path, ...ofInstallation('admin', 'operator'), action: 'chain_stored', query: ['version'], body: { type: 'object' }, run: put },
  { method: 'DELETE', path, ...ofInstallation('admin', 'operator'), action: 'chain_removed', query: ['version'], run: remove },
]

async function put(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const name = nameIn(request.params)
  const file = control.configured()
  refuseTaken(name, file)
  const rows = await control.store.chains.list()
  const row = rows.find((one) => one.name === name)
  const before = row !== undefined && isLiving(row) ? row : undefined
  checkVersion(request, before, true)
  const next = { name, version: (row?.version ?? 0) + 1, body: JSON.stringify(inShape(request.body as JsonObject)), changedAt: now() }
  const others = rows.filter((one) => one !== row)
  checkRoom([...others, next])
  const warnings = check(next, joinStored(file, others).settings, others)
  await control.store.chains.put(next)
  control.tell('a chain was stored', { chain: name, version: next.version })
  const body = { ...showStored(next, joinStored(file, [...others, next])), warnings: [...warnings] }
  const changes = [{ kind: 'chain', id: name, before: before === undefined ? null : formOf(before), after: formOf(next) }] as const
  return { status: before === undefined ? 201 : 200, body, changes }
}

async function remove(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const name = nameIn(request.params)
  const file = control.configured()
  const rows = await control.store.chains.list()
  const before = rows.filter(isLiving).find((one) => one.name === name)
  // One that the file names too does not count: it may be removed for that.
  if (before === undefined) refuseTaken(name, file)
  const found = livingIn(rows, name)
  const { version } = found
  checkVersion(request, before, false)
  const leading = isTaken(name, file) ? [] : joinStored(file, rows).settings.chains.filter(({ targets }) => targets.some(({ model }) => model === name))
  if (leading.length > 0) throw new Failure('conflict', `Other chains lead to this one: ${leading.map((chain) => chain.name).join(', ')}. Change them first.`)
  await control.store.chains.put({ name, version: version + 1, body: null, changedAt: now() })
  control.tell('a chain was removed', { chain: name, version })
  return { body: { name, removed: true }, changes: [{ kind: 'chain', id: name, before: formOf(found), after: null }] }
}

function checkRoom(rows: readonly StoredChain[]): void {
  const living = rows.filter(isLiving)
  const bytes = living.reduce((sum, { body }) => sum + body.length, 0)
  if (rows.length > mostNames || living.length > mostChains || bytes > mostBytes)
    throw new Failure('too_many_items', `There is no room: ${mostChains} chains are stored at most, with ${mostBytes} bytes. The file takes more.`)
}

function nameIn(params: ControlRequest['params']): string {
  return params['*'] ?? ''
}

function livingIn(rows: readonly StoredChain[], name: string): LivingChain {
  const found = rows.filter(isLiving).find((one) => one.name === name)
  if (!found) throw new Failure('not_found', 'There is no chain of this name.')
  return found
}

function refuseTaken(name: string, file: Settings): void {
  if (isTaken(name, file)) throw new Failure('conflict', 'The configuration has this name, and comes first: change it there.')
}

/** Whoever changes a chain says which one they saw. */
function checkVersion({ query, ifMatch }: ControlRequest, before: LivingChain | undefined, isNeeded: boolean): void {
  const said = query.version ?? ifMatch?.replaceAll('"', '')
  if (said === undefined && (before === undefined || !isNeeded)) return
  if (said === undefined)
    throw new Failure('conflict', `The chain exists: say which version is to be replaced, by \`?version=${before!.version}\` or \`if-match\`.`, {
      param: 'version',
    })
  if (said !== String(before?.version ?? 0))
    throw new Failure('conflict', `The chain was changed meanwhile: it is at version ${before?.version ?? 0}. Read it again.`, { param: 'version' })
}

/** Throws `Failure` with every problem there is, each with its path in the body. */
function check({ name, body }: LivingChain, settings: Settings, others: readonly StoredChain[]): readonly string[] {
  try {
    const { chain, warnings } = readStoredChain(name, JSON.parse(body), settings)
    refuseFlaws(chain, settings, others)
    return warnings
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [first] = error.problems
    throw new Failure('invalid_value', error.message, first === undefined || first.path === '' ? {} : { param: first.path })
  }
}

/** What is sound by itself may be too much for those that lead to it. */
function refuseFlaws(chain: ChainSettings, settings: Settings, others: readonly StoredChain[]): void {
  const directory = directoryOf({ ...settings, chains: [...settings.chains, chain] })
  for (const [name, sentence] of findFlaws(
    others.map((other) => other.name),
    directory,
  ))
    throw new Failure('invalid_value', `With this, the chain \`${name}\` ${sentence}`)
}

function showOfFile({ name, ...chain }: ChainSettings): ChainResource {
  return { name, source: 'file', version: null, changed_at: null, chain: JSON.parse(JSON.stringify(chain)) as ChainResource['chain'], problem: null }
}

function showStored(row: LivingChain, { problems }: Joined): ChainResource {
  return { source: 'stored', ...formOf(row), problem: problems.get(row.name) ?? null }
}

function formOf({ name, version, changedAt, body }: LivingChain): Pick<ChainResource, 'name' | 'version' | 'changed_at' | 'chain'> {
  const said = inShape((storedJson(body) ?? {}) as JsonObject)
  // Another version of the gateway may have written what this one cannot read: it is listed all the same.
  const chain = { ...said, targets: Array.isArray(said.targets) ? said.targets : [] } as ChainResource['chain']
  return { name, version, changed_at: changedAt, chain }
}
