/** Where a name leads: the rules of the contract, each in its place. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import type { Provider } from '../providers/provider.ts'
import { chainOf, routingTable } from '../../test/routing.ts'
import { targetsOf } from './plan.ts'
import { resolve, type Asked, type RoutingTable } from './resolve.ts'
import { pickCountingWire, pickWire, type Chain, type Connection } from './target.ts'

const deadlines = { connect: 1, firstByteStreamed: 2, firstByteWhole: 3, firstWord: 4, idle: 5, progress: 5, total: 6 }

function provider(id: string, speaks: Provider['speaks'] = { 'openai-chat': '/chat/completions' }): Provider {
  return { id, name: id, docs: '', prefixes: [id], substrate: 'direct', auth: { scheme: 'none' }, speaks }
}

function connect(name: string, models: readonly string[] = [], isCustom = false): Connection {
  return { name, provider: provider(name), origin: `https://${name}.example`, host: `${name}.example`, basePath: '', models, deadlines, isCustom }
}

const openai = connect('openai', ['gpt-4o', 'shared', 'chosen'])
const groq = connect('groq', ['llama', 'shared', 'openai/gpt-oss-120b'])
const google = connect('gemini', ['gemini-pro', 'shared-elsewhere', 'chosen'])
const west = connect('west', ['shared-elsewhere'])

function chain(name: string, targets: readonly string[], deadlinesOfIt: Chain['deadlines'] = {}): Chain {
  return chainOf(name, targets, { deadlines: deadlinesOfIt })
}

function table(fields: Partial<RoutingTable> = {}, chains: readonly Chain[] = [], aliases: Readonly<Record<string, string>> = {}): RoutingTable {
  const listed = new Map<string, Connection[]>()
  for (const connection of [openai, groq, google, west]) for (const model of connection.models) listed.set(model, [...(listed.get(model) ?? []), connection])
  return routingTable({
    connections: new Map(
      [openai, groq, google, west].flatMap((connection): [string, Connection][] => [[connection.name, connection]]).concat([['google', google]]),
    ),
    aliases: new Map(Object.entries(aliases)),
    chains: new Map(chains.map((one) => [one.name, one])),
    listed,
    fallbackTo: openai,
    unconnected: new Map([['anthropic', 'Anthropic is not connected. Set ANTHROPIC_API_KEY.']]),
    ...fields,
  })
}

/** Targets as `connection/model`, and why. */
function leads(asked: string | Partial<Asked>, known: RoutingTable = table()): { readonly to: readonly string[]; readonly why: string } {
  const plan = resolve({ model: 'gpt-4o', fallbacks: [], ...(typeof asked === 'string' ? { model: asked } : asked) }, known)
  return { to: targetsOf(plan).map(({ connection, model }) => `${connection.name}/${model}`), why: plan.reason }
}

