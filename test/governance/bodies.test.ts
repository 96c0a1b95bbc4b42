/** Bodies of the control API that two readers would read as two. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGoverned } from './scene.ts'

const scene = await openGoverned()
const put = (body: string) =>
  scene.ask({ method: 'PUT', path: '/_omni/budgets/once', key: scene.adminKey, headers: { 'content-type': 'application/json' }, body })

test('[A07] [C16] a key that stands twice is refused, at any depth, and nothing is stored', async () => {
  for (const body of [
    '{"scope":"all","amount_usd":"1","amount_usd":"1000","period":"day"}',
    '{"scope":"all","amount_usd":"1","amount\\u005fusd":"1000","period":"day"}',
    '{"scope":"all","amount_usd":"1","period":"day","each":[{"a":1,"a":2}]}',
  ])
    assert.equal((await put(body)).code(), 'duplicate_key', body)
  for (const body of ['{"scope":', '{"scope":"all","__proto__":{}}', '']) assert.equal((await put(body)).code(), 'invalid_json', body)
  assert.equal((await scene.admin('GET', 'budgets/once')).status, 404)
  assert.equal((await put('{"scope":"all","amount_usd":"1","period":"day"}')).status, 201)
})
