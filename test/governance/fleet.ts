/** Several gateways of one installation before one provider, which answers nobody until the test says so. */

import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/base/json.ts'
import { askAt, chatPath, configOf, hello, type Told } from '../acceptance/scene.ts'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { openai, startUpstream, type Upstream } from '../upstream/index.ts'

/** A call takes as long as the test wants. */
const deadlines = { connect: '5s', firstByteWhole: '2min', firstByteStreamed: '2min', firstWord: '2min', idle: '2min', total: '5min' }
const model = 'up/gpt-4o-mini'
/** What every answer says that it used, and its price: 0.15 and 0.60 dollars a million. */
const usage = { input: 100, output: 50 }
export const answerNano = usage.input * 150 + usage.output * 600

type Environment = { readonly [name: string]: string }

export class Fleet implements AsyncDisposable {
  readonly #count: number
  readonly #env: Environment
  /** Who answers waits for it. */
  #opened = Promise.withResolvers<void>()
  #key = ''
  readonly gateways: Gateway[] = []
  upstream!: Upstream

  private constructor(count: number, env: Environment) {
    this.#count = count
    this.#env = env
  }

  /** The first of so many, with a key for all; the others start when they have something to know. */
  static async open(count: number, env: Environment = {}): Promise<Fleet> {
    const fleet = new Fleet(count, env)
    fleet.upstream = await startUpstream(async (request) => {
      await fleet.#opened.promise
      return openai.speak('Hello there.', { usage })(request)
    })
    const cast = { up: { like: 'openai', url: fleet.upstream.url, extra: { prices: 'openai' } } } as const
    fleet.gateways.push(await startGateway({ config: configOf(cast, { deadlines }), env }))
    fleet.#key = String((await fleet.admin('POST', 'keys', { name: 'crowd' })).json().key)
    return fleet
  }

  /** Says something to the control API, of the first gateway unless another is named. */
  async admin(method: string, path: string, body?: object, by = this.gateways[0]!): Promise<Told> {
    return askAt(portOf(by), { method, path: `/_omni/${path}`, key: by.adminKey, body })
  }

  /** Puts an object, and starts the other gateways, which know it. */
  async begin(path: string, body: object): Promise<void> {
    const told = await this.admin('PUT', path, body)
    assert.equal(told.status, 201, told.text)
    const { dataDir } = this.gateways[0]!
    while (this.gateways.length < this.#count) this.gateways.push(await startGateway({ dataDir, env: this.#env }))
  }

  /** Nobody of it asks yet. */
  crowd(): Crowd {
    return new Crowd(this.gateways, this.#key)
  }

  /** The provider answers, also whoever comes later, until it holds its answers back again. */
  answer(): void {
    this.#opened.resolve()
  }

  /** What is set aside for one call, in nano-dollars: of one that is made, before there is more than one gateway. */
  async reserve(): Promise<number> {
    const told = await this.admin('PUT', 'budgets/probe', { scope: 'all', amount_usd: '100', period: 'total' })
    this.answer()
    const crowd = this.crowd()
    crowd.ask(1)
    await crowd.done()
    this.#opened = Promise.withResolvers()
    const id = String(crowd.told[0]!.headers['x-omega-decision-id'])
    const receipt = await eventually(async () => [await this.admin('GET', `reports/${id}`)].find(({ status }) => status === 200))
    await this.admin('DELETE', `budgets/probe?version=${String(told.json().version)}`)
    return Number(receipt.json().budget_reserved)
  }

  /** Of the only counter of a budget, in nano-dollars. */
  async spending(budget: string, by?: Gateway): Promise<{ readonly spent: number; readonly reserved: number; readonly left: number }> {
    const { data } = (await this.admin('GET', `budgets/${budget}/spending`, undefined, by)).json()
    const [counter] = data as readonly JsonObject[]
    const nano = (field: string): number => Math.round(Number(counter?.[field] ?? 0) * 1e9)
    return { spent: nano('spent_usd'), reserved: nano('reserved_usd'), left: nano('left_usd') }
  }

  /** None of them has anything to say any more, nor may find its database gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.answer()
    await Promise.all(this.gateways.map((gateway) => gateway.kill()))
    await this.gateways[0]![Symbol.asyncDispose]()
    await this.upstream.stop()
  }
}

const portOf = ({ url }: Gateway): number => Number(new URL(url).port)

/** Calls of one key, in turns at each gateway. */
export class Crowd {
  readonly #gateways: readonly Gateway[]
  readonly #key: string
  readonly #asking: Promise<void>[] = []
  /** In the order that they came; a call whose gateway was killed has no answer. */
  readonly told: Told[] = []
  /** How many calls wait at each gateway. */
  readonly waiting: number[]

  constructor(gateways: readonly Gateway[], key: string) {
    this.#gateways = gateways
    this.#key = key
    this.waiting = gateways.map(() => 0)
  }

  get size(): number {
    return this.#asking.length
  }

  /** Asks so many times at once. */
  ask(calls: number): void {
    for (let left = calls; left > 0; left -= 1) this.#asking.push(this.#askOne(this.size % this.#gateways.length))
  }

  async done(): Promise<void> {
    await Promise.all(this.#asking)
  }

  async #askOne(at: number): Promise<void> {
    this.waiting[at]! += 1
    const body = { model, max_tokens: 50, messages: hello }
    const answer = await askAt(portOf(this.#gateways[at]!), { path: chatPath, key: this.#key, body }).catch(() => undefined)
    this.waiting[at]! -= 1
    if (answer !== undefined) this.told.push(answer)
  }
}
