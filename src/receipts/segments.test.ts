/** Tokens are shared out among what they are, exactly, and each says where it is from. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { modalities, unweighed, type Weights } from '../canonical/weights.ts'
import { openRecord } from './opening.ts'
import { segmentsOf, shareOut, tellSegments } from './segments.ts'
import type { ReceiptRecord } from './signals.ts'

const opening = {
  instance: 'ins_1',
  version: '1.0',
  build: '0'.repeat(16),
  config: '1'.repeat(16),
  requestId: 'req_12345678',
  traceId: null,
  client: 'curl',
  surface: 'openai-chat',
  operation: 'chat',
}
const recordOf = (told: Partial<ReceiptRecord>): ReceiptRecord => ({ ...openRecord(opening), ...told })
const weightsOf = (weights: Partial<Weights>): Weights => ({ ...unweighed('text'), ...weights })

describe('sharing out', () => {
  test('gives what is left over to the largest remainders, of equal ones to the first', () => {
    assert.deepEqual(shareOut(10, [1, 1, 1]), [4, 3, 3])
    assert.deepEqual(shareOut(11, [1, 1, 1]), [4, 4, 3])
    assert.deepEqual(shareOut(7, [10, 25, 0]), [2, 5, 0])
    assert.deepEqual(shareOut(0, [3, 0]), [0, 0])
  })

  test('adds up to what was shared, each part within one of its share, and says the same every time', () => {
    const weights = fc.array(fc.nat(1e9), { minLength: 1, maxLength: 6 }).filter((some) => some.some((weight) => weight > 0))
    fc.assert(
      fc.property(fc.nat({ max: 1e10 }), weights, (total, some) => {
        const shares = shareOut(total, some)
        const whole = some.reduce((sum, weight) => sum + weight)
        assert.equal(
          shares.reduce((sum, share) => sum + share),
          total,
        )
        for (const [at, share] of shares.entries()) {
          assert.ok(Number.isSafeInteger(share) && share >= 0 && Math.abs(share - (total * some[at]!) / whole) <= 1, `${share} of ${total}`)
          if (some[at] === 0) assert.equal(share, 0)
        }
        assert.deepEqual(shareOut(total, some), shares)
      }),
    )
  })
})

describe('the parts of a prompt', () => {
  const weights = weightsOf({ system: 400, history: 200, user: 100, tools: 900, toolResults: 300, media: 100 })
  const partsOf = (record: ReceiptRecord) => [
    record.system_tokens,
    record.history_tokens,
    record.user_tokens,
    record.tool_tokens,
    record.tool_result_tokens,
    record.media_tokens,
  ]

  test('are brought to what the provider told, and the difference is shown', () => {
    const record = recordOf({ prompt_tokens: 401, input_source: 'reported', modalities: ['text', 'image'] })
    tellSegments(record, weights, 500)
    assert.deepEqual(partsOf(record), [80, 40, 20, 181, 60, 20])
    assert.deepEqual([record.estimated_prompt_tokens, record.prompt_difference], [500, -99])
  })

  test('are an estimate of an estimate where it told nothing, and there is nothing to compare', () => {
    const record = recordOf({ prompt_tokens: 500, input_source: 'estimated' })
    tellSegments(record, weights, 500)
    assert.deepEqual(partsOf(record), [100, 50, 25, 225, 75, 25])
    assert.deepEqual([record.estimated_prompt_tokens, record.prompt_difference], [500, null])
  })

  test('are not told where nothing was answered', () => {
    const record = recordOf({})
    tellSegments(record, weights, 500)
    assert.deepEqual([...partsOf(record), record.estimated_prompt_tokens], [null, null, null, null, null, null, null])
  })

  test('of media are what the provider told of them, where it told of all that the prompt shows', () => {
    const rows: readonly (readonly [told: Partial<ReceiptRecord>, media: number])[] = [
      [{ modalities: ['text', 'image'], image_input_tokens: 85 }, 85],
      [{ modalities: ['text', 'image', 'audio'], image_input_tokens: 85, audio_input_tokens: 15 }, 100],
      [{ modalities: ['text', 'image', 'audio'], image_input_tokens: 85 }, 10],
      [{ modalities: ['text', 'image', 'file'], image_input_tokens: 85 }, 10],
      [{ modalities: ['text', 'image', 'audio'], image_input_tokens: 150, audio_input_tokens: 150 }, 10],
      [{ modalities: ['text', 'image'], audio_input_tokens: 0 }, 10],
      [{ modalities: ['text'], audio_input_tokens: 0 }, 10],
    ]
    for (const [told, media] of rows) {
      const record = recordOf({ ...told, prompt_tokens: 200, input_source: 'reported' })
      tellSegments(record, weights, 500)
      assert.equal(record.media_tokens, media, JSON.stringify(told))
      assert.equal(
        partsOf(record).reduce((sum: number, part) => sum + part!, 0),
        200,
      )
    }
  })

  test('add up where the prompt is a picture alone, whatever was told of it', () => {
    const record = recordOf({ prompt_tokens: 200, input_source: 'reported', modalities: ['image'], image_input_tokens: 85 })
    tellSegments(record, weightsOf({ media: 6400 }), 1600)
    assert.deepEqual(partsOf(record), [0, 0, 0, 0, 0, 200])
  })
})

describe('the ten segments', () => {
  const told = {
    prompt_tokens: 200,
    completion_tokens: 50,
    reasoning_tokens: 30,
    cached_tokens: 120,
    cache_write_tokens: 0,
    input_source: 'reported',
    output_source: 'reported',
    modalities: ['text', 'image'],
    image_input_tokens: 85,
  } satisfies Partial<ReceiptRecord>

  test('say where each is from, and how far to trust it', () => {
    const record = recordOf(told)
    tellSegments(record, weightsOf({ system: 100, user: 100, media: 400 }), 150)
    assert.deepEqual(
      segmentsOf(record).map(({ segment, tokens, source, confidence }) => [segment, tokens, source, confidence]),
      [
        ['system', 58, 'estimated', 0.7],
        ['history', 0, 'estimated', 0.7],
        ['user', 57, 'estimated', 0.7],
        ['tools', 0, 'estimated', 0.7],
        ['tool_results', 0, 'estimated', 0.7],
        ['media', 85, 'reported', 1],
        ['completion', 20, 'reported', 1],
        ['reasoning', 30, 'reported', 1],
        ['cache_read', 120, 'reported', 1],
        ['cache_write', 0, 'reported', 1],
      ],
    )
  })

  test('of a call that nobody counted are estimates, and what nobody can know is unavailable', () => {
    const record = recordOf({ prompt_tokens: 25, completion_tokens: 9, input_source: 'estimated', output_source: 'estimated', modalities: ['text'] })
    tellSegments(record, weightsOf({ user: 100 }), 25)
    const found = new Map(segmentsOf(record).map(({ segment, ...rest }) => [segment, Object.values(rest)]))
    assert.deepEqual(
      [found.get('user'), found.get('completion'), found.get('reasoning'), found.get('cache_read')],
      [
        [25, 'estimated', 0.4],
        [9, 'estimated', 0.4],
        [null, 'unavailable', 0],
        [null, 'unavailable', 0],
      ],
    )
  })

  test('of a call that was refused are all unavailable', () => {
    for (const { tokens, source, confidence } of segmentsOf(recordOf({}))) assert.deepEqual([tokens, source, confidence], [null, 'unavailable', 0])
  })

  test('add up to all tokens, without those of the cache, which are among them', () => {
    const count = fc.nat(1e6)
    const weights = fc.record({ system: count, history: count, user: count, tools: count, toolResults: count, media: count })
    const shown = fc.subarray([...modalities])
    fc.assert(
      fc.property(fc.tuple(count, count), weights, shown, fc.option(count), ([input, output], some, kinds, image) => {
        fc.pre(Object.values(some).some((weight) => weight > 0))
        const record = recordOf({ ...told, prompt_tokens: input, completion_tokens: output, modalities: kinds, image_input_tokens: image })
        record.reasoning_tokens = Math.min(output, 30)
        tellSegments(record, weightsOf(some), 1)
        const sum = segmentsOf(record).reduce((all, { segment, tokens }) => all + (segment.startsWith('cache') ? 0 : tokens!), 0)
        assert.equal(sum, input + output)
      }),
    )
  })
})
