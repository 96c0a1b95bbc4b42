/** Makes the page of signals out of the list that receipts are made of, and a receipt of a call that it serves. */

import { conventions } from '../../src/receipts/conventions.ts'
import { proofSignals, schemaVersion, signals, type Signal } from '../../src/receipts/signals.ts'
import { makeExample, salt } from './example.ts'
import { code, document, table, type Page } from './page.ts'

const all: readonly Signal[] = [...signals, ...proofSignals]

const intro = `A receipt is the record of one call. It has these ${all.length} signals and nothing else: there is no kind for free text, so no prompt, answer, header or key can be in it.
${proofSignals.length} of them, the last, are not in the entry of the log but say where it stands. Durations are whole nanoseconds on a clock that never goes back, times are milliseconds since 1970, money is whole nano-dollars. This is version ${schemaVersion} of the list.

A receipt that is \`interrupted\` was made when another process found its intent. It holds who asked for what, and where that went; all else is null in it, or 0, because nobody knows.`

const otel = `Names of OpenTelemetry are those of its [conventions, version ${conventions.version}](${conventions.source}) (\`${conventions.schemaUrl}\`). All that begin with \`gen_ai\` are in development there: they are taken from this one version until we say another.`

const rowOf = ({ name, kind, meaning, nullWhen, otel: theirs }: Signal): readonly string[] => [
  code(name),
  kind,
  meaning,
  nullWhen ?? '',
  theirs === undefined ? '' : code(theirs),
]

const example = await makeExample()
const valueOf = ({ name }: Signal): unknown => example[name as keyof typeof example]

const story = `A client streams from a chain of three targets. The first lacks tools and is passed over, the second is overloaded, the third calls a tool. The log's entry has the salt \`${salt}\`.`

/** A signal a line. */
function shown(): string {
  const lines = all.filter((signal) => valueOf(signal) !== null).map((signal) => `  ${JSON.stringify(signal.name)}: ${JSON.stringify(valueOf(signal))}`)
  return `\`\`\`json\n{\n${lines.join(',\n')}\n}\n\`\`\``
}

function absent(): string {
  const rows = Map.groupBy(
    all.filter((signal) => valueOf(signal) === null),
    ({ nullWhen }) => nullWhen ?? '',
  )
  return table(
    ['Null in it', 'As it is when'],
    [...rows].map(([reason, found]) => [found.map(({ name }) => code(name)).join(' '), reason]),
  )
}

export const pages: readonly Page[] = [
  {
    path: 'docs/signals.md',
    make: () =>
      document(
        '`src/receipts/signals.ts`',
        '# Signals',
        intro,
        otel,
        table(['Signal', 'Kind', 'Says', 'Null when', 'OpenTelemetry'], all.map(rowOf)),
        '## An example',
        story,
        shown(),
        absent(),
      ),
  },
]
