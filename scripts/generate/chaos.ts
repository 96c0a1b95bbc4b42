/** Makes the page of `omni chaos` out of its scenarios. */

import { scenarios } from '../../src/chaos/scenarios/index.ts'
import type { Want } from '../../src/chaos/scenario.ts'
import { code, document, table, type Page } from './page.ts'

const intro = `A provider that misbehaves on script, to test any gateway with, or a client of one. It speaks all six wires at once, each on its vendor's paths, and the model's
name chooses what goes wrong: ask for \`reset-mid-answer\` and it breaks off in the middle; unknown names are sound. What stands behind a point in the name
(\`flapping.1\`) tells calls apart and changes nothing. It needs no key, listens on loopback, and stores nothing.

\`\`\`sh
omni chaos list                    # the scenarios below
omni chaos serve --port 8090       # until it is stopped: a line for each call, and the lines for omni.yaml
omni chaos serve --stall 5min      # silences last ten seconds, unless another time is said
\`\`\`

## Testing a gateway

\`\`\`sh
omni chaos run > entries.yaml      # the providers that the gateway under test needs: put them into its omni.yaml; from a checkout \`npm run -s omni -- chaos run > entries.yaml\`
omni chaos run --gateway http://127.0.0.1:8080 --key $KEY
\`\`\`

Each scenario is asked for streamed and whole, alone and with a fallback to a sound provider (\`extra.fallbacks\`), and each call is graded by what its client saw:

| Grade | Is |
|---|---|
| pass | what a good gateway does |
| partial | the truth, where an answer could be had; or somebody else was asked for what the client must mend |
| safe | a clean refusal where an answer could be had |
| fail | a part of an answer called whole, a hang beyond \`--bound\`, an answer that is not in the grammar of its API, anything let through that is no part of an answer, or more calls of the provider than there may be |

The exit code is 1 where anything failed, or was not tested: scenarios that the provider was never asked for are named.
\`--wire\` is the wire that the gateway speaks with the provider, \`--surface\` (\`chat\`, \`responses\`, \`messages\`, \`gemini\`) the
API that it is asked on, \`--only\` some of the scenarios. A gateway rightly leaves a provider alone that has failed, so each scenario has an entry of its own,
called after \`--provider\` (\`chaos-*\`); without a \`*\` in it all are asked of one entry, and what comes late is then refused for what came early. The deadlines of the
entries are shorter than the silences: with longer ones it is the provider that ends them. Everything is bounded: a call by \`--bound\` (20 s), what would go on for ever
by ten silences or a gigabyte.

## Scenarios`

const meanings: { readonly [want in Want]: string } = {
  answers: 'gives the whole answer',
  recovers: 'gives the whole answer by a retry or a fallback, and else a clean error in time',
  tells: 'tells an error behind the words that have gone out, and nothing that looks like an end',
  refuses: 'gives a clean error, and asks nobody else',
}

const legend = `A good gateway, by the word in the table: ${Object.entries(meanings)
  .map(([want, means]) => `\`${want}\` ${means}`)
  .join('; ')}.`

const head = ['Model', 'The provider', 'Whole', 'Streamed']
const rows = scenarios.map(({ name, says, whole, stream }) => [code(name), says, whole ?? '', stream ?? ''])

export const pages: readonly Page[] = [
  { path: 'docs/chaos.md', make: () => document('`src/chaos/scenarios`', '# A provider that misbehaves: `omni chaos`', intro, legend, table(head, rows)) },
]
