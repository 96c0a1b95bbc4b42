/** Our own gateway under every scenario of `omni chaos`, on each of the six wires: streamed and whole, alone and with a fallback. It does what a good gateway does. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ClientApi } from '../../src/chaos/asking.ts'
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
const patience = 1250
const simulator = await startSimulator({ times: { stall: patience * 10, slow: patience / 5, beat: 3 } })
const address = `http://127.0.0.1:${simulator.port}`

/** Each wire is asked by clients of its own API, where it has one, and by those of another. */
const others: { readonly [wire in WireName]?: readonly ClientApi[] } = {
  'openai-chat': ['chat', 'messages'],
  'openai-responses': ['responses', 'chat'],
  'anthropic-messages': ['messages', 'chat'],
  'gemini-generate': ['gemini', 'responses'],
  'bedrock-converse': ['chat', 'messages'],
  'cohere-chat': ['gemini', 'responses'],
}
const pairs = (Object.keys(wires) as WireName[]).flatMap((wire) => others[wire]!.map((api) => ({ wire, api, prefix: `${wire}-${api}-*` })))

const entries = pairs.map(({ wire, prefix }) => entriesOf({ wire, address, prefix, scenarios, patience }).replace('providers:\n', ''))
const settings = 'retry: { longestPause: 20ms }\nlimits: { answer: 2MiB, hold: 300ms }\n'
const gateway = await startGateway({ config: `providers:\n${entries.join('\n')}\n${settings}` })
after(() => Promise.all([gateway[Symbol.asyncDispose](), simulator.stop()]))

const campaign = { simulator, scenarios, gateway: gateway.url, key: gateway.key, bound: patience * 10, lanes: 6 }
const cases = '[B05] [B06] [B08] [B38] (routing 1) (routing 2) (routing 5) (routing 13) (routing 15) (routing 16) (cases 181, 182, 185, 188)'

describe(`${cases} under every scenario the gateway does what a good one does`, { concurrency: true }, () => {
  for (const { wire, api, prefix } of pairs) {
    test(`in front of ${wire}, asked on ${api}`, async (context) => {
      const findings = await runCampaign({ ...campaign, prefix, api })
      context.diagnostic(sumUp(findings))
      const worse = findings.filter(({ grade }) => grade !== 'pass')
      assert.equal(worse.length, 0, `\n${table(rowsOf(worse))}`)
    })
  }
})
