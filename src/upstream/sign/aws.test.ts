/** Signatures for AWS, held against those of its own SDK. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedBySdk } from '../../../test/aws.ts'
import type { UpstreamRequest } from '../exchange.ts'
import { readAwsKeys, signForAws, type AwsKeys } from './aws.ts'

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
  { origin: 'https://example.org', path: '/a/b?z=1&a=x%20y&b=!', body: '' },
]

test('a request is signed as the SDK signs it, whatever its path, its query and its keys', async () => {
  for (const request of requests) {
    for (const signing of [keys, { ...keys, token: 'IQoJb3JpZ2luX2VjEBMaDGV1/+=' }]) {
      const ours = signForAws({ ...request, headers: { 'content-type': 'application/json', accept: 'x' }, deadlines }, signing, scope, at)
      const theirs = await signedBySdk({ ...request, keys: signing, region: scope.region, at })
      for (const name of ['authorization', 'x-amz-date', 'x-amz-security-token']) assert.equal(ours[name], theirs[name], request.path)
    }
  }
})

test('an object is signed as the SDK signs it, with the digest of its body and the lock that it asks for', async () => {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-md5': 'rL0Y20zC+Fzt72VPzMSk2A==',
    'x-amz-object-lock-mode': 'COMPLIANCE',
    'x-amz-object-lock-retain-until-date': '2027-11-21T05:00:07.000Z',
  }
  const request = { origin: 'https://audit.s3.eu-central-1.amazonaws.com', path: '/a/log_01/000000001234-17', body: 'a note\n' }
  for (const lock of [headers, { 'content-type': headers['content-type'] }]) {
    const ours = signForAws({ ...request, method: 'PUT', headers: lock, deadlines }, keys, { region: scope.region, service: 's3' }, at)
    const { 'content-md5': _unsigned, ...signed } = lock as typeof headers
    const theirs = await signedBySdk({ ...request, service: 's3', method: 'PUT', headers: signed, keys, region: scope.region, at })
    for (const name of ['authorization', 'x-amz-date', 'x-amz-content-sha256']) assert.equal(ours[name], theirs[name], name)
  }
})

test('keys are read from one text, and a text of another shape is no pair of keys', () => {
  assert.deepEqual(readAwsKeys('AKID:se/cr+et'), { id: 'AKID', secret: 'se/cr+et' })
  assert.deepEqual(readAwsKeys('AKID:secret:token='), { id: 'AKID', secret: 'secret', token: 'token=' })
  assert.equal(readAwsKeys('ABSKQmVkcm9ja0FQSUtleS1'), undefined)
  assert.equal(readAwsKeys(':x'), undefined)
})
