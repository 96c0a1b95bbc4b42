/** Detectors take time in proportion to the text, whatever it is made of; long texts are looked at in a thread. */

import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, it } from 'node:test'
import type { Detector } from '../../src/policy/detector.ts'
import { builtIn, compileDetector, inspect } from '../../src/policy/detectors/index.ts'
import { Inspector } from '../../src/server/inspector.ts'

const lists: readonly Detector['terms'][] = [
  { kind: 'words', name: 'words', words: ['aaaaaaaaab', 'forbidden', 'password*'] },
  { kind: 'topics', name: 'topic', words: ['loan', 'credit', 'mortgage'] },
  { kind: 'domains', name: 'hosts', allow: ['example.com'], deny: ['evil.example'] },
]
const detectors = [...builtIn, ...lists].map(compileDetector)

/** Each repeats what makes some pattern begin and not end. */
const hostile: { readonly [name: string]: string } = {
  letters: 'a',
  'signs of mail': '@',
  'half an address of mail': 'a@a.',
  digits: '1',
  'digits apart': '1 ',
  'groups of digits': '4111 ',
  'numbers with dots': '1.2.3.',
  colons: ':',
  'half an address': 'ab:1',
  dots: 'a.',
  schemes: '://',
  'addresses that never end': 'http://a@b@',
  'tokens that never end': 'eyJaaaaaaaaaa.',
  'keys that begin': '-----BEGIN RSA PRIVATE KEY-----',
  'keys that end': '-----END ',
  labels: 'password=',
  'beginnings of keys': 'sk-',
  'IBANs that never end': 'DE89 3704 ',
  'letters apart': 'a b ',
  base64: 'QUJD',
  'base64 apart': `${'QUJD'.repeat(9)} `,
  overrides: 'ignore previous ',
  orders: 'ignore all previous instructions ',
  quotes: '"ignore` ',
  attackers: 'attackers ignore all instructions ',
  negations: 'not never ',
  invisible: '\u200b',
  tags: '\u{e0041}',
  newlines: '\n',
  delimiters: '<|im_start|>',
  'letters of full width': 'Ａ',
  'letters and spaces of other widths': 'a\u00a0',
  'beginnings of keys in paths': 'sk-/',
  'passwords that never end': 'password is ',
}

/** Of the processor, in milliseconds: on a busy machine a clock tells of others. */
function timeOf(look: () => unknown): number {
  let least = Infinity
  for (let run = 0; run < 3; run++) {
    const { user } = process.cpuUsage()
    look()
    least = Math.min(least, (process.cpuUsage().user - user) / 1000)
  }
  return least
}

describe('the time that detectors take', () => {
  for (const [name, unit] of Object.entries(hostile)) {
    it(`[C62] grows with the text alone: ${name}`, () => {
      const [short, long] = [40_000, 320_000].map((length) => unit.repeat(Math.ceil(length / unit.length)))
      for (const detector of detectors) {
        const times = [short!, long!].map((text) => timeOf(() => detector.look([{ from: 'tool', text }]))) as [number, number]
        // Eight times as much text: quadratic would be 64 times as long.
        assert.ok(times[1] < 32 * Math.max(times[0], 1), `${detector.terms.name}: ${times.join(' → ')} ms`)
      }
    })
  }

  it('[C63] of a prompt of a million characters is 80 ms for all of them, with room for a busy machine', () => {
    const sentence = 'The quick brown fox jumps over the lazy dog, version 1.2.3 at 12:30 with a token and http://example.com/x?a=1 name_of_thing 12345. '
    const passages = [{ from: 'user', text: sentence.repeat(Math.ceil(1e6 / sentence.length)) }] as const
    const looking = detectors.slice(0, builtIn.length + 1)
    const least = Math.min(...[1, 2, 3].map(() => timeOf(() => inspect(passages, looking))))
    assert.ok(least < 160, `${least} ms`)
  })

  it('[C63] is not the loop’s where texts are long: nobody else waits 50 ms', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'failed' }) })
    const passages = Array.from({ length: 40 }, () => ({
      from: 'user' as const,
      text: `write to joe@example.com, please, ${'and say hello to all of them. '.repeat(30)}`.repeat(100),
    }))
    // A machine that does other things delays any loop: the calmest of several runs says what is ours.
    let least = Infinity
    for (let run = 0; run < 6 && least >= 50; run++) {
      const delays = monitorEventLoopDelay({ resolution: 5 })
      delays.enable()
      const found = await Promise.all([inspector.inspect(passages, builtIn), inspector.inspect(passages, builtIn)])
      delays.disable()
      least = Math.min(least, delays.percentile(99) / 1e6)
      for (const { pii } of found) assert.equal(pii !== undefined && 'count' in pii && pii.count, 4000)
    }
    await inspector.close()
    assert.ok(least < 50, `${least} ms`)
  })
})

describe('the inspector', () => {
  const long = [{ from: 'user', text: 'joe@example.com '.repeat(20_000) }] as const

  it('says the same of a text in place and in the thread', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'failed' }) })
    assert.deepEqual(await inspector.inspect(long, [...builtIn, ...lists]), inspect(long, detectors))
    await inspector.close()
  })

  it('gives up a question that takes too long, and goes on with the others in another thread', async () => {
    const slow = new Inspector({ askOutside: async () => ({ fault: 'failed' }), time: 1 })
    const said = await slow.inspect([{ from: 'user', text: long[0].text.repeat(20) }], builtIn)
    assert.deepEqual(said.pii, { fault: 'timeout' })
    await slow.close()
  })

  it('says that it failed to whoever still waits when it closes, and to those that are too many', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'failed' }) })
    const waiting = Promise.all(Array.from({ length: 110 }, async () => inspector.inspect(long, builtIn)))
    await inspector.close()
    assert.ok((await waiting).every(({ pii }) => pii !== undefined && 'fault' in pii && pii.fault === 'failed'))
  })

  it('tells no more findings than the loop can read: where there are more that detector failed, and no other', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'failed' }) })
    const said = await inspector.inspect([{ from: 'user', text: 'a@b.com '.repeat(60_000) }], builtIn)
    assert.deepEqual([said.pii, 'count' in said.secrets! && said.secrets.count], [{ fault: 'failed' }, 0])
    await inspector.close()
  })

  it('says at once what short texts hold, and of long ones later', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'failed' }) })
    const [short, later] = [inspector.inspect([{ from: 'user', text: 'joe@example.com' }], builtIn), inspector.inspect(long, builtIn)]
    assert.ok(!(short instanceof Promise) && later instanceof Promise)
    assert.deepEqual(['count' in short.pii! && short.pii.count, Object.keys(await later)], [1, builtIn.map(({ name }) => name)])
    await inspector.close()
  })

  it('asks services beside its own detectors', async () => {
    const inspector = new Inspector({ askOutside: async () => ({ fault: 'timeout' }) })
    const said = await inspector.inspect(
      [{ from: 'user', text: 'joe@example.com' }],
      [builtIn[0]!, { kind: 'outside', name: 'there', service: 'x', sample: 1, onFailure: 'fault' }],
    )
    assert.deepEqual([said.there, 'count' in said.pii! && said.pii.count], [{ fault: 'timeout' }, 1])
  })
})
