/** What is true of every provider, tested from the list: a new one needs no test of its own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providerById, providers } from './index.ts'
import type { FormName } from '../canonical/forms.ts'
import type { MediaForm } from '../canonical/media.ts'
import { mediaSurfaces } from '../surfaces/media.ts'
import { dialectOf } from '../wires/forms/index.ts'
import { mediaDialectOf } from '../wires/media/index.ts'
import { catalogOf, pathOf, type FormPlace, type MediaPlace, type WirePath } from './provider.ts'

/** The prefixes that the contract promises for keys, clouds, servers of one's own and the built-in provider, and whose they are. */
const promised = {
  openrouter: 'openrouter',
  glm: 'glm',
  kimi: 'kimi',
  minimax: 'minimax',
  'minimax-cn': 'minimax-cn',
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  google: 'gemini',
  ds: 'deepseek',
  groq: 'groq',
  xai: 'xai',
  mistral: 'mistral',
  pplx: 'perplexity',
  together: 'together',
  fireworks: 'fireworks',
  cerebras: 'cerebras',
  cohere: 'cohere',
  nvidia: 'nvidia',
  nebius: 'nebius',
  siliconflow: 'siliconflow',
  hyp: 'hyperbolic',
  dg: 'deepgram',
  aai: 'assemblyai',
  nb: 'nanobanana',
  azure: 'azure',
  bedrock: 'bedrock',
  vertex: 'vertex',
  vllm: 'vllm',
  ollama: 'ollama',
  lmstudio: 'lmstudio',
  'omni-runtime': 'omni-runtime',
}

const places = providers.flatMap((provider) =>
  Object.entries(provider.forms ?? {}).flatMap(([form, place]) => [place].flat().map((one: FormPlace) => ({ provider, form: form as FormName, place: one }))),
)

const mediaPlaces = providers.flatMap((provider) =>
  Object.entries(provider.media ?? {}).flatMap(([form, place]) => [place].flat().map((one: MediaPlace) => ({ provider, form: form as MediaForm, place: one }))),
)

const paths = [
  ...providers.flatMap((provider) =>
    [provider.speaks, provider.counts ?? {}].flatMap((ways) =>
      Object.values(ways).flatMap((path: WirePath) => [true, false].map((streams) => ({ provider, path: pathOf(path, streams) }))),
    ),
  ),
  ...places.map(({ provider, place: { path } }) => ({ provider, path })),
  ...mediaPlaces.map(({ provider, place: { path } }) => ({ provider, path })),
]

for (const provider of providers) {
  const { id, name, prefixes, speaks, forms = {}, media = {}, quirks = {} } = provider
  test(`${id} is found by its name and its prefixes, says what it speaks and where, and is priced by its catalogue or by none`, () => {
    assert.ok(name.length > 0 && provider.docs.length > 0)
    assert.equal(providerById.get(id), provider, `two providers are called ${id}`)
    for (const prefix of prefixes) {
      const owners = providers.filter((other) => other.prefixes.includes(prefix)).map((other) => other.id)
      assert.deepEqual(owners, [id], `the prefix ${prefix} belongs to more than one`)
    }
    assert.ok(Object.keys({ ...speaks, ...forms, ...media }).length > 0, 'it speaks nothing')
    for (const { path } of paths.filter((one) => one.provider === provider)) assert.match(path, /^(\/[\w.{}:-]+)+(\?alt=sse)?$/, `${path} is no path`)
    for (const wire of Object.keys(quirks)) assert.ok(wire in speaks, `it strays from ${wire}, which it does not speak`)
    assert.ok(catalogOf(provider) !== undefined)
  })
}

test('ids and prefixes belong to one provider each, and are safe in a name', () => {
  assert.equal(providerById.size, providers.length)
  const prefixes = providers.flatMap((provider) => provider.prefixes)
  assert.equal(new Set(prefixes).size, prefixes.length)
  for (const provider of providers) assert.ok(provider.prefixes.includes(provider.id), provider.id)
  for (const prefix of prefixes) assert.match(prefix, /^[a-z][a-z0-9-]{1,30}$/)
})

test('every prefix of the contract leads to its provider', () => {
  for (const [prefix, id] of Object.entries(promised)) assert.ok(providerById.get(id)?.prefixes.includes(prefix), prefix)
})

