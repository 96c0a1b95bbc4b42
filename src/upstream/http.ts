/** The one egress: a pool of connections for each provider's origin. https://undici.nodejs.org/#/docs/api/Dispatcher */

import { Readable } from 'node:stream'
import { Pool } from 'undici'
import { Failure, reasonOfRefusal } from '../canonical/failure.ts'
import { toUpstreamFailure } from './faults.ts'
import { Flight } from './flight.ts'
import type { Exchange, Signing, StreamedBody, Transport, UpstreamRequest } from './exchange.ts'
import { Signer } from './sign/signer.ts'

export interface HttpOptions {
  /** Connections that one origin may have: the bulkhead between providers. One call uses one. */
  readonly connections: number
  /** Milliseconds that an unused connection is kept. */
  readonly keepAlive: number
  /** Bytes of an answer's headers. */
  readonly headerBytes: number
  /** Bytes of an answer that wait in memory for a slow client, before the provider is paused. */
  readonly streamBuffer: number
}

/** Pools come and go with the configuration's providers: there are no more than distinct origins and connect limits in it. */
export class HttpTransport implements Transport {
  readonly #pools = new Map<string, Pool>()
  readonly #options: HttpOptions
  readonly #signer = new Signer((request) => this.#send(request, false, () => {}))

  constructor(options: HttpOptions) {
    this.#options = options
  }

  post(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange> {
    return request.signing === undefined ? this.#send(request, asksStream, onCancel) : this.#sendSigned(request, request.signing, asksStream, onCancel)
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }

  /** A token that others wait for too is fetched to its end, whoever goes. */
  async #sendSigned(request: UpstreamRequest, signing: Signing, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange> {
    let isCancelled = false
    onCancel(() => (isCancelled = true))
    const signed = await this.#signer.sign(request, signing)
    if (isCancelled) throw new Failure('client_closed', 'The client hung up.')
    const exchange = await this.#send(signed, asksStream, onCancel)
    if (exchange.status !== 200 && reasonOfRefusal(exchange.status) === 'upstream_auth_error') this.#signer.refused(signing)
    return exchange
  }

  #send(request: UpstreamRequest, asksStream: boolean, onCancel: (cancel: () => void) => void): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const { path, headers, method = 'POST', body, upload, deadlines } = request
      const flight = new Flight({ deadlines, asksStream, mostWaiting: this.#options.streamBuffer, ...(upload && { upload }) }, (failure) =>
        failure ? reject(failure) : resolve(flight),
      )
      onCancel(() => flight.abort())
      try {
        const sent = upload === undefined ? body : streamOf(flight)
        this.#pool(request).dispatch({ method, path, headers: withLength(headers, upload), body: sent, headersTimeout: 0, bodyTimeout: 0 }, flight)
      } catch (error) {
        // undici refuses a request it cannot spell, as one with a line feed in a header.
        reject(error instanceof Failure ? error : toUpstreamFailure(error, false))
        flight.abort()
      }
    })
  }

  #pool({ origin, deadlines }: UpstreamRequest): Pool {
    const name = `${origin} ${deadlines.connect}`
    const known = this.#pools.get(name)
    if (known) return known
    const { connections, keepAlive, headerBytes } = this.#options
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      // One call a connection: a stream must not wait behind another's.
      allowH2: false,
      connect: { timeout: deadlines.connect, keepAlive: true, noDelay: true },
      keepAliveTimeout: keepAlive,
      maxHeaderSize: headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#pools.set(name, pool)
    return pool
  }
}

/** Its errors come to the flight; what is thrown when nobody listens any more is nobody's. */
function streamOf(flight: Flight): Readable {
  return Readable.from(flight.pull(), { highWaterMark: 1 }).on('error', () => {})
}

/** What is sent at once has its length from undici. */
function withLength(headers: UpstreamRequest['headers'], upload: StreamedBody | undefined): Record<string, string> {
  return upload?.length === undefined ? headers : { ...headers, 'content-length': String(upload.length) }
}
