/** Whatever we write on OpenAI's surfaces is what OpenAI's own package says it is: nothing is missing, nothing is of another type, nothing is there that is not declared. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { isObject, type JsonObject } from '../src/base/json.ts'
import type { WireName } from '../src/canonical/chat.ts'
import { Failure, reasons, type Reason } from '../src/canonical/failure.ts'
import { openaiModerations } from '../src/wires/forms/moderations.ts'
import { openaiEmbeddings } from '../src/wires/forms/openai-embeddings.ts'
import { wireOf } from '../src/wires/index.ts'
import { openaiTranscriptions } from '../src/wires/media/openai-audio.ts'
import { openaiImages } from '../src/wires/media/openai-images.ts'
import type { StreamOptions } from '../src/wires/wire.ts'
import { wireNames } from './corpus.ts'
import { answersOf, optionsOf, readStream, writeStream } from './spoken.ts'
import type { Written } from './written.ts'

const root = dirname(import.meta.dirname)
const folder = await mkdtemp(join(tmpdir(), 'omni-schema-'))
after(() => rm(folder, { recursive: true }))

interface Piece {
  readonly title: string
  readonly as: keyof Written
  readonly body: JsonObject
}

/** How each surface of OpenAI's calls what it says whole, piece by piece, and where a stream breaks off. */
const surfaces = {
  'openai-chat': { whole: 'chat answer', piece: 'chat chunk', broken: 'error' },
  'openai-responses': { whole: 'response', piece: 'response event', broken: 'response event' },
  'openai-completions': { whole: 'completion', piece: 'completion', broken: 'error' },
} as const satisfies { readonly [name in WireName]?: { readonly [said: string]: keyof Written } }

type SurfaceName = keyof typeof surfaces

/** How the client asked: for all that the surface can tell. */
const optionsFor = (to: SurfaceName): StreamOptions =>
  to === 'openai-completions'
    ? { now: 1700000001, asked: wireOf(to).readRequest({ model: 'm', prompt: 'hi', stream: true, stream_options: { include_usage: true } }) }
    : optionsOf(to)

/** An answer or a stream without what a wire kept for itself, but for what is nothing else. */
function withoutRest<Said>(said: Said): Said {
  const drop = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(drop)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (key === 'rest' && value.type !== 'native' ? [] : [[key, drop(inner)]])))
  }
  return drop(said) as Said
}

const dataOf = (stream: string): JsonObject[] => [...stream.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data!) as JsonObject)

/**
 * All that a wire was ever seen to answer, written for clients of this surface. What a wire keeps for itself is taken out:
 * it would be given back as the provider said it, and that is not ours to judge.
 */
function translated(from: WireName, to: SurfaceName): Piece[] {
  const [read, written, options] = [wireOf(from), wireOf(to), optionsFor(to)]
  const { wholes, streams } = answersOf(from)
  const { whole, piece } = surfaces[to]
  return [
    ...wholes.map(({ title, said }) => ({ title, as: whole, body: written.writeResponse(withoutRest(read.readResponse(said)), options) })),
    ...streams.flatMap(({ title, said }) =>
      dataOf(writeStream(written, withoutRest(readStream(read, said)), options)).map((body) => ({ title, as: piece, body })),
    ),
  ]
}

/** Whole, before a stream has said anything, and in the middle of one. */
function failures(to: SurfaceName): Piece[] {
  const wire = wireOf(to)
  const { broken } = surfaces[to]
  return Object.keys(reasons).flatMap((reason): Piece[] => {
    const failure = new Failure(reason as Reason, 'A sentence.', { param: 'messages[0]' })
    const writer = wire.eventWriter(optionsFor(to))
    writer.write({ type: 'start', id: 'id', model: 'm' })
    const frames = wire.writeErrorFrame(failure, 'req_1') + (writer.fail?.(failure, 'req_1') ?? '')
    return [{ title: reason, as: 'error', body: wire.writeError(failure, 'req_1') }, ...dataOf(frames).map((body) => ({ title: reason, as: broken, body }))]
  })
}

/** https://platform.openai.com/docs/guides/moderation#content-classifications */
const categories =
  'harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm self-harm/instructions self-harm/intent sexual sexual/minors violence violence/graphic'.split(
    ' ',
  )

/** What the small forms answer. */
function smallForms(): Piece[] {
  const vectors = (encoding: string): JsonObject => {
    const asked = openaiEmbeddings.readRequest({ model: 'm', input: ['a', 'b'], encoding_format: encoding })
    return openaiEmbeddings.writeResponse({ vectors: [[0.5, 1], 'AAAAPwAAgD8='], usage: { input: 2 } }, { asked, id: 'embd_1', tokens: 2 })
  }
  const each = <Value>(value: Value) => Object.fromEntries(categories.map((category) => [category, value]))
  const asked = openaiModerations.readRequest({ model: 'm', input: 'a' })
  const moderations = [{ isFlagged: false, categories: each(false), scores: each(0.01) }]
  return [
    { title: 'vectors of numbers', as: 'embeddings', body: vectors('float') },
    { title: 'vectors in base64', as: 'embeddings', body: vectors('base64') },
    { title: 'one verdict', as: 'moderations', body: openaiModerations.writeResponse({ moderations, usage: {} }, { asked, id: 'modr_1', tokens: 2 }) },
    { title: 'a count', as: 'count of tokens', body: wireOf('openai-responses').writeCount!(11) },
  ]
}

