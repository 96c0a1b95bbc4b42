/** What AWS's own SDK would sign a request with: the measure of our signatures. */

import { SignatureV4 } from '@smithy/signature-v4'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'

/** What the SDK wants of a hash, by Node's own. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | Buffer) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }

  update(data: string | Buffer): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {}
}

export interface Signable {
  readonly service?: string
  readonly method?: string
  /** Beside `host`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  readonly body: string | Buffer
  readonly keys: { readonly id: string; readonly secret: string; readonly token?: string }
  readonly region: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The headers of the request, once it is signed: of a POST of JSON to Bedrock, where nothing else is said. */
export async function signedBySdk({
  origin,
  path,
  body,
  keys,
  region,
  at,
  service = 'bedrock',
  method = 'POST',
  headers,
}: Signable): Promise<Record<string, string>> {
  const url = new URL(path, origin)
  const credentials = { accessKeyId: keys.id, secretAccessKey: keys.secret, ...(keys.token && { sessionToken: keys.token }) }
  // Of all services, the store of objects alone has paths signed as they stand, and the digest of the body told.
  const isStore = service === 's3'
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 as never, applyChecksum: isStore, uriEscapePath: !isStore })
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: path.split('?')[0]!,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...(headers ?? { 'content-type': 'application/json' }) },
      body,
    },
    { signingDate: new Date(at) },
  )
  return signed.headers
}
