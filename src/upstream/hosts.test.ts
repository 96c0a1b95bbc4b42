/** A machine's own files say what short names mean, as its system reads them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressesIn, completed, readCompletion } from './hosts.ts'

test('a short name is completed first, a long one is asked for as it stands first', () => {
  const kubernetes = readCompletion('nameserver 10.96.0.10\nsearch ns.svc.cluster.local svc.cluster.local # ours\noptions edns0 ndots:5 timeout:1\n')
  assert.deepEqual(kubernetes, { search: ['ns.svc.cluster.local', 'svc.cluster.local'], dots: 5 })
  assert.deepEqual(completed('llm.dev', kubernetes), ['llm.dev.ns.svc.cluster.local', 'llm.dev.svc.cluster.local', 'llm.dev'])
  const home = readCompletion('; made by hand\ndomain old.lan\nsearch lan\n')
  assert.deepEqual(completed('box', home), ['box.lan', 'box'])
  assert.deepEqual(completed('api.example.com', home), ['api.example.com', 'api.example.com.lan'])
})

test('a name that ends with a dot is whole', () => {
  assert.deepEqual(completed('box.', { search: ['lan'], dots: 9 }), ['box.'])
})

test('nothing is completed where no file says how', () => {
  assert.deepEqual(completed('box', readCompletion('')), ['box'])
})

test('a file of hosts may hold remarks, blanks, several names in a line and lines that are none', () => {
  const hosts = '\n# 10.0.0.9 box\n 10.0.0.1   box  other\r\nnot-an-address box\nfe80::1%lo0 box\n10.0.0.2 boxer\n'
  assert.deepEqual(addressesIn(hosts, 'box'), [
    { address: '10.0.0.1', family: 4 },
    { address: 'fe80::1%lo0', family: 6 },
  ])
  assert.deepEqual(addressesIn(hosts, 'ox'), [])
})
