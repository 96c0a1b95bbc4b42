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

/** The one service that wants the digest of the body told, and the path signed as it is sent. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const objectStore = 's3'

/** Reads `id:secret` or `id:secret:token`; undefined for a text that is a bearer token by itself. */
export function readAwsKeys(text: string): AwsKeys | undefined {
  const [id, secret, token] = text.split(':')
  return id && secret ? { id, secret, ...(token && { token }) } : undefined
}

/** The headers that are added to the request's own. `at` is in milliseconds. */
export function signForAws(request: UpstreamRequest, keys: AwsKeys, { region, service }: AwsScope, at: number): { readonly [name: string]: string } {
  const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`
  const digest = request.upload === undefined ? createHash('sha256').update(request.body).digest('hex') : 'UNSIGNED-PAYLOAD'
  const isStore = service === objectStore
  const added = { 'x-amz-date': stamp, ...(keys.token && { 'x-amz-security-token': keys.token }), ...(isStore && { 'x-amz-content-sha256': digest }) }
  const theirs = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-'))
  const signed = [...theirs, ['content-type', request.headers['content-type'] ?? ''], ['host', new URL(request.origin).host], ...Object.entries(added)] as [
    string,
    string,
  ][]
  signed.sort(([one], [other]) => (one < other ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const asked = [
    request.method ?? 'POST',
    ...spell(request.path, isStore),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    digest,
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(asked).digest('hex')].join('\n')
  const key = scope.split('/').reduce<Buffer | string>((last, step) => hmac(last, step), `AWS4${keys.secret}`)
  const signature = hmac(key, text).toString('hex')
  return { ...added, authorization: `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names}, Signature=${signature}` }
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Path and query as they are signed: of the path, what is encoded already is encoded once more, as every service but the store of objects wants it. */
function spell(path: string, asItStands: boolean): [string, string] {
  const [place = '', query = ''] = path.split('?', 2)
  const named = [...new URLSearchParams(query)].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted()
  return [asItStands ? place : place.split('/').map(encode).join('/'), named.join('&')]
}

const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
