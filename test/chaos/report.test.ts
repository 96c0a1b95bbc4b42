/** Our own gateway under every scenario of `omni chaos`, on each of the six wires: streamed and whole, alone and with a fallback. It does what a good gateway does. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { clientApis, type ClientApi } from '../../src/chaos/asking.ts'
import { entriesOf } from '../../src/chaos/entries.ts'
import { rowsOf, sumUp } from '../../src/chaos/report.ts'
import { runCampaign } from '../../src/chaos/run.ts'
import { scenarios } from '../../src/chaos/scenarios/index.ts'
import { startSimulator } from '../../src/chaos/simulator.ts'
import { table } from '../../src/cli/table.ts'
import { wires } from '../../src/wires/index.ts'
import type { WireName } from '../../src/canonical/chat.ts'
import { startGateway } from '../gateway.ts'

/** Milliseconds that the gateway waits for anything; the whole of an answer may take three of them. */
const patience = 1000
const simulator = await startSimulator({ times: { stall: patience * 10, slow: patience / 5, beat: 3 } })
const names = Object.keys(wires) as WireName[]
const address = `http://127.0.0.1:${simulator.port}`
const prefixOf = (wire: WireName): string => `${wire}-*`
const entries = names.map((wire) => entriesOf({ wire, address, prefix: prefixOf(wire), scenarios, patience }).replace('providers:\n', ''))
const settings = 'retry: { longestPause: 20ms }\nlimits: { answer: 2MiB, hold: 300ms }\n'
const gateway = await startGateway({ config: `providers:\n${entries.join('\n')}\n${settings}` })
after(() => Promise.all([gateway[Symbol.asyncDispose](), simulator.stop()]))

const apis = Object.keys(clientApis) as ClientApi[]

const campaign = { simulator, gateway: gateway.url, key: gateway.key, bound: patience * 10, lanes: 8 }

describe('under every scenario the gateway does what a good one does', { concurrency: true }, () => {
  for (const [at, wire] of names.entries()) {
    test(`on ${wire}`, async (context) => {
      const findings = await runCampaign({ ...campaign, prefix: prefixOf(wire), scenarios, api: apis[at % apis.length]! })
      context.diagnostic(sumUp(findings))
      const others = findings.filter(({ grade }) => grade !== 'pass')
      assert.equal(others.length, 0, `\n${table(rowsOf(others))}`)
    })
  }
})
