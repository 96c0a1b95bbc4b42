/** Makes the page of settings and the JSON Schema out of the one schema. */

import { z } from 'zod'
import { fields, type Field } from '../../src/config/fields.ts'
import { aboutOf } from '../../src/config/kinds.ts'
import { schema } from '../../src/config/schema.ts'
import { code, document, table, type Page } from './page.ts'

const intro = `Settings come from the file \`omni.yaml\` (or \`OMNI_CONFIG\`), from variables, and from options of the command line: options beat variables, and variables beat the
file. An empty variable counts as not set, but for \`OMNI_AUTH_TOKENS\`. Everything is checked before any of it counts: an unknown name, a value that does not fit or a name
that leads nowhere is an error with its line, and a gateway that is running keeps what it has. The file is watched; what it says of providers, aliases, prices, chains, health,
queues, retries, limits, deadlines, detectors and reviews holds for the next call, while \`server\`, \`storage\`, \`upstream\`, \`media\`, \`receipts\`, \`responses\`, \`alerts\`,
\`metadata\` and \`log\` are read at the start alone.

\`\${NAME}\` in the file reads the variable \`NAME\`; that it is not set is an error. Secrets belong there. Times are written as \`500ms\`, \`10s\`, \`5min\` or \`1h\`, sizes as
\`256KiB\` or \`32MiB\`; a bare number for a time is milliseconds, for a size bytes. For editors, put this on the first line: \`# yaml-language-server: $schema=…/docs/omni.schema.json\`.

\`\`\`yaml
server:    { port: 8080, hosts: [gateway.internal] }
providers:
  openai:  { key: \${OPENAI_API_KEY} }
  east:    { like: azure, baseUrl: https://east.example/openai, key: \${AZURE_EAST} }
  team:    { like: anthropic, strategy: least-used, accounts: { red: { key: \${RED} }, blue: { key: \${BLUE}, weight: 2, concurrency: 20 } } }
  local:   { like: openai, baseUrl: http://127.0.0.1:8000/v1, concurrency: 4 }
aliases:
  fast:    groq/llama-3.3-70b-versatile
  gpt-*:   openai/gpt-*
prices:
  east:    { gpt-4o*: { input: 2.25, output: 9, cacheRead: 1.125 } }
chains:
  primary-chain: { targets: [east/gpt-4o, openai/gpt-4o, local/llama] }
  shared:
    strategy: weighted
    targets: [{ model: primary-chain, weight: 3 }, { model: team/claude-sonnet-5, account: blue, context: 200000 }]
    alsoOn: [context_length_exceeded]
\`\`\``

const sections: { readonly [section: string]: string } = {
  '': 'For the whole gateway.',
  server: 'How clients reach it.',
  auth: 'Who may call it. Keys that the gateway makes work beside tokens.',
  providers: 'Connections to providers, each under a name that is its prefix too. A provider whose own variable is set needs no entry ([list](providers.md)).',
  aliases:
    'Names for models, as `fast: groq/llama-3.3-70b-versatile`. An alias may lead to another one, or to a chain. With one `*` it is a name for many, as `gpt-*: openai/gpt-*`: names without a `*` come first, then the longest. The `*` stands for one character or more, and for a `/` only where another stands before it.',
  prices:
    'What models cost, where you know it better than the [catalogue](receipts.md#money): under the name of an entry or a provider, by the model’s name, which may have one `*`. Dollars for a million tokens, as numbers or texts, exactly. What stands here is all that is known of that model; of another tier of service than the standard one, only what stands under `tiers`, by the words `batch`, `fast`, `flex`, `priority` and `scale`, with the same names below each.',
  chains:
    'Lists of targets that are tried until one answers, in the order of a strategy. A target is text, or `{ model: …, weight: … }`. They may also be called `combos` or `routes`; a name stands in one of the three. In all, a name leads through 8 others and to 10,000 targets at most.',
  retry: 'How often a call that failed is tried again.',
  health: 'When a target, an account or a provider that fails is left alone, and for how long. What each failure does is in the [list of errors](errors.md).',
  queue: 'Where calls wait whose target has no room, or whose provider said to come back soon.',
  deadlines: 'How long providers may take; each provider and each chain may have its own.',
  limits: 'What a call may hold.',
  metadata: 'What clients may say about their calls.',
  log: 'What is written down.',
  media: 'Media that clients name by URL.',
  receipts:
    'How receipts are kept, and who else has them ([how they are made and checked](receipts.md)). Anchors and exports are lists: each entry has one of the settings that say where it goes, and those that belong to it.',
  alerts: 'Who is told when a budget is nearly spent, or a call waits for a person. A webhook’s `url` may hold a secret, and is not shown again.',
  reviews: 'Calls that are held for a person ([how](governance.md#reviews)). Who is told of alerts is told of each.',
  detectors: 'Services that look at texts for the rules of policies; documents call them by these names ([detectors](detectors.md)).',
  sessions: 'How long users of the control API stay signed in. A session is begun with a user’s token, and ends with any change of the user.',
  storage: 'Where things are kept.',
  responses:
    'Answers of the Responses API: whether they are kept here, which stores content and is off unless you turn it on; and clients that speak it by WebSocket.',
  upstream: 'Connections to providers.',
}

