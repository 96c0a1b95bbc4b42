/**
 * Every vendor's package against a provider of every wire: whatever the package asks, it gets the same answer.
 * Where `OMNI_MATRIX_FILE` names a file, what held is written there, and `docs/wires.md` shows it.
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import type { Call, Saying } from '../upstream/index.ts'
import { chatClient } from './matrix/chat.ts'
import type { Asking, Client, Told } from './matrix/client.ts'
import { geminiClient } from './matrix/gemini.ts'
import { messagesClient } from './matrix/messages.ts'
import { responsesClient } from './matrix/responses.ts'
import { cutAt, openEveryWire, type Behind } from './matrix/wires.ts'

const { scene, everyWire } = await openEveryWire()
const clients = [chatClient(scene), responsesClient(scene), messagesClient(scene), geminiClient(scene)]

const said = 'Grüezi Wält 🏔'
const reasoning = ['First the map, ', 'then the 🏔.']
const usage = { input: 20, output: 9, cached: 5, reasoning: 4 }
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const schema = { type: 'object', properties: { zebra: { type: 'string' } }, required: ['zebra'], additionalProperties: false }
const twoCalls: readonly Call[] = [
  { id: 'call_1', name: 'look', input: { at: 'Zürich' } },
  { id: 'call_2', name: 'look', input: { at: 'Bern 🐻' } },
]

/** One package and one provider. */
interface Cell {
  readonly client: Client
  readonly behind: Behind
  readonly streams: boolean
  ask(asking?: Partial<Asking>): Promise<Told>
}

function cellOf(client: Client, behind: Behind, streams: boolean): Cell {
  const ask = (asking: Partial<Asking> = {}) => client.ask({ model: behind.model, history: client.say('hi'), streams, ...asking })
  return { client, behind, streams, ask }
}

const sent = ({ behind }: Cell, place = 0): string => behind.stage.asked()[place]!.body.toString()

/** What every cell must do, whole and streamed. The numbers are those of the acceptance cases. */
const cases: { readonly [name: string]: (cell: Cell) => Promise<void> } = {
  'text (cases 51, 66, 95, 107)': async ({ behind, ask }) => {
    behind.stage.play(behind.speak(said))
    assert.equal((await ask()).text, said)
  },

  'system prompt (cases 1, 4)': async (cell) => {
    cell.behind.stage.play(cell.behind.speak(said))
    await cell.ask({ system: 'Answer like a zebra.' })
    assert.equal(sent(cell).split('Answer like a zebra.').length, 2)
  },

  'two calls and their results (cases 24, 35, 48, 70, 77)': async (cell) => {
    const { behind, client, ask } = cell
    behind.stage.play(behind.speak(['I look.'], { toolCalls: twoCalls }), behind.speak(said))
    const history = client.say('Where?')
    const first = await ask({ history, hasTools: true })
    assert.deepEqual(
      first.calls,
      twoCalls.map(({ id, name, input }) => ({ id, name, input })),
    )
    assert.equal(first.finish, client.finishes.tools)
    const results = client.answer(first.calls, ['foggy there', 'sunny there'])
    assert.equal((await ask({ history: [...history, ...first.turn, ...results], hasTools: true })).text, said)
    for (const { id } of twoCalls) assert.equal(sent(cell, 1).split(`"${id}"`).length, 3, `${id} stands on its call and its result`)
    assert.match(sent(cell, 1), /foggy there.*sunny there/s)
    assert.match(sent(cell, 1), /I look\./)
  },

  'image (cases 113, 116)': async (cell) => {
    const { behind, client, ask } = cell
    behind.stage.play(behind.speak(said))
    await ask({ history: client.say('What is it?', pixel) })
    assert.ok(sent(cell).includes(pixel))
  },

  'reasoning, and its proof on the next turn (cases 58, 106, 139, 143)': async (cell) => {
    const { behind, client, ask } = cell
    const { proof } = behind
    const thinking: Saying = { reasoning, toolCalls: twoCalls.slice(0, 1), ...(proof !== undefined && { signature: proof }) }
    behind.stage.play(behind.speak('I look.', thinking), behind.speak(said))
    const history = client.say('Where?')
    const first = await ask({ history, hasTools: true, thinks: true })
    assert.equal(first.reasoning, reasoning.join(''))
    await ask({ history: [...history, ...first.turn, ...client.answer(first.calls, ['foggy'])], hasTools: true, thinks: true })
    if (proof !== undefined) assert.equal(sent(cell, 1).split(JSON.stringify(proof)).length, 2, 'the proof goes back once, byte for byte')
  },

  'usage (cases 68, 101, 109, 150, 152)': async ({ behind, ask }) => {
    behind.stage.play(behind.speak(said, { usage }))
    assert.deepEqual((await ask()).usage, { input: 20, output: 9, cached: 5 })
  },

  'structured output (cases 125, 129, 130, 131, 132)': async (cell) => {
    const { behind, ask } = cell
    // A model that cannot be held to a schema is given a tool for its answer.
    const inTool = behind.speak('', { toolCalls: [{ id: 'call_1', name: 'final_answer', input: { zebra: 'Bern' } }] })
    const inText = behind.speak('{"zebra":"Bern"}')
    behind.stage.play((request) => (request.body.includes('final_answer') ? inTool : inText)(request))
    assert.deepEqual(JSON.parse((await ask({ schema })).text), { zebra: 'Bern' })
    assert.match(sent(cell), /zebra/)
  },

  'length (cases 57, 60, 61, 100, 110)': async ({ behind, client, ask }) => {
    behind.stage.play(behind.speak(said, { stop: 'length' }))
    const { text, finish } = await ask()
    assert.deepEqual([text, finish], [said, client.finishes.length])
  },

  'an error before the first word (cases 102, 193)': async ({ behind, client, ask }) => {
    behind.stage.play(behind.refuse(400))
    const { status, word } = client.failure(await failureOf(ask()))
    assert.deepEqual([status, word], [400, client.surface === 'gemini-generate' ? 'INVALID_ARGUMENT' : 'invalid_request_error'])
  },

  'a cut answer (cases 65, 90, 91, 103)': async ({ behind, client, streams, ask }) => {
    behind.stage.play(cutAt('World', behind.speak('Hello World')))
    const { status } = client.failure(await failureOf(ask()))
    if (!streams) assert.equal(status, 502)
  },
}

/** What was thrown; an answer is none. */
async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => assert.fail('it was answered'),
    (error: unknown) => error,
  )
}

interface Row {
  readonly surface: string
  readonly wire: string
  /** By the name of a case: whether it held, whole and streamed. */
  readonly cases: { [name: string]: boolean }
}

const rows: Row[] = []

for (const client of clients) {
  for (const behind of everyWire) {
    const row: Row = { surface: client.surface, wire: behind.wire, cases: {} }
    rows.push(row)
    describe(`${client.surface} client, ${behind.wire} provider`, () => {
      for (const [name, check] of Object.entries(cases)) {
        const short = name.replace(/ \(cases.*/, '')
        for (const way of ['whole', 'streamed']) {
          test(`${client.surface} client, ${behind.wire} provider: ${name}, ${way}`, async () => {
            const held = row.cases[short] ?? true
            row.cases[short] = false
            await check(cellOf(client, behind, way === 'streamed'))
            row.cases[short] = held
          })
        }
      }
    })
  }
}

after(() => {
  const { OMNI_MATRIX_FILE: file } = process.env
  if (file) writeFileSync(file, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`)
})
