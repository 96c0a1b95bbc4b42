/** Events are CloudEvents whose data are the log's own bytes, and batches are signed as the standard's own example is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signWebhook, writeEvents } from './cloud-events.ts'

test('a receipt is an event with its own id, and any other entry is known by its place', () => {
  const receipt = '{"created_at":1763722000000,"id":"dec_0199","status":200}'
  const gap = '{"at":1763722000001,"count":3,"reason":"overflow"}'
  const text = writeEvents('log_7', [
    { position: 4, kind: 'receipt', text: receipt },
    { position: 5, kind: 'gap', text: gap },
  ])
  assert.ok(text.includes(`"data":${receipt}`) && text.includes(`"data":${gap}`))
  const common = { specversion: '1.0', source: 'omni-gateway/log_7', datacontenttype: 'application/json' }
  assert.deepEqual(JSON.parse(text), [
    { ...common, id: 'dec_0199', type: 'omni-gateway.receipt.v1', time: '2025-11-21T10:46:40.000Z', position: '4', data: JSON.parse(receipt) },
    { ...common, id: 'log_7-5', type: 'omni-gateway.gap.v1', time: '2025-11-21T10:46:40.001Z', position: '5', data: JSON.parse(gap) },
  ])
})

test('a batch is signed as the published example of the standard is', () => {
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_999, body: '{"test": 2432232314}' }
  assert.deepEqual(signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed), {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
  assert.deepEqual(Object.keys(signWebhook(undefined, signed)), ['webhook-id', 'webhook-timestamp'])
})
