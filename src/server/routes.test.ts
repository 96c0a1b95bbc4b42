/** The table of paths: every path with every method goes where the table says, and no other spelling goes anywhere. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { match, routes, type Access } from './routes.ts'

/** Every path, its method and who may ask: changed on purpose or not at all. A `*` stands for any rest, a `:name` for one segment. */
const committed: readonly (readonly [method: string, path: string, access: Access])[] = [
  ['POST', '/v1/chat/completions', 'client'],
  ['POST', '/chat/completions', 'client'],
  ['POST', '/openai/v1/chat/completions', 'client'],
  ['POST', '/v1/messages', 'client'],
  ['POST', '/messages', 'client'],
  ['POST', '/v1/messages/count_tokens', 'client'],
  ['POST', '/messages/count_tokens', 'client'],
  ['POST', '/v2/chat', 'client'],
  ['POST', '/v1/responses', 'client'],
  ['POST', '/responses', 'client'],
  ['POST', '/v1/responses/input_tokens', 'client'],
  ['POST', '/responses/input_tokens', 'client'],
  ['POST', '/v1/completions', 'client'],
  ['POST', '/completions', 'client'],
  ['POST', '/v1beta/models/*:generateContent', 'client'],
  ['POST', '/v1/models/*:generateContent', 'client'],
  ['POST', '/v1beta/*:generateContent', 'client'],
  ['POST', '/v1beta/models/*:streamGenerateContent', 'client'],
  ['POST', '/v1/models/*:streamGenerateContent', 'client'],
  ['POST', '/v1beta/*:streamGenerateContent', 'client'],
  ['POST', '/v1beta/models/*:countTokens', 'client'],
  ['POST', '/v1/models/*:countTokens', 'client'],
  ['POST', '/v1beta/*:countTokens', 'client'],
  ['POST', '/v1/embeddings', 'client'],
  ['POST', '/embeddings', 'client'],
  ['POST', '/openai/v1/embeddings', 'client'],
  ['POST', '/v2/embed', 'client'],
  ['POST', '/v1beta/models/*:batchEmbedContents', 'client'],
  ['POST', '/v1/models/*:batchEmbedContents', 'client'],
  ['POST', '/v1beta/*:batchEmbedContents', 'client'],
  ['POST', '/v1beta/models/*:embedContent', 'client'],
  ['POST', '/v1/models/*:embedContent', 'client'],
  ['POST', '/v1beta/*:embedContent', 'client'],
  ['POST', '/v1/rerank', 'client'],
  ['POST', '/rerank', 'client'],
  ['POST', '/v2/rerank', 'client'],
  ['POST', '/v1/moderations', 'client'],
  ['POST', '/moderations', 'client'],
  ['POST', '/v1/audio/transcriptions', 'client'],
  ['POST', '/audio/transcriptions', 'client'],
  ['POST', '/openai/v1/audio/transcriptions', 'client'],
  ['POST', '/v1/audio/translations', 'client'],
  ['POST', '/audio/translations', 'client'],
  ['POST', '/openai/v1/audio/translations', 'client'],
  ['POST', '/v1/audio/speech', 'client'],
  ['POST', '/audio/speech', 'client'],
  ['POST', '/openai/v1/audio/speech', 'client'],
  ['POST', '/v1/images/generations', 'client'],
  ['POST', '/images/generations', 'client'],
  ['POST', '/v1/images/edits', 'client'],
  ['POST', '/images/edits', 'client'],
  ['GET', '/v1/responses/:id', 'client'],
  ['GET', '/responses/:id', 'client'],
  ['DELETE', '/v1/responses/:id', 'client'],
  ['DELETE', '/responses/:id', 'client'],
  ['POST', '/v1/responses/:id/cancel', 'client'],
  ['POST', '/responses/:id/cancel', 'client'],
  ['GET', '/v1/responses/:id/input_items', 'client'],
  ['GET', '/responses/:id/input_items', 'client'],
  ['GET', '/v1/models', 'client'],
  ['GET', '/v1/models/*', 'client'],
  ['GET', '/v1/responses', 'none'],
  ['GET', '/models', 'client'],
  ['GET', '/models/*', 'client'],
  ['GET', '/responses', 'none'],
  ['HEAD', '/api/hello', 'none'],
  ['GET', '/healthz', 'none'],
  ['GET', '/health/readiness', 'none'],
  ['GET', '/metrics', 'admin'],
  ['GET', '/', 'none'],
  ['GET', '/openai/v1/models', 'client'],
  ['GET', '/v1beta/models', 'client'],
  ['GET', '/v1beta/models/*', 'client'],
]

const isOurs = ({ path }: { readonly path: string }): boolean => path.startsWith('/_omni')

