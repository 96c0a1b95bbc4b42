/** No other spelling of a guarded path is less guarded. */

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, describe, test } from 'node:test'
import { openai, startUpstream } from '../upstream/index.ts'
import { readEntry, table } from './paths.ts'
import { holdAlive } from './rules.ts'
import { openScene } from './scene.ts'

const upstream = await startUpstream(openai.speak('fine'))
const scene = await openScene({ cast: { up: { like: 'openai', url: upstream.url } } })
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))

describe('another spelling', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  after(() => agent.destroy())
  const statusOf = (method: string, path: string, key: string | null): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = key === null ? {} : { authorization: `Bearer ${key}` }
      request({ agent, host: '127.0.0.1', port: scene.port, method, path, headers }, (answer) =>
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0)),
      )
        .on('error', reject)
        .end()
    })

  const hex = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`
  const bends: readonly ((letter: string) => string)[] = [
    hex,
    (letter) => hex(letter).toUpperCase(),
    (letter) => `%25${hex(letter).slice(1)}`,
    (letter) => `%u00${hex(letter).slice(1)}`,
    (letter) => letter.toUpperCase(),
    (letter) => `${letter}%00`,
    (letter) => `%EF%BC${`%${(0x60 + letter.charCodeAt(0)).toString(16)}`}`,
    (letter) => (letter === '/' ? '//' : letter),
    (letter) => (letter === '/' ? '/./' : letter),
    (letter) => (letter === '/' ? '/x/../' : letter),
    (letter) => (letter === '/' ? '/%2e%2e/' : letter),
    (letter) => (letter === '/' ? '%2f' : letter),
    (letter) => (letter === '/' ? '%5c' : letter),
    (letter) => (letter === '/' ? '\\' : letter),
    (letter) => `;${letter}`,
    (letter) => `${letter}.`,
    (letter) => `${letter}%20`,
    (letter) => `${letter}%09`,
  ]
  const ends = ['', '', '', '/', '//', '.', ';x=1', '%00', '%20', '?', '?x=1', '#x', '/.', '/..;/', '.json', '%3f', '&']

  /** Numbers that are the same in every run: a failure can be looked at again. https://en.wikipedia.org/wiki/Linear_congruential_generator */
  let state = 1
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const bend = (path: string): string => {
    const letters = path.split('')
    for (let times = 1 + below(3); times > 0; times -= 1) {
      const at = below(letters.length)
      letters[at] = bends[below(bends.length)]!(path[at]!)
    }
    return `${letters.join('')}${ends[below(ends.length)]}`.replace(/^[^/]/, '/$&')
  }

  test('[C08] of a guarded path, of ten thousand, is never less guarded', async () => {
    const guarded = Object.entries(table).flatMap(([route, entry]) => (entry === 'none' ? [] : [[route, readEntry(entry).access] as const]))
    const before = upstream.requests.length
    const lane = async (count: number) => {
      for (let left = count; left > 0; left -= 1) {
        const [route, access] = guarded[below(guarded.length)]!
        const [method = '', pattern = ''] = route.split(' ')
        const path = bend(pattern.replace('*', 'some').replaceAll(/:\w+/g, 'some'))
        const nobody = await statusOf(method, path, null)
        assert.ok([400, 401, 404, 405, 429].includes(nobody), `${method} ${path} told nobody ${nobody}`)
        if (access !== 'admin') continue
        const client = await statusOf(method, path, scene.key)
        assert.ok([400, 403, 404, 405].includes(client), `${method} ${path} told a client ${client}`)
      }
    }
    await Promise.all([lane(2500), lane(2500), lane(2500), lane(2500)])
    assert.equal(upstream.requests.length, before)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
