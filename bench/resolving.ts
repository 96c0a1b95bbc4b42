/** What it costs to come from a client's key and a name to the target that is asked first, and whether that grows with the keys there are and the names that were asked for before. */

import { createHash } from 'node:crypto'
import { builtIn } from '../src/catalog/table.ts'
import { loadSettings } from '../src/config/load.ts'
import { buildSnapshot } from '../src/control/publish.ts'
import { Course } from '../src/routing/course.ts'
import { Health } from '../src/routing/health.ts'
import { resolve } from '../src/routing/resolve.ts'
import { dice } from '../test/choosing.ts'
import { healthTerms } from '../test/routing.ts'
import type { Verdict } from './report.ts'
import { spreadOfMedians, type Spread } from './statistics.ts'
import { table } from './table.ts'

type Snapshot = ReturnType<typeof buildSnapshot>

/** From the key to the first target of a chain. */
export interface WayCost {
  readonly keys: number
  /** Names that were resolved before, each once. */
  readonly names: number
  readonly microseconds: Spread
  /** What is remembered of names, and of places. */
  readonly plans: number
  readonly places: number
}

const keyCounts = [10, 1000, 100_000]
const pastNames = 1_000_000
const targets = 1000
const providerCount = 10
const repetitions = 7
const samples = 500
/** How much more it may cost where there is ten thousand times as much to know. */
const mostGrowth = 2

export async function measureWays(): Promise<WayCost[]> {
  const costs: WayCost[] = []
  for (const keys of keyCounts) costs.push(await measureWay(snapshotOf(keys), keys, 0))
  const snapshot = snapshotOf(keyCounts[0]!)
  for (let at = 0; at < pastNames; at += 1) resolve({ model: `provider-${at % providerCount}/invented-${at}`, fallbacks: [] }, snapshot.routing)
  costs.push(await measureWay(snapshot, keyCounts[0]!, pastNames))
  return costs
}

async function measureWay(snapshot: Snapshot, keys: number, names: number): Promise<WayCost> {
  const turns: number[][] = []
  for (let turn = -2; turn < repetitions; turn += 1) {
    const times = await timeWays(snapshot, keys)
    // The first turns warm up.
    if (turn >= 0) turns.push(times)
  }
  const { known, health } = snapshot.routing
  return { keys, names, microseconds: spreadOfMedians(turns), plans: known.size, places: [...health].length }
}

async function timeWays({ identify, routing }: Snapshot, keys: number): Promise<number[]> {
  const random = dice(keys)
  const times: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    const token = `key-${Math.floor(random() * keys)}`
    const began = performance.now()
    const who = identify(token)?.keyId
    if (typeof who !== 'string') throw new Error('the key is nobody’s')
    const traveller = { who, needs: () => ({ bits: 0, input: 1000, output: 500 }), affinity: () => undefined, onGone: () => {} }
    const leaf = await new Course(resolve({ model: 'thousand', fallbacks: [] }, routing), traveller).next(0)
    times.push((performance.now() - began) * 1000)
    if (leaf === undefined) throw new Error('nobody was chosen')
  }
  return times
}

/** As a running gateway has it: from a file, with as many keys as are stored. */
function snapshotOf(keys: number): Snapshot {
  const providers = Array.from(
    { length: providerCount },
    (_, at) => `  provider-${at}: { like: openai, key: sk-bench, baseUrl: "https://provider-${at}.example/v1" }\n`,
  )
  const lines = Array.from({ length: targets }, (_, at) => `      - provider-${at % providerCount}/model-${at}\n`)
  const text = `providers:\n${providers.join('')}chains:\n  thousand:\n    strategy: least-used\n    targets:\n${lines.join('')}`
  const { settings } = loadSettings({ env: {}, readFile: () => text })
  const hashKey = (token: string): string => createHash('sha256').update(token).digest('base64url')
  return buildSnapshot({
    settings,
    objects: [],
    keys: Array.from({ length: keys }, (_, at) => ({
      id: `key_${at}`,
      name: 'bench',
      prefix: 'key-',
      hash: hashKey(`key-${at}`),
      createdAt: 0,
      mayRoute: true,
      tenant: 'default',
      terms: '{}',
      version: 1,
      before: undefined,
      revokedAt: undefined,
    })),
    catalogue: builtIn,
    secrets: [],
    adminHash: '',
    hashKey,
    version: 'bench',
    health: new Health(healthTerms),
  })
}

export function judgeWays(costs: readonly WayCost[]): Verdict[] {
  const [few, ...more] = costs
  return more.map(({ keys, names, microseconds }) => {
    const measured = microseconds.p50 / few!.microseconds.p50
    const about = `from key to target with ${keys.toLocaleString('en')} keys, ${names.toLocaleString('en')} names before: p50, of that with ${few!.keys} and none`
    return { about, measured, target: `≤ ${mostGrowth}`, isMet: measured <= mostGrowth }
  })
}

export function wayTable(costs: readonly WayCost[]): string {
  const count = (value: number): string => value.toLocaleString('en')
  return table(
    ['keys', 'names before', 'µs from key to target, p50 / p99', 'plans kept', 'places kept'],
    costs.map(({ keys, names, microseconds: { p50, p99 }, plans, places }) => [
      count(keys),
      count(names),
      `${p50.toFixed(1)} / ${p99.toFixed(1)}`,
      count(plans),
      count(places),
    ]),
  )
}
