/** What people may see of the settings: everything but the secrets. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from './load.ts'
import { maskSettings } from './mask.ts'

test('no secret of any kind is in what is shown, and all else is', () => {
  const canary = 'canary-9f86d081884c7d659a2feaa0c55ad015'
  const text = `auth: { tokens: [token-${canary}] }
receipts:
  anchors:
    - { url: "https://w.example/?token=anchor-${canary}", token: token-${canary} }
    - { bucket: s3://audit, region: r, key: AKID, secret: secret-${canary} }
  exports:
    - { webhook: "https://hook.example/", secret: hook-${canary} }
    - { otlp: "https://otlp.example/v1/traces", headers: { authorization: "Bearer ${canary}" } }
storage: { databaseUrl: "postgres://u:db-${canary}@db.internal/omni?sslpassword=q-${canary}", redisUrl: "redis://:redis-${canary}@cache:6379" }
providers:
  east: { like: azure, baseUrl: "https://e.example/openai", key: key-${canary}, headers: { x-secret: header-${canary} }, query: { sig: query-${canary} } }
  west: { like: openai, accounts: { red: { key: red-${canary} }, blue: { key: "blue-${canary}", weight: 2 } }, quota: west-quota }
  south: { like: openai, key: south-${canary}, quota: west-quota }`
  const shown = JSON.stringify(maskSettings(loadSettings({ env: {}, readFile: () => text }).settings))
  assert.ok(!shown.includes(canary))
  for (const part of [
    'east',
    'https://e.example/openai',
    '2025-04-01-preview',
    'db.internal',
    '"port":8080',
    '••••d015',
    '"name":"blue","weight":2,"secret":"••••d015"',
    'west-quota',
    'w.example',
    '"bucket":"audit"',
    'https://hook.example/',
    '"headers":{"authorization":"••••d015"}',
  ])
    assert.ok(shown.includes(part), part)
})
