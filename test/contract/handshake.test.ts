/** Who may connect by WebSocket, and what everybody else is told. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { connect, refusal } from './line.ts'
import { openScene } from './scene.ts'

const scene = await openScene()
const { gateway } = scene
const authorized = { headers: { authorization: `Bearer ${gateway.key}` } }

/** What comes back first for a handshake with these headers, byte for byte. */
async function sendUpgrade(headers: { readonly [name: string]: string }): Promise<string> {
  const { host, hostname, port } = new URL(gateway.url)
  const socket = createConnection(Number(port), hostname)
  const all = { host, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers }
  socket.write(
    `GET /v1/responses HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  )
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return bytes.toString()
}

describe('a handshake', () => {
  test('needs a key, a host of ours, and no page of others', async () => {
    const key = `Bearer ${gateway.key}`
    const host = new URL(gateway.url).host
    assert.deepEqual(await refusal(scene, '/v1/responses', {}), [401, 'invalid_api_key'])
    assert.deepEqual(await refusal(scene, '/v1/responses', { headers: { authorization: 'Bearer wrong' } }), [401, 'invalid_api_key'])
    assert.deepEqual(await refusal(scene, '/v1/responses', { headers: { authorization: key, host: 'evil.example' } }), [421, 'misdirected_request'])
    for (const origin of ['https://evil.example', 'null', `http://${host}.evil.example`, `http://${host.replace(/\d+$/, '1')}`]) {
      assert.deepEqual(await refusal(scene, '/v1/responses', { headers: { authorization: key }, origin }), [403, 'insufficient_scope'], origin)
    }
    assert.deepEqual(await refusal(scene, '/v1/responses?key=abc', { headers: { authorization: key } }), [400, 'ambiguous_credentials'])
    const own = await connect(scene, { ...authorized, origin: `http://${host}` })
    own.socket.close()
  })

  test('takes a key from the list of protocols, and says none back', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/responses`, ['realtime', `openai-insecure-api-key.${gateway.key}`])
    await once(socket, 'open')
    assert.equal(socket.protocol, 'realtime')
    socket.close()
    assert.deepEqual(await refusal(scene, '/responses', {}, ['realtime', 'openai-insecure-api-key.wrong']), [401, 'invalid_api_key'])
    assert.deepEqual(await refusal(scene, '/responses', authorized, ['realtime', 'openai-insecure-api-key.wrong']), [400, 'ambiguous_credentials'])
  })

  test('that is not one is refused in plain words', async () => {
    for (const headers of [{ 'sec-websocket-version': '12' }, { 'sec-websocket-key': 'short' }] as Record<string, string>[]) {
      const socket = await sendUpgrade({ authorization: `Bearer ${gateway.key}`, ...headers })
      assert.match(socket, /^HTTP\/1\.1 4\d\d /)
    }
    assert.match(await sendUpgrade({ authorization: `Bearer ${gateway.key}` }), /^HTTP\/1\.1 101 /)
  })

  test('on another path is answered as if nothing was said of it', async () => {
    assert.deepEqual(await refusal(scene, '/v1/chat/completions', authorized), [405, 'method_not_allowed'])
    assert.deepEqual(await refusal(scene, '/v1/nothing', authorized), [404, 'not_found'])
    const plain = await fetch(`${gateway.url}/v1/responses`, authorized)
    assert.deepEqual([plain.status, plain.headers.get('upgrade')], [426, 'websocket'])
  })

  test('is answered 426 where the operator allows none', async () => {
    const none = await openScene({ config: () => 'responses: { sockets: 0 }\n' })
    assert.deepEqual(await refusal(none, '/v1/responses', { headers: { authorization: `Bearer ${none.gateway.key}` } }), [426, 'upgrade_required'])
  })
})