const sectionOf = ({ path }: Field): string => (path.includes('.') ? path.split('.')[0]! : '')

function rowOf({ path, env, shown, description = '', says }: Field): readonly string[] {
  const fallback = shown === undefined ? '' : shown === '' ? 'none' : code(shown)
  return [
    code(path.replaceAll(/\.(targets|anchors|exports|webhooks)\.\*/g, '.$1[]').replaceAll('*', '‹name›')),
    env === undefined ? '' : code(env),
    fallback,
    `${description} ${says[0]!.toUpperCase()}${says.slice(1)}.`,
  ]
}

/** Prices of tiers have the names of the others. */
const isToldOnce = ({ path }: Field): boolean => !path.startsWith('prices.*.*.tiers.')

function sectionPage([section, says]: readonly [string, string]): string {
  const rows = fields.filter((field) => sectionOf(field) === section && isToldOnce(field)).map(rowOf)
  return [
    `## ${section === '' ? 'Everywhere' : code(section)}`,
    says,
    ...(rows.length > 0 ? [table(['Setting', 'Variable', 'Default', 'What it does'], rows)] : []),
  ].join('\n\n')
}

const others = `## Variables of providers

The variables that connect providers are in the [list of providers](providers.md). For the default one, \`OMNI_OPENAI_API_KEY\` comes before \`OPENAI_API_KEY\`, and
\`OMNI_OPENAI_BASE_URL\` points it at any other OpenAI-compatible server.`

/** Sections that are the same by another name are not listed twice. */
const isListed = (field: Field): boolean => !['combos', 'routes'].includes(sectionOf(field))

function configurationPage(): string {
  const unknown = fields.filter((field) => isListed(field) && !Object.hasOwn(sections, sectionOf(field)))
  if (unknown.length > 0) throw new Error(`Say in scripts/generate/configuration.ts what the section of ${unknown[0]!.path} is for.`)
  return document('`src/config/schema.ts`', '# Configuration', intro, ...Object.entries(sections).map(sectionPage), others)
}

/** The leaves are ours: the library knows only that they read something. */
function jsonSchema(): string {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'ref',
    override: ({ zodSchema, jsonSchema: json }) => {
      const about = aboutOf(zodSchema)
      if (about) Object.assign(json, about.json, about.description === undefined ? {} : { description: about.description })
      if (json.default !== undefined) delete json.default
    },
  })
  return `${JSON.stringify({ ...made, title: 'Omni Gateway', description: 'The file omni.yaml. Generated by `npm run generate`.' }, null, 2)}\n`
}

export const pages: readonly Page[] = [
  { path: 'docs/configuration.md', make: configurationPage },
  { path: 'docs/omni.schema.json', make: jsonSchema },
]
