/** Alerts say where they go, and what cannot be meant is told with its line. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from './load.ts'
import { maskSettings } from './mask.ts'
import { ConfigError } from './problems.ts'

const load = (text: string) => loadSettings({ env: { HIDDEN: 'from-the-environment' }, readFile: () => `alerts:\n${text}\n` }).settings

function problemsOf(text: string): string {
  try {
    load(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

const both = `  webhooks:
    - { url: "https://hooks.example/T0/canary", format: slack }
    - { url: "http://alerts.internal/omni", secret: "\${HIDDEN}" }
    - { url: "http://alerts.internal/other" }
  mail: { host: mail.example, port: 465, user: gateway, password: canary-of-mail, from: gateway@example.com, to: "ops@example.com, cfo@example.com" }`

test('webhooks and mail are read, with what is usual in its place', () => {
  assert.deepEqual(load(both).alerts, [
    { to: 'webhook', name: 'webhook hooks.example', url: 'https://hooks.example/T0/canary', format: 'slack' },
    { to: 'webhook', name: 'webhook alerts.internal', url: 'http://alerts.internal/omni', format: 'json', secret: 'from-the-environment' },
    { to: 'webhook', name: 'webhook alerts.internal (2)', url: 'http://alerts.internal/other', format: 'json' },
    {
      to: 'mail',
      name: 'mail mail.example:465',
      server: {
        host: 'mail.example',
        port: 465,
        isNear: false,
        login: { user: 'gateway', password: 'canary-of-mail' },
        from: 'gateway@example.com',
        to: ['ops@example.com', 'cfo@example.com'],
      },
    },
  ])
  assert.deepEqual(load('  webhooks: []').alerts, [])
})

test('no secret of them is shown, and the path of a webhook is one', () => {
  const shown = JSON.stringify(maskSettings(load(both)).alerts)
  assert.doesNotMatch(shown, /canary|from-the-environment/)
  assert.match(shown, /https:\/\/hooks\.example\/••••/)
})

test('(routing 59) nothing is sent to where a cloud keeps its machines’ credentials, nor in the clear beyond a private network', () => {
  assert.match(problemsOf('  webhooks: [{ url: "http://169.254.169.254/latest" }]'), /omni\.yaml:2: alerts\.webhooks\.0\.url: is where a cloud keeps/)
  assert.match(problemsOf('  webhooks: [{ url: "http://hooks.example/T0" }]'), /must begin with https/)
  assert.match(problemsOf('  webhooks: [{ url: "https://u:canary@hooks.example" }]'), /holds a user or a password/)
  assert.match(problemsOf('  mail: { host: 169.254.169.254, from: a@b.example, to: c@d.example }'), /alerts\.mail\.host: is where a cloud keeps/)
})

test('[C05] an empty secret ends the start', () => {
  assert.match(problemsOf('  webhooks: [{ url: "https://hooks.example/T0", secret: "" }]'), /alerts\.webhooks\.0\.secret/)
})

test('what lacks something, or says something that does nothing, is told', () => {
  assert.match(problemsOf('  webhooks: [{ format: slack }]'), /alerts\.webhooks\.0: must have a `url`/)
  assert.match(problemsOf('  webhooks: [{ url: "https://hooks.example/T0", format: slack, secret: abc }]'), /alerts\.webhooks\.0\.secret: does nothing/)
  assert.match(problemsOf('  mail: { to: c@d.example }'), /alerts\.mail\.to: does nothing without `host`/)
  assert.match(problemsOf('  mail: { host: mail.example }'), /needs `from`[^]*needs `to`/)
  assert.match(problemsOf('  mail: { host: mail.example, user: a, from: a@b.example, to: c@d.example }'), /needs both `user` and `password`/)
  assert.match(problemsOf('  mail: { host: mail.example, from: "a@b.example\\r\\nBcc: x@y.example", to: c@d.example }'), /alerts\.mail\.from/)
})
