/** A page of another host that a browser was led to us by: whatever it asks, of whatever listens, it is told that it is in the wrong place. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startGateway, type Gateway } from '../gateway.ts'
import { certificate, openai, startUpstream } from '../upstream/index.ts'
import { table } from './paths.ts'
import { head, talk, type Talking } from './raw.ts'
import { noProc } from './rules.ts'
import { configOf } from './scene.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-hosts-'))
const tls = Object.fromEntries(
  Object.entries(certificate()).map(([name, text]) => {
    const path = join(folder, `${name}.pem`)
    writeFileSync(path, text)
    return [name, path]
  }),
)
const upstream = await startUpstream(openai.speak('fine'))
const cast = { up: { like: 'openai', url: upstream.url } } as const
const gateways = {
  'in plain HTTP': await startGateway({ config: configOf(cast) }),
  'behind TLS': await startGateway({ config: configOf(cast, { server: { tls } }), scheme: 'https' }),
} as const
after(async () => {
  await Promise.all([upstream.stop(), ...Object.values(gateways).map((gateway) => gateway[Symbol.asyncDispose]())])
  rmSync(folder, { recursive: true })
})

const portOf = ({ url }: Gateway): number => Number(new URL(url).port)
/** How a socket of this gateway is spoken to; the name that TLS asks for is the stranger's too. */
const way = ({ url }: Gateway): Talking => ({ ms: 10_000, ...(url.startsWith('https:') && { servername: 'evil.example' }) })

/** Every path that is served, one that is none, and what is not even a path. */
const lines = [
  ...Object.keys(table).map((route) => route.replaceAll(/(?<=\/):\w+|\*/g, 'x')),
  'GET /nothing',
  'POST /',
  'OPTIONS /v1/models',
  'TRACE /healthz',
  'HEAD /v1/models',
  'GET /v1/responses?key=x',
].map((route) => `${route} HTTP/1.1`)

const websocket = ['Connection: Upgrade', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
const upgrades: readonly (readonly string[])[] = [
  [...websocket, 'Upgrade: websocket'],
  [...websocket, 'Upgrade: WebSocket', 'Origin: http://evil.example'],
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  ['Connection: Upgrade', 'Upgrade: TLS/1.3'],
]

for (const [says, gateway] of Object.entries(gateways)) {
  const port = portOf(gateway)
  const evil = `Host: evil.example:${port}`

  const misdirected = async (line: string, ...others: readonly string[]): Promise<void> => {
    const told = await talk(port, head(line, ...others), way(gateway))
    assert.deepEqual(told.statuses, [421], `${line}: ${told.text}`)
    assert.ok(told.isClosed, line)
    if (!line.startsWith('HEAD')) assert.match(told.text, /misdirected_request|does not answer to this host/, line)
  }

  describe(`a request for another host, ${says}`, () => {
    for (const key of ['a key', 'the admin key'] as const) {
      test(`[C21] is misdirected on every path, also with ${key}`, async () => {
        const auth = `Authorization: Bearer ${key === 'a key' ? gateway.key : gateway.adminKey}`
        for (const line of lines) await misdirected(line, evil, auth)
      })
    }

    test('[C21] is misdirected where it asks for another protocol, on whatever path', async () => {
      for (const path of ['/v1/responses', '/responses', '/v1/responses?x=1', '/_omni/keys', '/healthz', '/'])
        for (const upgrade of upgrades) await misdirected(`GET ${path} HTTP/1.1`, evil, `Authorization: Bearer ${gateway.key}`, ...upgrade)
    })

    test('[C21] is misdirected on a connection on which requests for us were answered', async () => {
      const asked = (host: string) => head('GET /healthz HTTP/1.1', host)
      const told = await talk(port, asked(`Host: 127.0.0.1:${port}`) + asked(evil) + asked(`Host: 127.0.0.1:${port}`), way(gateway))
      assert.deepEqual([told.statuses, told.isClosed], [[200, 421], true], told.text)
    })

    test('[C21] goes nowhere, and the same for us is answered', async () => {
      assert.equal(upstream.requests.length, 0)
      const told = await talk(port, head('GET /healthz HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'), way(gateway))
      assert.deepEqual(told.statuses, [200])
    })

    test('[C21] finds no other port to ask: the process listens on one', { skip: noProc }, () => {
      assert.deepEqual(portsOf(gateway.pid), [port])
    })
  })
}

/** All that a process listens on (Linux). https://docs.kernel.org/networking/proc_net_tcp.html */
function portsOf(pid: number): readonly number[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`)))
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(`socket:[${inode}]`))
      .map(([, local]) => parseInt(local!.split(':')[1]!, 16)),
  )
}

/** What was closed meanwhile leads nowhere. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
