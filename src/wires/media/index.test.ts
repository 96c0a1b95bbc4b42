/** Errands step by step: what each provider is asked, what comes of its answers, and that no answer of any shape breaks them in another way than a failure. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { ImageRequest, MediaDialectName, TranscriptionRequest } from '../../canonical/media.ts'
import type { Errand, Step } from './dialect.ts'
import { mediaDialectOf } from './index.ts'

const image: ImageRequest = { model: 'm', prompt: 'a cat', count: 1, streams: false, rest: {} }
const sound: TranscriptionRequest = { model: 'm', format: 'json', wantsWords: false, streams: false, rest: {} }
const place = { model: 'm', path: '/p/generate', pollMs: 5 }

/** Runs an errand on these answers, the last one again and again; its steps and its end. */
function run<Answer>(errand: Errand<Answer>, answers: readonly JsonObject[]): { readonly steps: readonly Step[]; readonly answer: Answer | undefined } {
  const steps: Step[] = []
  let turn = errand.next()
  while (!turn.done) {
    steps.push(turn.value)
    assert.ok(steps.length < 20, 'the errand goes on and on')
    turn = errand.next(answers[Math.min(steps.length, answers.length) - 1]!)
  }
  return { steps, answer: turn.value }
}

const draw = (name: MediaDialectName, request: Partial<ImageRequest> = {}, lost: string[] = []) =>
  mediaDialectOf<'images'>(name).run({ ...image, ...request }, place, (word) => void lost.push(word))
const hear = (name: MediaDialectName, request: Partial<TranscriptionRequest> = {}) =>
  mediaDialectOf<'transcriptions'>(name).run({ ...sound, ...request }, place, () => {})

const reasonOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return `${error.reason} ${error.param ?? ''}`.trim()
  }
  return 'none'
}

test('answers of any shape make an answer or a failure, and nothing else', () => {
  const asked: readonly (() => Errand<unknown>)[] = [
    ...(['together-images', 'hyperbolic-images', 'gemini-images', 'imagen-predict', 'nanobanana-jobs'] as const).map((name) => () => draw(name)),
    ...(['deepgram-listen', 'assemblyai-transcripts'] as const).map((name) => () => hear(name)),
  ]
  const value = fc.jsonValue({ maxDepth: 3 })
  const names = [
    'data',
    'results',
    'channels',
    'alternatives',
    'candidates',
    'images',
    'predictions',
    'id',
    'status',
    'upload_url',
    'code',
    'taskId',
    'successFlag',
    'response',
    'text',
    'words',
  ]
  const answer = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)), {
    maxKeys: 5,
  }) as fc.Arbitrary<JsonObject>
  fc.assert(
    fc.property(fc.constantFrom(...asked), fc.array(answer, { minLength: 1, maxLength: 3 }), (begin, answers) => {
      // A job that never ends is stopped by the clock, which is not here.
      if (answers.some(({ status, successFlag }) => status === 'queued' || status === 'processing' || successFlag === 0)) return
      reasonOf(() => run(begin(), answers))
    }),
  )
})

test('a size that has a name for its shape goes by that, and one that is no size is refused', () => {
  const picture = { candidates: [{ content: { parts: [{ inlineData: { data: 'AA' } }] } }] }
  for (const [size, ratio] of [
    ['1024x1024', '1:1'],
    ['1792x1024', '16:9'],
    ['1024x1536', '2:3'],
  ] as const) {
    const [step] = run(draw('gemini-images', { size }), [picture]).steps
    assert.deepEqual(((step!.body as JsonObject).generationConfig as JsonObject).imageConfig, { aspectRatio: ratio }, size)
  }
  assert.equal(
    reasonOf(() => run(draw('gemini-images', { size: 'large' }), [picture])),
    'unsupported_parameter size',
  )
  const [open] = run(draw('gemini-images', { size: 'auto' }), [picture]).steps
  assert.equal('imageConfig' in ((open!.body as JsonObject).generationConfig as JsonObject), false)
})

test('how finely a picture is drawn is reported where it cannot be said', () => {
  const lost: string[] = []
  run(draw('hyperbolic-images', { quality: 'high' }, lost), [{ images: [{ image: 'AA' }] }])
  run(draw('hyperbolic-images', { quality: 'auto' }, lost), [{ images: [{ image: 'AA' }] }])
  assert.deepEqual(lost, ['quality'])
})

test('each model of a job’s provider has its own words', () => {
  const taken = { code: 200, data: { taskId: 't1' } }
  const done = { code: 200, data: { successFlag: 1, response: { resultImageUrl: 'https://x.example/a' } } }
  const first = run(draw('nanobanana-jobs'), [taken, done])
  assert.deepEqual(first.steps, [
    { path: '/p/generate', body: { prompt: 'a cat', type: 'TEXTTOIAMGE', numImages: 1 } },
    { method: 'GET', path: '/p/record-info?taskId=t1', afterMs: 5 },
  ])
  assert.deepEqual(first.answer, { images: [{ url: 'https://x.example/a' }], usage: {} })
})

test('an id that is no id is not asked after: it would stand in a path', () => {
  assert.equal(
    reasonOf(() => run(draw('nanobanana-jobs'), [{ code: 200, data: { taskId: '../x?y' } }])),
    'upstream_invalid_response',
  )
  assert.equal(
    reasonOf(() => run(hear('assemblyai-transcripts'), [{ upload_url: 'u' }, { id: 'a/b', status: 'queued' }])),
    'upstream_invalid_response',
  )
})

test('an order that its provider refuses with status 200 is a refusal', () => {
  for (const [code, reason] of [
    [401, 'upstream_auth_error'],
    [402, 'upstream_quota_exceeded'],
    [429, 'rate_limit_exceeded'],
    [500, 'upstream_error'],
    [455, 'upstream_error'],
  ] as const)
    assert.equal(
      reasonOf(() => run(draw('nanobanana-jobs'), [{ code, msg: 'no' }])),
      reason,
    )
})
