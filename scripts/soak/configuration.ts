/** What the gateway is told in the soak: providers of every wire that are sound, one for each fault, a chain for each strategy, and small limits. */

import type { JsonObject } from '../../src/base/json.ts'
import { modelOf } from '../../src/chaos/entries.ts'
import { scenarios } from '../../src/chaos/scenarios/index.ts'
import { strategyNames } from '../../src/config/strategies.ts'

interface Part {
  readonly like: string
  /** What its base URL ends with. */
  readonly path: string
}

/** Who plays the provider of each wire. */
const parts: { readonly [wire: string]: Part } = {
  'openai-chat': { like: 'openai', path: '/v1' },
  'openai-responses': { like: 'openai', path: '/v1' },
  'anthropic-messages': { like: 'anthropic', path: '' },
  'gemini-generate': { like: 'gemini', path: '/v1beta' },
  'bedrock-converse': { like: 'bedrock', path: '' },
  'cohere-chat': { like: 'cohere', path: '' },
}
const wires = Object.keys(parts)

/** Names of one sound model, so that more targets are known than are configured. */
const labels = 50

export const faults: readonly string[] = scenarios.map(({ name }) => name).filter((name) => name !== 'sound')
/** Before the narrow one, which is asked for the most, calls queue. */
export const chains: readonly string[] = [...strategyNames.map((name) => `by-${name}`), 'quick', 'narrow', 'narrow', 'narrow']
export const steady = (number: number): string => `steady-${wires[number % wires.length]!}/sound.n${number % labels}`
export const faulty = (scenario: string): string => modelOf('fault-*', scenario, 'n0')

/** As the simulator is told of its silences: everything that takes longer than these is given up. Milliseconds. */
export const times = { stall: 3000, slow: 200, beat: 5 }
const deadlines = { connect: '1s', firstByteStreamed: '1s', firstByteWhole: '1s', firstWord: '1s', idle: '1s', progress: '2s', total: '4s' }

/** The text of `omni.yaml`. With every `turn` the faults speak other wires, and chains have other weights. JSON is YAML. */
export function configurationOf(address: string, turn: number): string {
  const sound = wires.map((wire) => [`steady-${wire}`, { ...entryOf(address, wire), ...several }])
  const broken = faults.map((name, at) => [`fault-${name}`, { ...entryOf(address, wires[(at + turn) % wires.length]!), key: 'fault' }])
  return JSON.stringify({
    providers: Object.fromEntries([...sound, ...broken]) as JsonObject,
    chains: {
      ...Object.fromEntries(strategyNames.map((strategy, at) => [`by-${strategy}`, { strategy, targets: targetsOf(at, turn) }])),
      narrow: { targets: [{ model: `steady-${wires[0]}/sound.narrow`, concurrency: 1 }] },
    },
    aliases: { quick: 'by-fastest', 'any-*': `steady-${wires[turn % wires.length]!}/*` },
    byRequest: true,
    deadlines,
    retry: { attempts: 3, longestPause: '200ms', totalTime: '8s' },
    health: { ejection: '500ms', longestEjection: '10s' },
    queue: { size: 10, time: '500ms' },
    limits: { body: '1MiB', answer: '1MiB', sseEvent: '64KiB', streamBuffer: '64KiB', hold: '300ms', keepAlive: '300ms', keyConcurrency: 16, keyQueue: 12 },
    server: { writeIdle: '2s', drain: '10s' },
    upstream: { keepAlive: '2s' },
    responses: { store: true, ttl: '60s', totalBytes: '8MiB' },
  })
}

/** Three accounts with room for few calls. */
const several = {
  strategy: 'least-used',
  accounts: { red: { key: 'red', concurrency: 2, weight: 2 }, green: { key: 'green', concurrency: 1 }, blue: { key: 'blue', concurrency: 1 } },
} as const

function entryOf(address: string, wire: string): JsonObject {
  const { like, path } = parts[wire]!
  return { like, baseUrl: `${address}${path}`, wires: [wire], ...(like === 'bedrock' && { region: 'us-east-1' }) }
}

/** Two that fail now and then, and two that do not. */
function targetsOf(at: number, turn: number): readonly JsonObject[] {
  return [
    { model: faulty('flapping'), weight: 1 + (turn % 3) },
    { model: steady(at), weight: 3 },
    { model: faulty('failing-mostly') },
    { model: steady(at + 1), weight: 2, concurrency: 4 },
  ]
}
