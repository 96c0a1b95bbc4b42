/** Signature Version 4, by which AWS knows who asks. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */

import { createHash, createHmac } from 'node:crypto'
import type { UpstreamRequest } from '../exchange.ts'

export interface AwsKeys {
  readonly id: string
  readonly secret: string
  /** Of keys that are lent for a while. */
  readonly token?: string
}

export interface AwsScope {
  readonly region: string
  readonly service: string
}

/** Reads `id:secret` or `id:secret:token`; undefined for a text that is a bearer token by itself. */
export function readAwsKeys(text: string): AwsKeys | undefined {
  const [id, secret, token] = text.split(':')
  return id && secret ? { id, secret, ...(token && { token }) } : undefined
}

/** The headers that are added to the request's own. `at` is in milliseconds. */
export function signForAws(request: UpstreamRequest, keys: AwsKeys, { region, service }: AwsScope, at: number): { readonly [name: string]: string } {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`
  const dated = { 'x-amz-date': stamp, ...(keys.token && { 'x-amz-security-token': keys.token }) }
  // In the order of their names, as they must stand.
  const signed = Object.entries({ 'content-type': request.headers['content-type'] ?? '', host: new URL(request.origin).host, ...dated })
  const names = signed.map(([name]) => name).join(';')
  const asked = [
    request.method ?? 'POST',
    ...spell(request.path),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    request.upload === undefined ? createHash('sha256').update(request.body).digest('hex') : 'UNSIGNED-PAYLOAD',
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(asked).digest('hex')].join('\n')
  const key = scope.split('/').reduce<Buffer | string>((last, step) => hmac(last, step), `AWS4${keys.secret}`)
  const signature = hmac(key, text).toString('hex')
  return { ...dated, authorization: `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names}, Signature=${signature}` }
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Path and query as they are signed: of the path, what is encoded already is encoded once more, as every service but S3 wants it. */
function spell(path: string): [string, string] {
  const [place = '', query = ''] = path.split('?', 2)
  const named = [...new URLSearchParams(query)].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted()
  return [place.split('/').map(encode).join('/'), named.join('&')]
}

const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
