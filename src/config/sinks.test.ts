/** Anchors and exports say where they go in one of a few ways, and what cannot be meant is told with its line. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from './load.ts'
import { ConfigError } from './problems.ts'

const load = (text: string) => loadSettings({ env: { HIDDEN: 'from-the-environment' }, readFile: () => `receipts:\n${text}\n` }).settings.receipts

function problemsOf(text: string): readonly string[] {
  try {
    load(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

test('each kind of anchor and export is read, with what is usual in its place', () => {
  const { anchors, exports } = load(`  anchors:
    - file: /mnt/other/checkpoints
    - { url: "https://witness.example/omni?as=text", token: "\${HIDDEN}" }
    - syslog: udp://siem
    - syslog: tls://[::1]:80
    - { bucket: s3://audit/a/b/, region: eu-central-1, key: AKID, secret: sec/ret, endpoint: "http://minio:9000/", retainDays: 400 }
    - file: /mnt/other/checkpoints
  exports:
    - { webhook: "https://events.example/omni", secret: whsec_c2VjcmV0, format: cloudevents }
    - { otlp: "http://collector:4318/v1/traces", headers: { X-Tenant: red } }`)
  assert.deepEqual(anchors, [
    { to: 'file', name: 'file /mnt/other/checkpoints', file: '/mnt/other/checkpoints' },
    { to: 'url', name: 'url witness.example', url: 'https://witness.example/omni?as=text', token: 'from-the-environment' },
    { to: 'syslog', name: 'syslog siem', transport: 'udp', host: 'siem', port: 514 },
    { to: 'syslog', name: 'syslog [::1]:80', transport: 'tls', host: '::1', port: 80 },
    {
      to: 'bucket',
      name: 'bucket audit',
      bucket: 'audit',
      prefix: 'a/b',
      region: 'eu-central-1',
      key: 'AKID',
      secret: 'sec/ret',
      endpoint: 'http://minio:9000',
      retainDays: 400,
    },
    { to: 'file', name: 'file /mnt/other/checkpoints (2)', file: '/mnt/other/checkpoints' },
  ])
  assert.deepEqual(exports, [
    { to: 'webhook', name: 'webhook events.example', url: 'https://events.example/omni', secret: 'whsec_c2VjcmV0' },
    { to: 'otlp', name: 'otlp collector:4318', url: 'http://collector:4318/v1/traces', headers: { 'x-tenant': 'red' } },
  ])
})

test('where nothing is said there are none', () => {
  const { anchors, exports } = load('  retentionDays: 3')
  assert.deepEqual([anchors, exports], [[], []])
})

for (const [entry, problem] of [
  ['{}', 'anchors.0: must have one of `file`, `url`, `syslog`, `bucket`.'],
  ['{ file: /x, url: "https://a.example" }', 'anchors.0: must have one of `file`, `url`, `syslog`, `bucket`.'],
  ['{ file: /x, token: y }', 'anchors.0.token: does nothing beside `file`.'],
  ['{ url: "http://1.2.3.4/" }', 'anchors.0.url: must begin with https://, since it would be sent in the clear.'],
  ['{ url: "https://u:p@a.example/" }', 'anchors.0.url: holds a user or a password: there are settings for secrets.'],
  ['{ url: "http://169.254.169.254/" }', 'anchors.0.url: is where a cloud keeps its machines’ credentials: nothing else is there.'],
  ['{ syslog: "tcp://169.254.169.254:514" }', 'anchors.0.syslog: is where a cloud keeps its machines’ credentials: nothing else is there.'],
  ['{ syslog: "tcp://host:99999" }', 'anchors.0.syslog: is no address: write it as `udp://host:514`.'],
  ['{ bucket: s3://abc, key: k }', 'anchors.0: needs `region`, `secret` beside `bucket`.'],
  ['{ bucket: abc }', 'anchors.0.bucket: must be `s3://bucket/prefix`.'],
  ['{ flie: x }', 'anchors.0.flie: is not a setting. Did you mean `file`?'],
] as const)
  test(`an anchor as ${entry} is refused`, () => assert.deepEqual(problemsOf(`  anchors:\n    - ${entry}`), [`omni.yaml:3: receipts.${problem}`]))

test('what is wrong with an export is told, and of secrets only where they stand', () => {
  const text = '  exports:\n    - { webhook: "https://a.example", headers: { a: canary } }\n    - { otlp: "https://u:canary@a.example" }'
  assert.deepEqual(problemsOf(text), [
    'omni.yaml:3: receipts.exports.0.headers: does nothing beside `webhook`.',
    'omni.yaml:4: receipts.exports.1.otlp: holds a user or a password: there are settings for secrets.',
  ])
})

test('no variable sets a list of anchors: it has settings of its own', () => {
  const { warnings } = loadSettings({ env: { OMNI_RECEIPTS_ANCHORS: '/x' }, readFile: () => undefined })
  assert.match(warnings.join(), /OMNI_RECEIPTS_ANCHORS is not a setting/)
})
