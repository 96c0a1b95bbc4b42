/** What is told of the control plane. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controlRoutes } from './routes.ts'

/** They only say what would change. */
const changeless = ['/_omni/prices/changes']

test('every call that changes something has a name in the log of receipts, and so has every one that reads receipts', () => {
  for (const { method, path, action } of controlRoutes) {
    const isTold = (method !== 'GET' && !changeless.includes(path)) || path.startsWith('/_omni/reports')
    assert.equal(action !== undefined, isTold, `${method} ${path}`)
    assert.equal(action === 'receipts_read', method === 'GET' && isTold, `${method} ${path}`)
  }
})

test('no two calls that change something share a name', () => {
  const actions = controlRoutes.flatMap(({ method, action }) => (method === 'GET' || action === undefined ? [] : [action]))
  assert.equal(new Set(actions).size, actions.length)
})
