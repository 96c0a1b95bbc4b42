/** The one egress: sends requests to providers by pools of connections, and gives what comes of them. https://undici.nodejs.org/#/docs/api/Dispatcher */

import { Readable } from 'node:stream'
import { Failure, reasonOfRefusal } from '../canonical/failure.ts'
import { toUpstreamFailure } from './faults.ts'
import { Flight } from './flight.ts'
import { Names } from './names.ts'
import { Pools, type PoolOptions } from './pools.ts'
import type { Exchange, Signing, StreamedBody, Transport, UpstreamRequest, Watcher } from './exchange.ts'
import { Signer } from './sign/signer.ts'

export interface HttpOptions extends PoolOptions {
  /** Bytes of an answer that wait in memory for a slow client, before the provider is paused. */
  readonly streamBuffer: number
  /** Name servers to ask for the providers' hosts; the system's where there are none. */
  readonly resolvers?: readonly string[]
}

type OnCancel = Parameters<Transport['post']>[2]
type SignedRequest = UpstreamRequest & { readonly signing: Signing }

export class HttpTransport implements Transport {
  readonly #streamBuffer: number
  readonly #names: Names
  readonly #pools: Pools
  readonly #signer = new Signer((request) => this.#send(request, false, () => {}))

  constructor(options: HttpOptions) {
    this.#streamBuffer = options.streamBuffer
    this.#names = new Names({ resolvers: options.resolvers ?? [] })
    this.#pools = new Pools(options, this.#names.lookup)
  }

  post(request: UpstreamRequest, asksStream: boolean, onCancel: OnCancel, watcher?: Watcher): Promise<Exchange> {
    return isToBeSigned(request) ? this.#sendSigned(request, asksStream, onCancel, watcher) : this.#send(request, asksStream, onCancel, watcher)
  }

  async close(): Promise<void> {
    await this.#pools.close()
    this.#names.close()
  }

  /** A token that others wait for too is fetched to its end, whoever goes. */
  async #sendSigned(request: SignedRequest, asksStream: boolean, onCancel: OnCancel, watcher?: Watcher): Promise<Exchange> {
    const { signing } = request
    let isCancelled = false
    onCancel(() => (isCancelled = true))
    const signed = await this.#signer.sign(request, signing)
    if (isCancelled) throw new Failure('client_closed', 'The client hung up.')
    const exchange = await this.#send(signed, asksStream, onCancel, watcher)
    if (exchange.status !== 200 && reasonOfRefusal(exchange.status) === 'upstream_auth_error') this.#signer.refused(signing)
    return exchange
  }

  #send(request: UpstreamRequest, asksStream: boolean, onCancel: OnCancel, watcher?: Watcher): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const { origin, path, headers, method = 'POST', body, upload, deadlines } = request
      const terms = { deadlines, asksStream, mostWaiting: this.#streamBuffer, upload, watcher }
      const flight = new Flight(terms, (failure) => (failure ? reject(failure) : resolve(flight)))
      onCancel(() => flight.abort())
      try {
        const sent = upload === undefined ? body : streamOf(flight)
        const asked = { method, path, headers: withLength(headers, upload), body: sent, headersTimeout: 0, bodyTimeout: 0 }
        this.#pools.dispatch({ origin, connect: deadlines.connect }, asked, flight)
      } catch (error) {
        // undici refuses a request it cannot spell, as one with a line feed in a header.
        reject(error instanceof Failure ? error : toUpstreamFailure(error, false))
        flight.abort()
      }
    })
  }
}

const isToBeSigned = (request: UpstreamRequest): request is SignedRequest => request.signing !== undefined

/** Its errors come to the flight; what is thrown when nobody listens any more is nobody's. */
function streamOf(flight: Flight): Readable {
  return Readable.from(flight.pull(), { highWaterMark: 1 }).on('error', () => {})
}

/** What is sent at once has its length from undici. */
function withLength(headers: UpstreamRequest['headers'], upload: StreamedBody | undefined): Record<string, string> {
  return upload?.length === undefined ? headers : { ...headers, 'content-length': String(upload.length) }
}
