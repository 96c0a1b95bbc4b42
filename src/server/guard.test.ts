/** A request is plainly one request to us, or it is refused before its path is looked at. */

import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { describe, test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { checkQuery, guard, takesQueryKey } from './guard.ts'

const hosts = new Set(['localhost', '127.0.0.1', '[::1]', 'gateway.internal'])

/** Why a request with these headers, named in turn with their values, is refused; undefined where it is not. */
function refusal(headers: readonly string[], url = '/v1/models'): string | undefined {
  const hostAt = headers.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === 'host')
  const request = { rawHeaders: [...headers], headers: { host: headers[hostAt + 1] }, url } as unknown as IncomingMessage
  try {
    guard(request, hosts)
  } catch (error) {
    if (error instanceof Failure) return error.reason
    throw error
  }
  return undefined
}

const host = ['Host', 'localhost:8080']

describe('headers', () => {
  test('[A22] a credential that comes twice is ambiguous, whatever its case and also where both are the same', () => {
    for (const name of ['Authorization', 'x-api-key', 'X-Goog-Api-Key']) {
      assert.equal(refusal([...host, name, 'a', name.toUpperCase(), 'a']), 'ambiguous_credentials', name)
      assert.equal(refusal([...host, name, 'a']), undefined)
    }
  })

  test('[A20] [A23] what decides something may come once, and what does not may come often', () => {
    for (const name of ['Host', 'Content-Type', 'Content-Length', 'Content-Encoding', 'Transfer-Encoding', 'X-Request-Id'])
      assert.equal(refusal([...host, name, 'a', name.toLowerCase(), 'a']), 'bad_request', name)
    assert.equal(refusal([...host, 'Accept', 'a', 'Accept', 'b', 'Cookie', 'a', 'Cookie', 'b']), undefined)
  })

  test('[A27] twins with underscores of what decides something are refused', () => {
    for (const name of [
      'x_api_key',
      'X_Api-Key',
      'x-goog_api_key',
      'content_type',
      'Content_Length',
      'X_OMNI_ROUTE',
      'x_omni-provider',
      'x-omega_anything',
      'x_request_id',
      'transfer_encoding',
    ])
      assert.equal(refusal([...host, name, 'a']), 'bad_request', name)
    for (const name of ['x_custom', '_', 'anthropic_beta', 'x-opengateway_user']) assert.equal(refusal([...host, name, 'a']), undefined, name)
  })

  test('[A27] there may be a hundred of them', () => {
    const many = (count: number): string[] => [...host, ...Array.from({ length: count }, (_, at) => [`x-${at}`, '']).flat()]
    assert.equal(refusal(many(99)), undefined)
    assert.equal(refusal(many(100)), 'headers_too_large')
    assert.equal(refusal(many(2000)), 'headers_too_large')
  })
})

describe('the host', () => {
  test('is one that we answer to, with any port and in any case', () => {
    for (const name of ['localhost', 'LocalHost:1', '127.0.0.1:65535', '[::1]', '[::1]:8080', 'gateway.internal:443'])
      assert.equal(refusal(['host', name]), undefined, name)
  })

  test('[C21] of another is misdirected', () => {
    for (const name of [
      'evil.example',
      'evil.example:8080',
      'localhost.evil.example',
      'localhost.',
      '127.0.0.1.nip.io',
      '127.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      'xlocalhost',
      'constructor',
    ])
      assert.equal(refusal(['host', name]), 'misdirected_request', name)
  })

  test('[A23] that is no host is refused', () => {
    for (const name of [
      '',
      'a/v1/models?',
      'localhost/v1',
      'localhost?',
      'localhost#',
      'user@localhost',
      'localhost:',
      'localhost:123456',
      'localhost:8080:8080',
      'http://localhost',
      'localhost, evil.example',
      ' localhost',
      'local host',
      '[::1',
      '::1',
      'loc\u0430lhost',
    ])
      assert.equal(refusal(['host', name]), 'bad_request', JSON.stringify(name))
    assert.equal(refusal([]), 'bad_request')
  })

  test('[C06] is the header and nothing that a proxy would say', () => {
    const forged = ['X-Forwarded-Host', 'localhost', 'Forwarded', 'host=localhost', 'X-Original-URL', '/admin', 'X-Rewrite-URL', '/admin']
    assert.equal(refusal(['Host', 'evil.example', ...forged]), 'misdirected_request')
    assert.equal(refusal([...host, ...forged]), undefined)
  })
})

describe('the path', () => {
  test('[A23] is a path: whole URLs, authorities and stars are refused', () => {
    for (const url of ['http://localhost/v1/models', 'localhost:8080', '*', '', 'v1/models', '?a=1']) assert.equal(refusal(host, url), 'bad_request', url)
  })

  test('has a bound', () => {
    assert.equal(refusal(host, `/${'x'.repeat(8191)}`), undefined)
    assert.equal(refusal(host, `/${'x'.repeat(8192)}`), 'bad_request')
  })
})

describe('the query', () => {
  test('of any client is taken, and none is taken', () => {
    for (const query of ['', 'beta=true', 'api-version=2024-02-01&x=', 'limit=5&cursor=abc', '%', 'a=%zz', '&&']) checkQuery(query)
  })

  test('[A28] may carry a key on Google’s own paths and on no other that holds a colon', () => {
    for (const path of ['/v1beta/models', '/v1beta/models/a/b:countTokens', '/v1/models/a/b:generateContent']) assert.ok(takesQueryKey(path), path)
    for (const path of ['/v1/responses/a:b', '/_omni/keys/a:b', '/v1/models', '/v1/chat/completions', '/models/a:b']) assert.ok(!takesQueryKey(path), path)
  })

  test('[A28] carries no key and no name twice, however it is spelled', () => {
    for (const query of ['key=a', 'KEY=a&key=b', '%6bey=a', 'api_key=a', 'a=1&key'])
      assert.throws(() => checkQuery(query), { reason: 'ambiguous_credentials' }, query)
    for (const query of ['a=1&a=1', 'limit=1&lim%69t=2', 'a&a', 'key=1&key=2']) assert.throws(() => checkQuery(query), { reason: 'bad_request' }, query)
  })
})
