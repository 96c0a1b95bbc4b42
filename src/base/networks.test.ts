/** Addresses and networks are read as they are meant, and anything else is none. */

import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import { among, householdOf, isLoopback, readAddress, readNetwork } from './networks.ts'

test('what Node.js takes for an address is one, and nothing else', () => {
  const texts = ['1.2.3.4', '255.255.255.255', '256.1.1.1', '1.2.3', '01.2.3.4', '1.2.3.4.5', '', ':', '::', '::1', '1::', ':::', '1::2::3', '1:2:3:4:5:6:7:8']
  texts.push(
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::',
    '::ffff:1.2.3.4',
    '::ffff:1.2.3',
    '1.2.3.4::',
    '1:2:3:4:5:6:1.2.3.4',
    'g::',
    '12345::',
    '::1.2.3.4:5',
  )
  texts.push('0x7f.1', '2130706433', 'localhost', ' ::1', '::1 ', 'fe80::1%eth0', '1:2:3:4:5:6:7:8::', '::2:3:4:5:6:7:8', '1:2:3:4:1.2.3.4:7:8')
  for (const text of texts) assert.equal(readAddress(text) !== undefined, isIP(text) !== 0, text)
})

test('one address has one value, however it is spelled', () => {
  for (const [one, other] of [
    ['1.2.3.4', '::ffff:1.2.3.4'],
    ['1.2.3.4', '::FFFF:102:304'],
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:0001'],
    ['fe80::1', 'fe80::1%eth0'],
  ] as const)
    assert.deepEqual(readAddress(one), readAddress(other), `${one} and ${other}`)
})

test('a network has the addresses that Node.js says it has', () => {
  const random = (most: number) => Math.floor(Math.random() * most)
  const six = () => Array.from({ length: 8 }, () => random(3).toString(16)).join(':')
  const four = () => Array.from({ length: 4 }, () => random(3)).join('.')
  for (let round = 0; round < 2000; round += 1) {
    const [address, network, bits, family] = round % 2 === 0 ? [six(), six(), random(129), 'ipv6' as const] : [four(), four(), random(33), 'ipv4' as const]
    const list = new BlockList()
    list.addSubnet(network, bits, family)
    assert.equal(among([`${network}/${bits}`])(address), list.check(address, family), `${address} in ${network}/${bits}`)
  }
})

test('an IPv4 network has the mapped form of its addresses too, and the other way round', () => {
  assert.ok(among(['10.0.0.0/8'])('::ffff:10.1.2.3'))
  assert.ok(among(['::ffff:10.0.0.0/104'])('10.1.2.3'))
  assert.ok(!among(['10.0.0.0/8'])('::10.1.2.3'))
  assert.ok(among(['0.0.0.0/0'])('8.8.8.8') && !among(['0.0.0.0/0'])('2001:db8::1'))
})

test('what is no network is refused, and what is no address is in none', () => {
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0/8', '10.0.0.0/-1', '10.0.0.0/8/8', '/8', 'all', '*', 'fe80::1%eth0', '10.0.0.0/08x'])
    assert.equal(readNetwork(text), undefined, text)
  assert.throws(() => among(['nowhere']))
  for (const text of ['', 'unknown', 'nowhere', '1'.repeat(100_000)]) assert.ok(!among(['0.0.0.0/0', '::/0'])(text))
})

test('(C53) a household of IPv6 is one, whatever addresses it takes', () => {
  assert.equal(householdOf('2001:db8:1:2::1'), householdOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  assert.notEqual(householdOf('2001:db8:1:2::1'), householdOf('2001:db8:1:3::1'))
  assert.deepEqual([householdOf('::ffff:10.1.2.3'), householdOf('10.1.2.3'), householdOf('')], ['10.1.2.3', '10.1.2.3', 'unknown'])
})

test('loopback is the machine itself', () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address), address)
  for (const address of ['128.0.0.1', '::2', '10.0.0.1', '', '0.0.0.0']) assert.ok(!isLoopback(address), address)
})
