/** Makes the page of wires: what each can say, out of their declarations; and what held when every package was run against every wire. */

import { existsSync, readFileSync } from 'node:fs'
import type { WireName } from '../../src/canonical/chat.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { wires } from '../../src/wires/index.ts'
import { words, type Word } from '../../src/wires/losses.ts'
import { code, document, table, type Page } from './page.ts'

/** Written by `test/sdk/matrix.test.ts`. */
interface Row {
  readonly surface: WireName
  readonly wire: WireName
  readonly cases: { readonly [name: string]: boolean }
}

const measured = new URL('../../docs/wires-matrix.json', import.meta.url)
const names = Object.keys(wires) as WireName[]

const intro = `A wire is one grammar of requests, answers, streams and errors. The gateway reads each into one form, and writes each from it; no code knows a pair of them.
Where a client and a provider speak the same wire, the client's bytes go on as they are. Where they do not, this page says what is lost.`

const lossesIntro = `"Dropped": the provider is not told, and the answer says so in \`x-omni-dropped\` and in the receipt. "Refused": the answer would have another shape without it, so
the client gets 400 with the field's name. In strict mode what is dropped is refused, too.
A word that is not in the table is said by every wire; numbers outside of what a vendor takes are bent to its bounds, and reported by the same words.
The columns are the wire of the provider. Images and documents by address are fetched where a wire refuses \`image_url\` or \`document_url\`, unless \`media.fetch\` is off.`

const spoken = { drop: 'dropped', refuse: 'refused' } as const

function losses(): string {
  const lost = words.filter((word) => names.some((name) => wires[name]!.cannotSay[word] !== undefined))
  const cellOf = (name: WireName, word: Word): string => {
    const fate = wires[name]!.cannotSay[word]
    return fate === undefined ? 'said' : spoken[fate]
  }
  return table(
    ['Word', ...names.map(code)],
    lost.map((word) => [code(word), ...names.map((name) => cellOf(name, word))]),
  )
}

const cellsIntro = `The vendors' own packages, each as a client of the gateway, against a provider of each wire: whole and streamed. A cell says how many of its checks held.
\`OMNI_MATRIX_FILE=docs/wires-matrix.json node --test test/sdk/matrix.test.ts\` measures it anew.`

function cells(): string {
  const rows = existsSync(measured) ? (JSON.parse(readFileSync(measured, 'utf8')) as readonly Row[]) : []
  const [first] = rows
  if (first === undefined) return 'Nothing has been measured yet.'
  const clients = [...new Set(rows.map(({ surface }) => surface))]
  const columns = [...new Set(rows.map(({ wire }) => wire))]
  const cellOf = (surface: WireName, column: WireName): string => {
    const held = Object.entries(rows.find((row) => row.surface === surface && row.wire === column)?.cases ?? {})
    const failed = held.filter(([, holds]) => !holds).map(([name]) => name)
    return `${held.length - failed.length} of ${held.length}${failed.length > 0 ? `, not: ${failed.join(', ')}` : ''}`
  }
  const grid = table(
    ['Client of', ...columns.map((name) => `to ${code(name)}`)],
    clients.map((surface) => [code(surface), ...columns.map((column) => cellOf(surface, column))]),
  )
  return `${grid}\n\nThe checks: ${Object.keys(first.cases).join('; ')}.`
}

const proofsIntro = `A vendor proves its model's thoughts by a signature, and wants it back byte for byte. Through a client of another vendor's API it travels in a field that this client
sends back unchanged, under a tag that says whose it is; a provider that did not make it never gets it.`

/** Where the proofs of other vendors stand in what a client is told and brings back. */
const carried: { readonly [name in WireName]?: string } = {
  'openai-chat':
    '`reasoning_details` of the message, with `format` saying whose proof it is; `extra_content.google.thought_signature` of a call or of the message for Google’s.',
  'openai-responses': '`encrypted_content` of a `reasoning` item; the proof of a call or of a text in one of its own, right behind it.',
  'anthropic-messages':
    '`signature` of a `thinking` block; the proof of a call or of a text in an empty one right behind it. Sealed thoughts are `redacted_thinking`.',
  'gemini-generate': '`thoughtSignature` of the part itself.',
  'cohere-chat': '`signature` beside the content part or the call; sealed thoughts in `redacted` of a `thinking` part.',
}

function proofs(): string {
  const served = [...new Set(surfaces.map(({ name }) => name))].filter((name): name is WireName => name in carried)
  return table(
    ['Client of', 'Where'],
    served.map((name) => [code(name), carried[name]!]),
  )
}

export const pages: readonly Page[] = [
  {
    path: 'docs/wires.md',
    make: () =>
      document(
        'the declarations in `src/wires/` and `docs/wires-matrix.json`',
        '# Wires',
        intro,
        '## What each wire can say',
        lossesIntro,
        losses(),
        '## Where proofs travel',
        proofsIntro,
        proofs(),
        `## ${names.length * 4} cells`,
        cellsIntro,
        cells(),
      ),
  },
]
