/** Runs an errand: asks a provider one thing after the other, waits where a job takes its time, and stops when the client leaves. */

import { monotonic, pause } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import type { MediaForm, MediaForms } from '../canonical/media.ts'
import type { MediaPlace } from '../providers/provider.ts'
import type { Target } from '../routing/target.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { requestIdOf } from '../upstream/request-id.ts'
import type { Step } from '../wires/media/dialect.ts'
import { mediaDialectOf } from '../wires/media/index.ts'
import { begin } from './begin.ts'
import { address } from './address.ts'
import { collect, parseAnswer } from './answer.ts'
import type { MediaCall } from './call.ts'
import { extensionFields } from './extensions.ts'
import { loseOrRefuse } from './outgoing.ts'
import { awaitFirst, type Relayed } from './relay.ts'
import { readRefusal, type Terms } from './send.ts'

interface Asking<F extends MediaForm> {
  readonly call: MediaCall<F>
  readonly target: Target
  readonly terms: Terms
  /** When the errand must be done, by the monotonic clock. */
  readonly until: number
}

/** Questions after a job that may fail in a row: the job goes on, and is paid for. */
const mostFaults = 3
const defaultPoll = { every: 3000, within: 600_000 } as const

export async function runErrand<F extends MediaForm>(
  call: MediaCall<F>,
  target: Target,
  place: MediaPlace,
  terms: Terms,
): Promise<Relayed | { readonly kind: 'written'; readonly answer: MediaForms[F]['answer'] }> {
  const { gateway, receipt, isStrict } = terms
  const { poll = defaultPoll } = place
  const dialect = mediaDialectOf<F>(place.dialect)
  const path = place.path.replace('{model}', () => encodeURIComponent(target.model))
  const errand = dialect.run(withoutOurs(call.request), { model: target.model, path, pollMs: poll.every }, (word) => loseOrRefuse(word, isStrict, receipt))
  const asking = { call, target, terms, until: monotonic() + Math.min(poll.within, target.connection.deadlines.total) }
  let turn = errand.next()
  await begin(gateway, receipt, { call, target })
  while (!turn.done) {
    const step = turn.value
    const exchange = await ask(step, asking)
    if (exchange.status !== 200) throw await readRefusal(exchange, dialect, target.connection.provider)
    if (step.isRelayed) return awaitFirst(exchange)
    turn = errand.next(await read(exchange, asking))
  }
  if (turn.value === undefined) throw new Error('The errand came back with nothing.')
  receipt.observeForm(turn.value)
  return { kind: 'written', answer: turn.value }
}

/** What a client tells the gateway beside the vendor's API is for nobody else. */
function withoutOurs<R extends { readonly rest: JsonObject }>(request: R): R {
  return { ...request, rest: Object.fromEntries(Object.entries(request.rest).filter(([field]) => !extensionFields.has(field))) }
}

/** The answer's headers. A question after a job is put again where asking again can help. */
async function ask<F extends MediaForm>(step: Step, asking: Asking<F>): Promise<Exchange> {
  for (let faults = 0; ; faults += 1) {
    await wait(step.afterMs, asking)
    try {
      const exchange = await post(step, asking)
      if (exchange.status === 200 || step.afterMs === undefined || faults >= mostFaults) return exchange
      const failure = await readRefusal(exchange, { readError: () => ({ message: '' }) }, asking.target.connection.provider)
      if (!failure.row.again) throw failure
    } catch (error) {
      if (step.afterMs === undefined || faults >= mostFaults || !toFailure(error).row.again) throw error
    }
  }
}

async function wait<F extends MediaForm>(ms: number | undefined, { call: { client }, until }: Asking<F>): Promise<void> {
  if (ms === undefined) return
  if (monotonic() + ms > until) throw new Failure('upstream_timeout', 'The provider did not finish its job in time.')
  const waiting = pause(ms)
  client.onGone(() => waiting.cancel())
  await waiting.done
  if (client.isGone) throw new Failure('client_closed', 'The client hung up.')
}

async function post<F extends MediaForm>({ method, path, body }: Step, { call, target, terms }: Asking<F>): Promise<Exchange> {
  const way = { path, accept: '*/*', passedHeaders: [] }
  const request = address(call, target, way, typeof body === 'object' ? JSON.stringify(body) : '')
  const file = body === 'file' ? call.upload?.file() : undefined
  const { 'content-type': json, ...headers } = request.headers
  const typed =
    file !== undefined ? { ...headers, 'content-type': mediaTypeOf(file.part.type) } : method === 'GET' ? headers : { ...headers, 'content-type': json! }
  const sent = { ...request, headers: typed, ...(method && { method }), ...(file && { upload: file.body }) }
  const exchange = await terms.gateway.network.post(sent, false, (cancel) => call.client.onGone(cancel), terms.receipt)
  call.client.onGone(() => exchange.abort())
  terms.receipt.answered(exchange.status, requestIdOf(exchange.headers))
  return exchange
}

/** As the client named it, where that is a media type. */
const mediaTypeOf = (type: string | undefined): string =>
  type !== undefined && /^(audio|video|image)\/[\w.+-]{1,60}$/.test(type) ? type : 'application/octet-stream'

async function read<F extends MediaForm>(exchange: Exchange, { call }: Asking<F>): Promise<JsonObject> {
  return parseAnswer(await collect(exchange, call.snapshot.limits.answer))
}
