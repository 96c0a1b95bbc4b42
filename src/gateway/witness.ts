/** Hears what is said on both sides of one call, and tells its receipt nothing but digests of it. */

import { randomBytes } from 'node:crypto'
import type { ByteSource } from '../base/source.ts'
import { commitmentOf, linkOf, openingBytes, Tally, type Content, type Way } from '../receipts/digest.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { StreamedBody, Transport, UpstreamRequest } from '../upstream/exchange.ts'
import type { Client } from './client.ts'
import type { Gateway } from './gateway.ts'
import { HeardClient } from './heard-client.ts'

/** Base64url of the number that opens both commitments: it goes to the caller, and is kept nowhere. */
const openingHeader = 'x-receipt-opening'

/** A call's client and gateway, heard where the operator wants digests. Whoever serves the call need not know. */
export function attend(client: Client, gateway: Gateway, receipt: Receipt): readonly [Client, Gateway] {
  const { content } = gateway.snapshot.receipts
  // On a WebSocket an answer has no headers: nobody could be given the opening.
  if (content === 'none' || (content === 'prove' && client.turns !== undefined)) return [client, gateway]
  const witness = new Witness(content, receipt, gateway)
  return [new HeardClient(client, witness.answer, witness.headers), witness.gateway]
}

class Witness {
  readonly #opening: Buffer | undefined
  /** What the client is given. */
  readonly answer = new Tally()
  readonly gateway: Gateway
  readonly #receipt: Receipt
  /** What the provider is given in this attempt: of several requests, one behind the other. */
  #sent: Tally | undefined
  #attempt = 0

  constructor(mode: 'link' | 'prove', receipt: Receipt, gateway: Gateway) {
    this.#receipt = receipt
    this.#opening = mode === 'prove' ? randomBytes(openingBytes) : undefined
    const settle: Gateway['settle'] = (record, client) => gateway.settle(this.#tell(record, gateway), client)
    this.gateway = Object.create(gateway, {
      network: { value: this.#hear(gateway.network) },
      local: { value: this.#hear(gateway.local) },
      settle: { value: settle },
    }) as Gateway
  }

  /** Beside those of the answer. */
  get headers(): readonly string[] {
    return this.#opening === undefined ? [] : [openingHeader, this.#opening.toString('base64url')]
  }

  #hear(transport: Transport): Transport {
    return { post: (request, asksStream, onCancel, watcher) => transport.post(this.#note(request), asksStream, onCancel, watcher) }
  }

  #note(request: UpstreamRequest): UpstreamRequest {
    const { attempts } = this.#receipt
    if (this.#sent === undefined || this.#attempt !== attempts.length) this.#sent = new Tally()
    this.#attempt = attempts.length
    if (request.upload !== undefined) return { ...request, upload: heardBody(request.upload, this.#sent) }
    this.#sent.take(request.body)
    return request
  }

  /** Who was never let in has no epoch, and no record that is kept. */
  #tell(record: ReceiptRecord, gateway: Gateway): ReceiptRecord {
    const digest = this.#digestOf(record, gateway)
    if (digest === undefined) return record
    record.content_mode = this.#opening === undefined ? 'link' : 'prove'
    record.request_digest = this.#sent === undefined || this.#sent.length === 0 ? null : digest('request', this.#sent.end())
    record.response_digest = this.answer.length === 0 ? null : digest('response', this.answer.end())
    return record
  }

  #digestOf(record: ReceiptRecord, gateway: Gateway): ((way: Way, content: Content) => string) | undefined {
    const opening = this.#opening
    if (opening !== undefined) return (way, content) => commitmentOf(opening, way, content)
    const epoch = record.tenant_id === null ? undefined : gateway.epochOf(record.tenant_id, record.created_at)
    if (epoch === undefined) return undefined
    record.content_epoch = epoch.name
    return (way, content) => linkOf(epoch.key, way, content)
  }
}

function heardBody(body: StreamedBody, tally: Tally): StreamedBody {
  const next: ByteSource['next'] = async () => {
    const piece = await body.next()
    if (piece !== undefined) tally.take(piece)
    return piece
  }
  return { length: body.length, next, stop: () => body.stop() }
}
