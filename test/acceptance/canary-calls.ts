/** What is said in the canary sweep, by clients and by providers: a secret in every place that there is. */

import type { JsonObject } from '../../src/base/json.ts'
import { finish, first, messages, openai, reply, size, wait, type Answer, type Headers } from '../upstream/index.ts'
import { Canaries } from './canaries.ts'

export const canaries = new Canaries()
export const secret = (place: string): string => canaries.for(place)
const png = Buffer.from(`\x89PNG${secret('image')}`, 'latin1').toString('base64')

const hostile = (wire: string): Headers => ({
  'x-request-id': `${secret(`${wire}: answer’s request id`)} x`,
  'set-cookie': secret(`${wire}: cookie of the answer`),
  'x-upstream': secret(`${wire}: header of the answer`),
})
const saying = (wire: string) => ({
  reasoning: [secret(`${wire}: thought`)],
  toolCalls: [{ id: 'call_1', name: 'look', input: { at: secret(`${wire}: arguments`) } }],
  id: `${secret(`${wire}: answer’s id`)} with a space`,
  model: `${secret(`${wire}: answer’s model`)} with a space`,
})
const error = (wire: string, extra: JsonObject = {}): JsonObject => ({
  message: `${secret(`${wire}: error`)} upstream-key ${secret(`key of ${wire}`)} ${secret('prompt')}`,
  type: 'invalid_request_error',
  param: null,
  code: 'x',
  ...extra,
})

/** What a provider of each wire does next. */
const wires = {
  chat: {
    fine: (streams: boolean): Answer =>
      streams
        ? openai.stream(secret('chat: words'), { ...saying('chat'), headers: hostile('chat') })
        : reply(200, openai.body(secret('chat: words'), saying('chat')), hostile('chat')),
    refusing: (): Answer => reply(400, { error: error('chat') }, hostile('chat')),
    broken: (): Answer => reply(200, `{"choices": ${secret('chat: no JSON')}`, hostile('chat')),
    failing: (): Answer => reply(500, `<html>${secret('chat: page')}`, { ...hostile('chat'), 'content-type': 'text/html' }),
  },
  messages: {
    fine: (streams: boolean): Answer =>
      streams
        ? messages.stream(secret('messages: words'), { ...saying('messages'), signature: secret('messages: signature'), headers: hostile('messages') })
        : reply(200, messages.body(secret('messages: words'), saying('messages')), hostile('messages')),
    refusing: (): Answer => reply(400, { type: 'error', error: error('messages') }, hostile('messages')),
    broken: (): Answer => reply(200, `{"content": ${secret('messages: no JSON')}`, hostile('messages')),
    failing: (): Answer => reply(500, `<html>${secret('messages: page')}`, { ...hostile('messages'), 'content-type': 'text/html' }),
  },
} as const
/** It calls everything by our key. */
const echoing = {
  chat: (streams: boolean): Answer => {
    const key = secret('key of chat')
    const headers = { 'x-request-id': key }
    return streams
      ? openai.stream('a', { id: key, model: key, headers })
      : reply(200, { ...openai.body('a', { id: key, model: key }), system_fingerprint: key }, headers)
  },
  messages: (streams: boolean): Answer => {
    const key = secret('key of messages')
    const headers = { 'request-id': key }
    return streams ? messages.stream('a', { id: key, model: key, headers }) : reply(200, messages.body('a', { id: key, model: key }), headers)
  },
} as const
export type Way = keyof typeof wires.chat | 'cut' | 'locked' | 'echoing'

/** What a provider of this wire answers now. */
export function play(wire: keyof typeof wires, way: Way, streams: boolean): Answer {
  if (way === 'locked') return reply(401, { error: error(wire) }, hostile(wire))
  if (way === 'echoing') return echoing[wire](streams)
  if (way !== 'cut') return wires[wire][way](streams)
  const whole = wires[wire].fine(streams)
  return [...first(Math.floor(size(whole) * 0.7), whole), wait(10), finish()]
}

/** Everything a client can say beside its prompt. */
export const clientHeaders = {
  cookie: `session=${secret('cookie')}`,
  'x-internal': secret('stray header'),
  'user-agent': `Mozilla ${secret('user agent')}`,
  referer: `https://${secret('referer')}.example`,
  'x-forwarded-for': secret('forwarded'),
  'x-omni-user-id': secret('user id'),
  'x-omni-session-id': secret('session id'),
  'x-request-id': `${secret('request id')} with a space`,
  traceparent: `00-${secret('trace')}-1`,
  'anthropic-beta': 'known-beta',
}
const common: JsonObject = {
  max_tokens: 50,
  unknown_field: secret('unknown field'),
  metadata: { user_id: secret('user of the body') },
  omni_metadata: { stray: secret('undeclared label').slice(0, 60) },
}
export const chatBody: JsonObject = {
  ...common,
  user: secret('user field'),
  stop: [secret('stop word')],
  messages: [
    { role: 'system', content: secret('system') },
    {
      role: 'user',
      content: [
        { type: 'text', text: secret('prompt') },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
      ],
    },
    {
      role: 'assistant',
      content: secret('history'),
      tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'look', arguments: JSON.stringify({ at: secret('past arguments') }) } }],
    },
    { role: 'tool', tool_call_id: 'call_0', content: secret('tool result') },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: secret('tool description'),
        parameters: { type: 'object', properties: { [secret('schema')]: { type: 'string' } } },
      },
    },
  ],
}
export const messagesBody: JsonObject = {
  ...common,
  system: secret('system'),
  stop_sequences: [secret('stop word')],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: secret('prompt') },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: secret('history') },
        { type: 'tool_use', id: 'call_0', name: 'look', input: { at: secret('past arguments') } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_0', content: secret('tool result') }] },
  ],
  tools: [{ name: 'look', description: secret('tool description'), input_schema: { type: 'object', properties: { [secret('schema')]: { type: 'string' } } } }],
}
