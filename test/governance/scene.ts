/** A gateway with a scripted provider whose prices are known, and what governs its calls: put there through the control API, as an operator would. */

import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { GatewayOptions } from '../gateway.ts'
import { openScene, type Cast, type Scene, type Told } from '../acceptance/scene.ts'
import { openai, startUpstream, type Script, type Upstream } from '../upstream/index.ts'

export interface Governed extends Scene {
  readonly upstream: Upstream
  /** Puts an object, in the place of what is there; fails the test where it is not taken. */
  put(path: string, body: object): Promise<JsonObject>
  remove(path: string): Promise<void>
  /** Puts an object for as long as `run` takes. */
  governedBy(path: string, body: object, run: () => Promise<void>): Promise<void>
  /** A client key with these terms. */
  keyWith(terms: JsonObject): Promise<{ readonly id: string; readonly key: string }>
  admin(method: string, path: string, body?: object): Promise<Told>
}

export interface GovernedOptions extends Pick<GatewayOptions, 'env' | 'flags'> {
  readonly script?: Script
  readonly settings?: JsonObject
  /** Providers beside `up`. */
  readonly cast?: Cast
}

/** Ends with the tests of the file. `up` is the provider's name; its prices are those of the models' maker. */
export async function openGoverned({ script = openai.speak('Hello there.'), settings = {}, cast = {}, ...own }: GovernedOptions = {}): Promise<Governed> {
  const upstream = await startUpstream(script)
  const scene = await openScene({ ...own, cast: { up: { like: 'openai', url: upstream.url, extra: { prices: 'openai' } }, ...cast }, settings })
  after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))
  const admin = (method: string, path: string, body?: object): Promise<Told> =>
    scene.ask({ method, path: `/_omni/${path}`, key: scene.adminKey, ...(body !== undefined && { body }) })
  const put = async (path: string, body: object): Promise<JsonObject> => {
    const there = await admin('GET', path)
    const version = there.status === 200 ? `?version=${String(there.json().version)}` : ''
    const told = await admin('PUT', `${path}${version}`, body)
    assert.ok(told.status === 200 || told.status === 201, told.text)
    return told.json()
  }
  const remove = async (path: string): Promise<void> => assert.equal((await admin('DELETE', path)).status, 200)
  const governedBy = async (path: string, body: object, run: () => Promise<void>): Promise<void> => {
    await put(path, body)
    try {
      await run()
    } finally {
      await remove(path)
    }
  }
  const keyWith = async (terms: JsonObject) => {
    const told = await admin('POST', 'keys', { name: 'test', ...terms })
    assert.equal(told.status, 201, told.text)
    const { id, key } = told.json()
    return { id: String(id), key: String(key) }
  }
  return { ...scene, upstream, put, remove, governedBy, keyWith, admin }
}
