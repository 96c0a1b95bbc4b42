/** What the providers of the example receipt answer: one is overloaded, the next streams a call of a tool. */

import type { Exchange, Transport } from '../../src/upstream/exchange.ts'

type Said = Pick<Exchange, 'status' | 'headers'> & { readonly pieces: readonly string[] }

const frame = (choices: readonly object[], more: object = {}) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-CgDnYw5sT2pV',
    object: 'chat.completion.chunk',
    created: 1_795_255_200,
    model: 'gpt-4o-2024-08-06',
    service_tier: 'default',
    system_fingerprint: 'fp_cbf1785567',
    choices,
    ...more,
  })}\n\n`

const delta = (said: object, finish: string | null = null) => frame([{ index: 0, delta: said, finish_reason: finish }])

const usage = {
  prompt_tokens: 1243,
  completion_tokens: 24,
  total_tokens: 1267,
  prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 0, audio_tokens: 0, image_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
}

const answers: readonly Said[] = [
  {
    status: 503,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': '7c1f6e0a-52f4-4a1d-9b57-0f2f3f3b8a11' },
    pieces: ['{"message":"Overloaded."}'],
  },
  {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_4f8e2c1b7a90' },
    pieces: [
      delta({ role: 'assistant', content: 'One moment: ' }),
      delta({ content: 'I look it up.' }),
      delta({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"order":7}' } }] }),
      delta({}, 'tool_calls'),
      frame([], { usage }),
      'data: [DONE]\n\n',
    ],
  },
]

/** Gives these answers, one for each request, at once. */
export function playAnswers(): Transport {
  let turn = 0
  return {
    post: async (_request, _asksStream, _onCancel, watcher) => {
      const { status, headers, pieces } = answers[turn++]!
      watcher?.connected()
      const waiting = [...pieces]
      const next = async () => {
        const piece = waiting.shift()
        return piece === undefined ? undefined : Buffer.from(piece)
      }
      return { status, headers, next, take: () => undefined, awaitWord: () => {}, noteWords: () => {}, abort: () => {} }
    },
  }
}
