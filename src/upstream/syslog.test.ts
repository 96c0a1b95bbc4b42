/** A message has the shape of RFC 5424, whatever the machine is called. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeSyslog } from './syslog.ts'

const line = { at: Date.UTC(2026, 10, 21, 5, 0, 7, 12), id: 'checkpoint', text: 'omni-gateway/log_1 1234 YQ==' }

test('a message says priority, version, time, machine, program, process and kind before its text', () => {
  assert.equal(writeSyslog(line, 'gate-1'), `<109>1 2026-11-21T05:00:07.012Z gate-1 omni-gateway ${process.pid} checkpoint - omni-gateway/log_1 1234 YQ==`)
})

test('a name that the protocol cannot say is left out', () => {
  for (const name of ['', 'two words', 'schön', 'x'.repeat(256)]) assert.match(writeSyslog(line, name), /^<109>1 \S+ - omni-gateway /, name)
})
