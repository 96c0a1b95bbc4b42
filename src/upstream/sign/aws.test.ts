/** Signatures for AWS, held against those of its own SDK. */

import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import type { UpstreamRequest } from '../exchange.ts'
import { readAwsKeys, signForAws, type AwsKeys } from './aws.ts'

/** What the SDK wants of a hash, by Node's own. */
class Sha256 {
  readonly #hash
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer)
  }
  update(data: unknown): void {
    this.#hash.update(data as Buffer)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {}
}

const at = Date.UTC(2026, 10, 21, 5, 0, 7)
const scope = { region: 'eu-central-1', service: 'bedrock' }
const keys: AwsKeys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const deadlines = {} as UpstreamRequest['deadlines']

const requests: readonly Pick<UpstreamRequest, 'origin' | 'path' | 'body'>[] = [
  {
    origin: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
    path: `/model/${encodeURIComponent('anthropic.claude-3-haiku-20240307-v1:0')}/converse`,
    body: '{}',
  },
  {
    origin: 'http://127.0.0.1:8080',
    path: `/model/${encodeURIComponent('arn:aws:bedrock:r:1:inference-profile/x (y)')}/converse-stream`,
    body: Buffer.from('{"雪":1}'),
  },
  { origin: 'https://example.org', path: '/a/b?z=1&a=x%20y&a=!', body: '' },
]

async function theirs({ origin, path, body }: (typeof requests)[number], { id, secret, token }: AwsKeys) {
  const url = new URL(origin)
  const signer = new SignatureV4({
    ...scope,
    sha256: Sha256 as never,
    credentials: { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) },
    applyChecksum: false,
  })
  const query: Record<string, string | string[]> = {}
  for (const [name, value] of new URL(path, origin).searchParams) query[name] = name in query ? [query[name]!, value].flat() : value
  const headers = { host: url.host, 'content-type': 'application/json' }
  const request = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: path.split('?')[0]!, query, headers, body }
  return (await signer.sign(request, { signingDate: new Date(at) })).headers
}

test('a request is signed as the SDK signs it, whatever its path, its query and its keys', async () => {
  for (const request of requests) {
    for (const signing of [keys, { ...keys, token: 'IQoJb3JpZ2luX2VjEBMaDGV1/+=' }]) {
      const ours = signForAws({ ...request, headers: { 'content-type': 'application/json', accept: 'x' }, deadlines }, signing, scope, at)
      const expected = await theirs(request, signing)
      assert.equal(ours.authorization, expected.authorization, request.path)
      assert.equal(ours['x-amz-date'], expected['x-amz-date'])
      assert.equal(ours['x-amz-security-token'], signing === keys ? undefined : expected['x-amz-security-token'])
    }
  }
})

test('keys are read from one text, and a text of another shape is no pair of keys', () => {
  assert.deepEqual(readAwsKeys('AKID:se/cr+et'), { id: 'AKID', secret: 'se/cr+et' })
  assert.deepEqual(readAwsKeys('AKID:secret:token='), { id: 'AKID', secret: 'secret', token: 'token=' })
  assert.equal(readAwsKeys('ABSKQmVkcm9ja0FQSUtleS1'), undefined)
  assert.equal(readAwsKeys(':x'), undefined)
})
