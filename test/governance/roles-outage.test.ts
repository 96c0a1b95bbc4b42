/** While the database hangs or is away, nobody is taken for anybody: who is known without it is let in, everybody else is told to come again. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { openScene, type Scene } from '../acceptance/scene.ts'
import { eventually } from '../gateway.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { peopleOf, type People } from './people.ts'

const found = await startPostgres()
const skip = typeof found === 'string' && found

/** A way to a database that can be stopped without an end, and cut. */
async function openWay(to: URL) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: Object.assign(new URL(to), { host: `127.0.0.1:${port}` }).href,
    freeze: () => sockets.forEach((socket) => socket.unpipe()),
    cut: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
    mend: async () => {
      if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening')
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('while the database', { skip }, () => {
  let way: Awaited<ReturnType<typeof openWay>>
  let scene: Scene
  let people: People
  let viewer: string
  before(async () => {
    way = await openWay(new URL(await (found as TestPostgres).createDatabase()))
    scene = await openScene({ env: { OMNI_DATABASE_URL: way.url } })
    people = peopleOf(scene)
    viewer = await people.user('vera', null, 'viewer')
    assert.equal((await scene.say('omni-runtime/smoke')).status, 200)
  })
  after(async () => {
    await way.mend()
    await scene[Symbol.asyncDispose]()
    way.cut()
    await (found as TestPostgres).stop()
  })

  for (const fault of ['freeze', 'cut'] as const)
    test(`[C09] is away (${fault}), a user is told so within three seconds, and keys that are known are let in`, async () => {
      assert.equal((await people.ask('GET', '/me', undefined, viewer)).status, 200)
      way[fault]()
      const told = await people.ask('GET', '/me', undefined, viewer)
      assert.deepEqual([told.status, told.code()], [503, 'auth_unavailable'], told.text)
      assert.ok(told.took < 3000, `it took ${told.took} ms`)
      const stranger = `${viewer.slice(0, -4)}XXXX`
      assert.equal((await people.ask('GET', '/me', undefined, stranger)).status, 503, 'who may be anybody is nobody')
      assert.equal((await people.ask('GET', '/me', undefined, 'omni_nobody')).status, 401)
      assert.equal((await people.done('GET', '/me')).role, 'admin')
      assert.equal((await scene.say('omni-runtime/smoke')).status, 200)
      await way.mend()
      await eventually(async () => (await people.ask('GET', '/me', undefined, viewer)).status === 200, 10_000)
    })
})
