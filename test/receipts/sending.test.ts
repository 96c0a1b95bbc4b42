/** The whole gateway with anchors and exports: what it sends is its receipts, also after it was killed, and none of its secrets is told. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { openai, reply, startUpstream, type Received } from '../upstream/index.ts'

const canary = 'canary-2f5b7c1e9d3a4b60'

const ask = (gateway: Gateway): Promise<string | null> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
    body: JSON.stringify({ model: 'near/gpt-4o', messages: [{ role: 'user', content: `say ${canary}` }] }),
  }).then(async (answer) => {
    await answer.text()
    return answer.headers.get('x-omega-decision-id')
  })

const receiptsIn = (requests: readonly Received[]): readonly string[] =>
  requests.flatMap((request) =>
    (request.json() as unknown as readonly { readonly id: string; readonly type: string }[]).flatMap(({ id, type }) => (type.includes('receipt') ? [id] : [])),
  )

test('receivers hear of each call, also of those before the gateway was killed, and the last checkpoint is anchored at the end', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'omni-sending-'))
  try {
    await using provider = await startUpstream(openai.speak(canary))
    await using events = await startUpstream(reply(200, ''))
    await using collector = await startUpstream(reply(200, {}))
    await using witness = await startUpstream(reply(204, ''))
    const config = `providers:
  near: { like: openai, baseUrl: "${provider.url}/v1", key: key-9f86d081884c7d65 }
receipts:
  anchors: [{ url: "${witness.url}/omni", token: token-${canary} }]
  exports: [{ webhook: "${events.url}", secret: secret-${canary} }, { otlp: "${collector.url}/v1/traces", headers: { x-key: "header-${canary}" } }]`
    const first = await startGateway({ config, dataDir })
    const ids = [await ask(first), await ask(first)]
    await eventually(() => ids.every((id) => receiptsIn(events.requests).includes(id!)))
    await first.kill()
    await using second = await startGateway({ config, dataDir })
    ids.push(await ask(second))
    await eventually(() => ids.every((id) => receiptsIn(events.requests).includes(id!)))
    const metrics = await (await fetch(`${second.url}/metrics`, { headers: { authorization: `Bearer ${second.adminKey}` } })).text()
    assert.match(metrics, /omni_export_sent_total\{export="webhook [\d.:]+"\} [1-9]/)
    const status = await (await fetch(`${second.url}/_omni/status`, { headers: { authorization: `Bearer ${second.adminKey}` } })).text()
    assert.match(status, /"anchors":\[\{"name":"url [\d.:]+",.*"exports":\[\{"name":"webhook /)
    assert.equal(await second.stop(), 0)
    assert.match(witness.requests.at(-1)!.body.toString(), /^omni-gateway\/log_[\da-f]{32}\n\d+\n/)
    const spans = collector.requests.map(({ body }) => body.toString()).join()
    for (const id of ids) assert.ok(spans.includes(id!), id!)
    assert.ok(spans.includes('"parentSpanId":"b7ad6b7169203331"') && spans.includes('"traceId":"0af7651916cd43dd8448eb211c80319c"'))
    const said = [
      first.stdout(),
      first.stderr(),
      second.stdout(),
      second.stderr(),
      metrics,
      status,
      spans,
      ...events.requests.map(({ body }) => body.toString()),
    ].join()
    assert.ok(!said.includes(canary))
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