test('[C01] what is served, and to whom, is what was decided', () => {
  assert.deepEqual(
    routes.filter((route) => !isOurs(route)).map(({ method, path, access }) => [method, path, access]),
    committed,
  )
})

/** What a client may ask of the control API: its own receipts and held calls, who it is, what it was invited to, and what there is to ask. */
const ownersPaths = ['/_omni/reports', '/_omni/reviews', '/_omni/me', '/_omni/invitations/redeem', '/_omni/openapi.json']

test('[C01] no path of the control API is open to everybody, and only what says so to its owner', () => {
  const control = routes.filter(isOurs)
  assert.ok(control.length > 5)
  for (const { path, access, serving } of control) {
    assert.ok(access === 'admin' || (access === 'owner' && ownersPaths.some((one) => path === one || path.startsWith(`${one}/`))), path)
    assert.equal(serving.kind, 'control')
  }
})

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'get', '']
const example = (path: string): string => path.replace('*', 'openai/gpt-4o:x').replaceAll(/(?<=\/):\w+/g, 'some-id_1.x')

/** Whether whatever stands for the `*` of one path may be what the other says. */
const isWider = (path: string, other: string): boolean =>
  path.includes('*') && path !== other && new RegExp(`^${path.replace('*', '.+')}$`).test(other.replace('*', 'x'))

test('[A26] every path answers to its own methods, and names them to all others', () => {
  for (const { path } of routes) {
    // Names of models hold colons: what Google asks of a model is a model too for who only looks one up.
    const own = routes.filter((route) => route.path === path || isWider(route.path, path))
    for (const method of methods) {
      const found = match(method, example(path))
      const route = own.find((one) => one.method === method && one.path === path) ?? own.find((one) => one.method === method)
      if (route !== undefined) assert.deepEqual([found.kind, found.kind === 'found' && found.route], ['found', route], `${method} ${path}`)
      else assert.deepEqual(found, { kind: 'wrong_method', allow: [...new Set(own.map((one) => one.method))] }, `${method} ${path}`)
    }
  }
})

test('what stands for any rest is handed on as it was sent', () => {
  for (const rest of ['gpt-4o', 'openai/gpt-4o', 'a%2Fb', '../admin', '%2e%2e/_omni/keys', 'x'.repeat(8000)]) {
    const found = match('GET', `/v1/models/${rest}`)
    assert.deepEqual([found.kind, found.kind === 'found' && found.rest, found.kind === 'found' && found.route.path], ['found', rest, '/v1/models/*'])
  }
})

const others = [
  '',
  '/v1',
  '/v1/',
  '//',
  '/v1//models',
  '/V1/models',
  '/v1/Models',
  '/v1/models/',
  '/v1/models%2F',
  '/v1/chat/completions/',
  '/v1/chat/completions;x',
  '/v1/chat/completions%00',
  '/v1/chat/completions.',
  '/v1/../metrics',
  '/./metrics',
  '/%6detrics',
  '/metrics/',
  '/metrics.json',
  '/healthz/',
  '/_omni',
  '/_omni/',
  '/_OMNI/keys',
  '/_omni/keys/',
  '/_omni//keys',
  '/_omni/keys/a/b',
  '/_omni/keys/a%2Fb',
  '/api/hello/',
  '/v1/v1/models',
  '/v2/models',
  '/.env',
  '/constructor',
  '/__proto__',
]

test('[A25] [C08] no other spelling of a path is served', () => {
  for (const path of others.filter((one) => !routes.some((route) => route.path === one))) {
    for (const method of methods) {
      assert.equal(match(method, path).kind, 'none', `${method} ${path}`)
    }
  }
})

test('[C08] whatever a path is bent into, what it finds is guarded as the path that is spelled so', () => {
  const guarded = routes.filter(({ access }) => access !== 'none').map(({ path }) => example(path))
  const bend = fc.constantFrom<(path: string) => string>(
    (path) => path.toUpperCase(),
    (path) => `/${path}`,
    (path) => `${path}/`,
    (path) => `/x/..${path}`,
    (path) => path.replaceAll('/', '//'),
    (path) => path.replaceAll('/', '%2f'),
    (path) => `${path};a=b`,
    (path) => `${path}%00`,
    (path) => `${path}.`,
    (path) => `.${path}`,
    (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path) => path.slice(0, -1),
  )
  fc.assert(
    fc.property(fc.constantFrom(...guarded), fc.array(bend, { minLength: 1, maxLength: 3 }), (path, bends) => {
      const bent = bends.reduce((text, one) => one(text), path)
      const found = match('GET', bent)
      if (found.kind === 'found' && found.route.access === 'none')
        assert.ok(['/', '/healthz', '/health/readiness', '/responses', '/v1/responses'].includes(bent), bent)
    }),
  )
})