function fails(
  asked: string | Partial<Asked>,
  known: RoutingTable = table(),
): { readonly reason: string; readonly param: string | undefined; readonly message: string } {
  try {
    leads(asked, known)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  return assert.fail(`${JSON.stringify(asked)} leads somewhere`)
}

describe('a name', () => {
  const both = [chain('gpt-4o', ['groq/llama', 'gpt-4o-mini']), chain('openai/gpt-4o', ['groq/llama'])]

  test('of a chain comes before the model and the prefix of the same name', () => {
    assert.deepEqual(leads('gpt-4o', table({}, [chain('gpt-4o', ['groq/llama', 'openai/x'])])), { to: ['groq/llama', 'openai/x'], why: 'chain' })
    assert.deepEqual(leads('openai/gpt-4o', table({}, both)), { to: ['groq/llama'], why: 'chain' })
  })

  test('of an alias is what it stands for, also through another alias, and to a chain', () => {
    const known = table({}, [chain('pair', ['fast', 'gpt-4o'])], { fast: 'groq/llama-3.3-70b', quick: 'fast', 'gpt-4o-best': 'pair', shared: 'west/mine' })
    assert.deepEqual(leads('fast', known), { to: ['groq/llama-3.3-70b'], why: 'alias' })
    assert.deepEqual(leads('quick', known), { to: ['groq/llama-3.3-70b'], why: 'alias' })
    assert.deepEqual(leads('gpt-4o-best', known), { to: ['groq/llama-3.3-70b', 'openai/gpt-4o'], why: 'chain' })
    assert.deepEqual(leads('shared', known), { to: ['west/mine'], why: 'alias' })
  })

  test('with a prefix goes there with the rest as it is, whatever anybody lists', () => {
    assert.deepEqual(leads('openai/ft:gpt-4o:org::id'), { to: ['openai/ft:gpt-4o:org::id'], why: 'prefix' })
    assert.deepEqual(leads('google/models/x/y'), { to: ['gemini/models/x/y'], why: 'prefix' })
    assert.deepEqual(leads('openai/llama'), { to: ['openai/llama'], why: 'prefix' })
    assert.deepEqual(leads('groq/openai/gpt-oss-120b'), { to: ['groq/openai/gpt-oss-120b'], why: 'prefix' })
  })

  test('with its owner is answered by the owner alone, and never by a host that has the same id', () => {
    assert.deepEqual(leads('openai/gpt-oss-120b'), { to: ['openai/gpt-oss-120b'], why: 'prefix' })
    const alone = table({ connections: new Map([['groq', groq]]), unconnected: new Map([['openai', 'OpenAI is not connected.']]) })
    assert.equal(fails('openai/gpt-oss-120b', alone).reason, 'model_not_found')
  })

  test('with a prefix that is not connected says what would connect it', () => {
    assert.deepEqual(
      [fails('anthropic/claude').reason, fails('anthropic/claude').message, fails('anthropic/claude').param],
      ['model_not_found', 'Anthropic is not connected. Set ANTHROPIC_API_KEY.', 'model'],
    )
  })

  test('that one connection has goes there', () => {
    assert.deepEqual(leads('llama'), { to: ['groq/llama'], why: 'only_provider' })
  })

  test('that several have goes to the default where it is among them', () => {
    assert.deepEqual(leads('chosen'), { to: ['openai/chosen'], why: 'default_provider' })
    assert.deepEqual(leads('shared'), { to: ['openai/shared'], why: 'default_provider' })
  })

  test('that several have and the default has not is ambiguous, and the choices are told', () => {
    const { reason, message, param } = fails('shared-elsewhere')
    assert.deepEqual([reason, param], ['ambiguous_model', 'model'])
    assert.match(message, /gemini\/…, west\/…/)
    assert.equal(fails('shared', table({ fallbackTo: undefined })).reason, 'ambiguous_model')
  })

  test('that nobody lists goes to the default where that has an address of its own, else nowhere', () => {
    const own = connect('openai', [], true)
    assert.deepEqual(leads('my-model', table({ fallbackTo: own })), { to: ['openai/my-model'], why: 'default_provider' })
    assert.deepEqual(leads('some/path/model', table({ fallbackTo: own })), { to: ['openai/some/path/model'], why: 'default_provider' })
    for (const known of [table(), table({ fallbackTo: undefined })]) assert.equal(fails('my-model', known).reason, 'model_not_found')
  })

  test('[A17] [A18] that is hostile leads nowhere, and its text is not said back', () => {
    for (const name of ['../../x', 'a\r\nX: y', '__proto__', 'constructor', 'x'.repeat(10_000), '', '/', '/x', 'openai/', 'ｇpt-4o', 'GPT-4O', ' gpt-4o']) {
      const { reason, message } = fails(name)
      assert.equal(reason, 'model_not_found', name)
      if (name.length > 3) assert.equal(message.includes(name), false)
    }
  })
})

describe('what is asked for beside the model', () => {
  test('`omni_route` names a chain, whatever the model', () => {
    assert.deepEqual(leads({ model: 'nobody-has-it', route: 'pair' }, table({}, [chain('pair', ['groq/llama'])])), { to: ['groq/llama'], why: 'chain' })
    assert.deepEqual([fails({ route: 'none' }).reason, fails({ route: 'none' }).param], ['model_not_found', 'omni_route'])
    assert.equal(fails({ route: 'fast' }, table({}, [], { fast: 'groq/llama' })).param, 'omni_route', 'an alias is no chain')
  })

  test('`omni_provider` names who answers, with its prefix or without', () => {
    assert.deepEqual(leads({ provider: 'west', model: 'gpt-4o' }), { to: ['west/gpt-4o'], why: 'asked_provider' })
    assert.deepEqual(leads({ provider: 'gemini', model: 'google/gemini-pro' }), { to: ['gemini/gemini-pro'], why: 'asked_provider' })
    assert.deepEqual(leads({ provider: 'groq', model: 'openai/gpt-oss-120b' }), { to: ['groq/openai/gpt-oss-120b'], why: 'asked_provider' })
    assert.deepEqual([fails({ provider: 'none' }).reason, fails({ provider: 'none' }).param], ['model_not_found', 'omni_provider'])
    assert.match(fails({ provider: 'anthropic' }).message, /not connected/)
  })

  test('fallbacks follow in their order, three targets in all', () => {
    assert.deepEqual(leads({ model: 'llama', fallbacks: ['openai/a', 'west/b', 'west/c'] }), { to: ['groq/llama', 'openai/a', 'west/b'], why: 'only_provider' })
    const long = chain('long', ['groq/1', 'groq/2', 'groq/3', 'groq/4'])
    assert.deepEqual(leads({ model: 'long', fallbacks: ['openai/a'] }, table({}, [long])).to, ['groq/1', 'groq/2', 'groq/3', 'groq/4'])
    assert.deepEqual(leads({ model: 'llama', fallbacks: ['long'] }, table({}, [long])).to, ['groq/llama', 'groq/1', 'groq/2'])
  })

  test('a fallback that leads nowhere is told before anybody is asked, and a million of them cost nothing', () => {
    assert.equal(fails({ fallbacks: ['nobody-has-it'] }).reason, 'model_not_found')
    const fallbacks = Array.from({ length: 1_000_000 }, () => 'openai/a')
    const begun = performance.now()
    leads({ model: 'llama', fallbacks })
    assert.ok(performance.now() - begun < 200)
  })
})

describe('a chain', () => {
  test('of chains is the targets of all, in their order', () => {
    const known = table({}, [chain('outer', ['west/1', 'inner', 'llama']), chain('inner', ['groq/2', 'openai/3'])])
    assert.deepEqual(leads('outer', known).to, ['west/1', 'groq/2', 'openai/3', 'groq/llama'])
  })

  test('has deadlines of its own, and those it does not set are the provider’s', () => {
    const [target] = targetsOf(resolve({ model: 'hurry', fallbacks: [] }, table({}, [chain('hurry', ['groq/x'], { idle: 1000 })])))
    assert.deepEqual(target?.connection.deadlines, { ...deadlines, idle: 1000 })
    assert.deepEqual(groq.deadlines, deadlines)
  })

  test('in a circle ends, though no configuration lets one in', () => {
    const known = table({}, [chain('a', ['b', 'groq/x']), chain('b', ['a', 'c']), chain('self', ['self', 'groq/x'])], { c: 'd', d: 'c' })
    for (const name of ['a', 'b']) assert.deepEqual(leads(name, known).to, ['groq/x'], name)
    assert.equal(fails('c', known).reason, 'model_not_found')
    assert.deepEqual(leads('self', known).to, ['groq/x'])
  })
})

test('a provider is spoken to in the client’s wire where it has that, else in its best', () => {
  const two = provider('two', { 'anthropic-messages': '/messages', 'openai-chat': '/chat' })
  assert.equal(pickWire(two, 'm', 'openai-chat'), 'openai-chat')
  assert.equal(pickWire(two, 'm', 'gemini-generate'), 'anthropic-messages')
  assert.equal(pickWire(provider('none', {}), 'm', 'openai-chat'), undefined)
})

test('a model of a family is spoken to in the wires of that family', () => {
  const families = [{ models: /-pro$/, wires: ['openai-chat' as const, 'cohere-chat' as const] }]
  const two = { ...provider('two', { 'anthropic-messages': '/messages', 'openai-chat': '/chat' }), families }
  assert.equal(pickWire(two, 'm-pro', 'anthropic-messages'), 'openai-chat')
  assert.equal(pickWire(two, 'm-pro', 'openai-chat'), 'openai-chat')
  assert.equal(pickWire(two, 'm', 'anthropic-messages'), 'anthropic-messages')
})

test('a request is counted on a wire that the provider counts on, the client’s own if it can, and on none that the model is not spoken to in', () => {
  const families = [{ models: /^chat-/, wires: ['openai-chat' as const] }]
  const counts = { 'openai-responses': '/count', 'anthropic-messages': '/count' }
  const one = { ...provider('one', { 'openai-chat': '/chat', 'openai-responses': '/responses' }), counts, families }
  assert.equal(pickCountingWire(one, 'm', 'anthropic-messages'), 'openai-responses')
  assert.equal(pickCountingWire(one, 'chat-m', 'anthropic-messages'), undefined)
  assert.equal(pickCountingWire({ ...one, counts: {} }, 'm', 'openai-responses'), undefined)
  assert.equal(pickCountingWire({ ...one, speaks: { ...one.speaks, 'anthropic-messages': '/m' } }, 'm', 'anthropic-messages'), 'anthropic-messages')
})
