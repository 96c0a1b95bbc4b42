/** What the gateway under test needs in its `omni.yaml`: an entry of `providers` for each scenario, made from the providers' own data. */

import type { WireName } from '../canonical/chat.ts'
import { providers } from '../providers/index.ts'
import type { Provider } from '../providers/provider.ts'
import type { Scenario } from './scenario.ts'

/** Stands for the scenario's name in a prefix. */
const place = '*'

/** The model to ask the gateway for; `label` tells calls apart. */
export const modelOf = (prefix: string, scenario: string, label: string): string => `${prefix.replace(place, scenario)}/${scenario}.${label}`

export interface Entries {
  readonly wire: WireName
  /** Of the simulator, without a slash at the end. */
  readonly address: string
  readonly prefix: string
  readonly scenarios: readonly Scenario[]
  /** Milliseconds: no deadline but that of the whole answer is longer, and that one is three of them. */
  readonly patience: number
}

/** A provider that has failed is rightly left alone for a while, which would spoil what comes next: with a `*` in the prefix each scenario has its own. */
export function entriesOf({ wire, address, prefix, scenarios, patience }: Entries): string {
  const names = [...new Set(['sound', ...scenarios.map(({ name }) => name)].map((name) => prefix.replace(place, name)))]
  return ['providers:', ...names.map((name) => `  ${name}: ${entryOf(wire, address, patience)}`)].join('\n')
}

function entryOf(wire: WireName, address: string, patience: number): string {
  const like = vendorOf(wire)
  const region = like.regionEnv ? ', region: us-east-1' : ''
  const spans = ['firstByteStreamed', 'firstByteWhole', 'firstWord', 'idle'].map((span) => `${span}: ${patience}ms`).join(', ')
  return `{ like: ${like.id}, key: chaos, baseUrl: "${address}${basePathOf(like)}", wires: [${wire}]${region}, deadlines: { ${spans}, total: ${patience * 3}ms } }`
}

/** Who speaks the wire best; it need not have an address of its own. */
function vendorOf(wire: WireName): Provider {
  const best = providers.find(({ speaks }) => Object.keys(speaks)[0] === wire) ?? providers.find(({ speaks }) => speaks[wire] !== undefined)
  if (best === undefined) throw new Error(`No provider speaks ${wire}.`)
  return best
}

/** What vendors put before the paths of their wires. */
const basePathOf = ({ baseUrl = '' }: Provider): string => baseUrl.replace(/^https?:\/\/[^/]+/, '')
