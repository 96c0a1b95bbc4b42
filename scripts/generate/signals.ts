/** Makes the page of signals out of the list that receipts are made of. */

import { schemaVersion, signals, type Signal } from '../../src/receipts/signals.ts'
import { code, document, table, type Page } from './page.ts'

const intro = `A receipt is the record of one call. It has these ${signals.length} signals and nothing else: there is no kind for free text, so no prompt, answer, header or key can be in it.
Durations are whole nanoseconds on a clock that never goes back, times are milliseconds since 1970, money is whole nano-dollars. This is version ${schemaVersion} of the list.`

const rowOf = ({ name, kind, meaning, nullWhen, otel }: Signal): readonly string[] => [
  code(name),
  kind,
  meaning,
  nullWhen ?? '',
  otel === undefined ? '' : code(otel),
]

export const pages: readonly Page[] = [
  {
    path: 'docs/signals.md',
    make: () => document('`src/receipts/signals.ts`', '# Signals', intro, table(['Signal', 'Kind', 'Says', 'Null when', 'OpenTelemetry'], signals.map(rowOf))),
  },
]
