/** The laws of weighing a prompt: every wire keeps them, on every fixture and every recorded body. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { survey } from '../src/base/survey.ts'
import type { Block, ChatRequest } from '../src/canonical/chat.ts'
import { Failure } from '../src/canonical/failure.ts'
import { modalitiesIn, weightOf, type Weights } from '../src/canonical/weights.ts'
import { wires } from '../src/wires/index.ts'
import { lostWords, type Word } from '../src/wires/losses.ts'
import { fixtures, recordedRequests, wireNames } from './corpus.ts'
import { answersOf } from './spoken.ts'

const saidIn = ({ system, history, user, toolResults }: Weights): number => system + history + user + toolResults
const blocksOf = ({ turns }: ChatRequest): readonly Block[] => turns.flatMap(({ blocks }) => blocks)
const within = (block: Block): readonly Block[] => (block.type === 'tool-result' ? block.blocks.flatMap(within) : [block])

const isPlain = (block: Block): boolean => block.type === 'document' && (block.source.type === 'text' || block.source.mime?.startsWith('text/') === true)
const isMedium = (block: Block): boolean => block.type === 'media' || (block.type === 'document' && !isPlain(block))
const hasText = (block: Block): boolean => (block.type === 'text' && block.text !== '') || isPlain(block)

/** The parts that a request has, by its meaning. Where blocks are a wire's own, nobody but the wire knows what they are. */
function meant(request: ChatRequest): { readonly [part in 'system' | 'user' | 'tools' | 'toolResults' | 'media']: boolean } {
  const inner = blocksOf(request).flatMap(within)
  const asked = request.turns.findLast(({ role, blocks }) => role === 'user' && blocks.some(({ type }) => type !== 'tool-result'))
  return {
    system: request.turns.some(({ role, blocks }) => role === 'system' && blocks.some(hasText)),
    user: asked?.blocks.some(hasText) === true,
    tools: request.tools.length > 0,
    toolResults: blocksOf(request).some((block) => block.type === 'tool-result' && block.blocks.some(hasText)),
    media: inner.some(isMedium),
  }
}

/** Words whose loss takes something of the prompt with it. */
const ofPrompt: ReadonlySet<Word> = new Set<Word>(['reasoning', 'redacted_reasoning', 'native_block', 'hosted_tool', 'custom_tool', 'unknown_field'])

/** What wires put around a call, a result and a tool: names, ids, `{ "output": … }`; one wants a tool wherever there are calls. In characters. */
const aroundCall = 30
const aroundTool = 80

for (const name of wireNames) {
  const wire = wires[name]!
  const bodies = [...fixtures[name].requests.map((said, place) => ({ title: `request ${place}`, said })), ...recordedRequests(name)]

  test(`${name}: every part that a prompt has weighs something, and none that it has not`, () => {
    for (const { title, said } of bodies) {
      const { weights, tools } = wire.outline(said)
      const { user, ...parts } = meant(wire.readRequest(said))
      for (const part of ['system', 'toolResults', 'media'] as const) {
        if (parts[part]) assert.ok(weights[part] > 0, `${title}: ${part}`)
        else if (part !== 'toolResults') assert.equal(weights[part], 0, `${title}: ${part}`)
      }
      if (user) assert.ok(weights.user > 0, `${title}: user`)
      assert.equal(weights.tools > 0, tools > 0, `${title}: tools`)
      assert.equal(modalitiesIn(weights).includes('text'), saidIn(weights) > 0, title)
      for (const part of Object.values(weights)) assert.ok(Number.isSafeInteger(part) && part >= 0, title)
    }
  })

  test(`${name}: a prompt weighs no more than its bytes, and what it only names`, () => {
    for (const { title, said } of bodies) {
      const bytes = Buffer.from(JSON.stringify(said))
      const { members } = survey(bytes, { depth: 64, keys: 100_000 })
      const weights = wire.outline(said, members).weights
      assert.ok(weightOf(weights) - weights.media <= bytes.length, title)
    }
  })

  test(`${name}: a glance at an answer finds as many words as reading it`, () => {
    for (const { title, said } of answersOf(name).wholes) {
      const glanced = attempt(() => wire.glance(said))
      if (glanced === undefined) continue
      const blocks = wire.readResponse(said).choices.flatMap((choice) => choice.blocks)
      const words = blocks.reduce((sum, block) => sum + wordsOf(block), 0)
      assertBetween(glanced.said - words, -aroundCall * blocks.length, aroundCall * blocks.length, `${title}: words`)
    }
  })

  for (const other of wireNames.filter((one) => one !== name)) {
    test(`${name} -> ${other}: a prompt that is written anew is as long as it was, but for what was lost and what stands around calls and tools`, () => {
      for (const { title, said } of bodies) {
        const request = wire.readRequest(said)
        const lost = new Set(lostWords(request, wires[other]!.cannotSay))
        const body = attempt(() => wires[other]!.writeRequest(request, { model: 'm' }, (word) => lost.add(word)))
        if (body === undefined) continue
        const [before, after] = [wire.outline(said).weights, wires[other]!.outline(body).weights]
        const calls = blocksOf(request).filter(({ type }) => type === 'tool-call' || type === 'tool-result').length
        const [least, most] = [-aroundCall * calls - 8, aroundCall * calls + 8]
        // Tools of plain text are offered in another way before a request is written, where a wire has none.
        const isLossy = [...lost].some((word) => ofPrompt.has(word)) || request.tools.some(({ type }) => type === 'custom')
        assertBetween(saidIn(before) - saidIn(after), least, isLossy ? Infinity : most, `${title}: what is said`)
        const tools = aroundTool * Math.max(request.tools.length, Math.min(1, calls))
        assertBetween(before.tools - after.tools, -tools, isLossy ? Infinity : tools, `${title}: tools`)
        assert.equal(after.media > 0, before.media > 0, `${title}: media`)
      }
    })
  }
}

function wordsOf(block: Block): number {
  if (block.type === 'tool-call') return block.input.length
  return block.type === 'text' || block.type === 'reasoning' || block.type === 'refusal' ? block.text.length : 0
}

function assertBetween(value: number, least: number, most: number, what: string): void {
  assert.ok(least <= value && value <= most, `${what}: ${value} is not from ${least} to ${most}`)
}

/** What a wire made of a request; undefined where it refused. */
function attempt<Made>(write: () => Made): Made | undefined {
  try {
    return write()
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return undefined
  }
}
