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

/** The headers of a POST of JSON, once it is signed for Bedrock. */
export async function signedBySdk({ origin, path, body, keys, region, at }: Signable): Promise<Record<string, string>> {
  const url = new URL(path, origin)
  const credentials = { accessKeyId: keys.id, secretAccessKey: keys.secret, ...(keys.token && { sessionToken: keys.token }) }
  const signer = new SignatureV4({ region, service: 'bedrock', credentials, sha256: Sha256 as never, applyChecksum: false })
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: path.split('?')[0]!,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    },
    { signingDate: new Date(at) },
  )
  return signed.headers
}