/** What is written of sound and pictures, where an answer is JSON. */
function mediaAnswers(): Piece[] {
  const usage = { input: 20, output: 5, imageInput: 4 }
  const said = { text: 'A door opens.', start: 0, end: 1.5 }
  const transcript = { text: said.text, language: 'english', duration: 1.5, words: [said], segments: [said], usage: {} }
  const spoken = (format: string): JsonObject => {
    const asked = openaiTranscriptions.readRequest({ model: 'm', response_format: format })
    return JSON.parse(openaiTranscriptions.write(transcript, asked, 1700000001).body.toString()) as JsonObject
  }
  const asked = openaiImages.readRequest({ prompt: 'a door' })
  const images = [{ url: 'https://example.org/a.png' }, { data: 'AAAA' }]
  return [
    { title: 'words', as: 'transcript', body: spoken('json') },
    { title: 'words with times', as: 'transcript in detail', body: spoken('verbose_json') },
    ...[usage, {}].map((counts): Piece => {
      const { body } = openaiImages.write({ images, usage: counts }, asked, 1700000001)
      return { title: `pictures of ${JSON.stringify(counts)}`, as: 'images', body: JSON.parse(body.toString()) as JsonObject }
    }),
  ]
}

/** One constant a line, each a fresh literal, so that the compiler looks for fields that the type has not. */
async function compile(pieces: readonly Piece[]): Promise<string[]> {
  const lines = pieces.map(({ as, body }, place) => `export const piece${place}: Written[${JSON.stringify(as)}] = ${JSON.stringify(body)}`)
  const file = join(folder, 'pieces.ts')
  await writeFile(file, `import type { Written } from ${JSON.stringify(join(import.meta.dirname, 'written.ts'))}\n${lines.join('\n')}\n`)
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: { types: [], rewriteRelativeImportExtensions: false }, files: [file], include: [] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const output = await new Promise<string>((resolve) =>
    execFile(tsc, ['-p', folder, '--pretty', 'false'], { shell: process.platform === 'win32', maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  )
  return output.split(/\n(?=\S)/).filter((line) => line !== '')
}

const groups = new Map<string, readonly Piece[]>()
for (const to of Object.keys(surfaces) as SurfaceName[]) {
  for (const from of wireNames) groups.set(`${from} -> ${to}`, translated(from, to))
  groups.set(`errors of ${to}`, failures(to))
}

groups.set('small forms', smallForms())
groups.set('sound and pictures', mediaAnswers())

/** Pieces that are wrong, so that it is seen that wrong ones are found, deep inside too. */
const [right] = groups.get('openai-chat -> openai-responses')!
const wrong: readonly Piece[] = [
  { title: 'a field is missing', as: 'chat answer', body: { id: '', object: 'chat.completion', created: 1, model: '' } },
  { title: 'a field is of another type', as: 'error', body: { error: { message: 1, type: '', param: null, code: null } } },
  { title: 'a field is nowhere declared', as: 'error', body: { error: { message: '', type: '', param: null, code: null, hint: '' } } },
  { title: 'a field deep inside is nowhere declared', as: 'response', body: { ...right!.body, usage: { ...(right!.body.usage as JsonObject), ticks: 1 } } },
]

const pieces = [...groups, ['wrong pieces', wrong] as const].flatMap(([group, members]) => members.map((piece) => ({ group, ...piece })))
const errors = (await compile(pieces)).map((told) => {
  const line = /pieces\.ts\((\d+),/.exec(told)?.[1]
  const { group = 'the compiler', title = '', as = '' } = line === undefined ? {} : (pieces[Number(line) - 2] ?? {})
  return { group, told: `${title}, ${as}: ${told.replace(/^.*?: error /, '')}` }
})

test('the compiler read every piece, and speaks of nothing else', () => {
  assert.ok(pieces.length > 300, String(pieces.length))
  assert.deepEqual(
    errors.filter(({ group }) => group === 'the compiler'),
    [],
  )
})

test('a wrong piece is found', () => {
  const found = errors.filter(({ group }) => group === 'wrong pieces').map(({ told }) => told)
  for (const { title } of wrong)
    assert.ok(
      found.some((told) => told.startsWith(title)),
      title,
    )
})

for (const group of groups.keys()) {
  test(`${group}: everything is as OpenAI's package types it`, () => {
    assert.deepEqual(
      errors.filter((error) => error.group === group).map(({ told }) => told),
      [],
    )
  })
}
