/** What is told of the control plane. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ControlRoute } from './route.ts'
import { controlRoutes } from './routes.ts'

/** They only say what would change, or whether it could. */
const changeless = ['/_omni/prices/changes', '/_omni/policies/check', '/_omni/audit/check']
const readsReceipts = ({ method, path }: Pick<ControlRoute, 'method' | 'path'>): boolean =>
  (method === 'GET' && path.startsWith('/_omni/reports')) || path === '/_omni/policies/replay'

test('every call that changes something has a name in the log of receipts, and so has every one that reads receipts', () => {
  for (const { method, path, action } of controlRoutes) {
    const isReading = readsReceipts({ method, path })
    assert.equal(action !== undefined, isReading || (method !== 'GET' && !changeless.includes(path)), `${method} ${path}`)
    assert.equal(action === 'receipts_read', isReading, `${method} ${path}`)
  }
})

test('no two calls that change something share a name', () => {
  const actions = controlRoutes.flatMap(({ method, action }) => (method === 'GET' || action === undefined ? [] : [action]))
  assert.equal(new Set(actions).size, actions.length)
})