test('base URLs are https with no slash, query or credentials behind them; only servers of one’s own are reached by http, on loopback', () => {
  for (const { id, baseUrl, substrate } of providers) {
    if (baseUrl === undefined) continue
    const filled = baseUrl.replaceAll(/\{(region-|region|project)\}/g, 'x')
    const url = new URL(filled)
    assert.equal(`${url.origin}${url.pathname.replace(/\/$/, '')}`, filled, id)
    assert.equal(url.protocol, substrate === 'local' ? 'http:' : 'https:', id)
    if (substrate === 'local') assert.equal(url.hostname, '127.0.0.1', id)
  }
})

test('every provider says where it is, or by which variable it is told, but for the built-in one', () => {
  for (const { id, baseUrl, baseUrlEnv, substrate } of providers) assert.equal(baseUrl !== undefined || baseUrlEnv !== undefined, substrate !== 'built_in', id)
})

test('every provider speaks a wire or a form, by a path that stands behind its base URL', () => {
  for (const { id, speaks, forms = {}, media = {} } of providers) assert.ok(Object.keys({ ...speaks, ...forms, ...media }).length > 0, id)
  for (const { provider, path } of paths) {
    assert.match(path, /^(\/[\w.{}:-]+)+(\?alt=sse)?$/, provider.id)
    assert.ok(!path.includes('{') || path.includes('{model}'), provider.id)
  }
})

test('keys come from variables that no two providers share', () => {
  const env = providers.flatMap(({ auth, baseUrlEnv }) => [...(auth.scheme === 'none' ? [] : auth.env), ...(baseUrlEnv ?? [])])
  assert.equal(new Set(env).size, env.length)
  for (const name of env) assert.match(name, /^[A-Z][A-Z0-9_]+$/)
  for (const { id, auth } of providers) assert.ok(auth.scheme === 'none' || auth.env.length > 0, id)
})

test('families choose among the wires that their provider speaks', () => {
  for (const { id, families = [], speaks } of providers) for (const { wires } of families) for (const wire of wires) assert.ok(wire in speaks, id)
})

test('a small form is spoken in a dialect of that form, whole requests at a time', () => {
  for (const { provider, form, place } of places) {
    assert.equal(dialectOf(place.dialect, form).form, form, provider.id)
    assert.ok(place.most === undefined || place.most > 0, provider.id)
  }
})

test('sound and pictures are asked for in the client’s own dialect, or in one that the gateway can run', () => {
  const served = new Set(mediaSurfaces.map(({ name }) => name))
  for (const { provider, form, place } of mediaPlaces) {
    if (served.has(place.dialect)) assert.equal(mediaSurfaces.find(({ name }) => name === place.dialect)!.operation, form, provider.id)
    else assert.equal(mediaDialectOf(place.dialect).name, place.dialect, provider.id)
    assert.ok(place.poll === undefined || (place.poll.every >= 1000 && place.poll.within > place.poll.every), provider.id)
  }
})

test('quirks are of wires that the provider speaks, and headers are in lower case', () => {
  for (const { id, quirks, speaks, headers } of providers) {
    for (const wire of Object.keys(quirks ?? {})) assert.ok(wire in speaks, id)
    for (const name of Object.keys(headers ?? {})) assert.equal(name, name.toLowerCase(), id)
  }
})

test('a field that changes the shape of the answer is never dropped by a quirk', () => {
  const shaping = new Set([
    'n',
    'logprobs',
    'top_logprobs',
    'response_format',
    'tools',
    'tool_choice',
    'modalities',
    'audio',
    'messages',
    'model',
    'stream',
    'stop',
  ])
  for (const { id, quirks } of providers) {
    for (const { drop = [] } of Object.values(quirks ?? {}))
      assert.deepEqual(
        drop.filter((field) => shaping.has(field)),
        [],
        id,
      )
  }
})

test('bare names go to exactly one provider by default', () => {
  assert.deepEqual(
    providers.filter(({ isDefault }) => isDefault).map(({ id }) => id),
    ['openai'],
  )
})

test('the catalogue’s name for a provider is its id unless the data says another, or none', () => {
  assert.equal(catalogOf(providerById.get('openai')!), 'openai')
  assert.equal(catalogOf(providerById.get('gemini')!), 'google')
  assert.equal(catalogOf(providerById.get('vllm')!), null)
})
