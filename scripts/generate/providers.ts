/** Makes the page of providers out of their data. */

import { providers } from '../../src/providers/index.ts'
import { pathOf, type FormPlace, type MediaPlace, type Provider } from '../../src/providers/provider.ts'
import type { Quirks } from '../../src/wires/quirks.ts'
import { code, document, table, type Page } from './page.ts'

const intro = `A provider is connected by its variable, or by an entry in \`omni.yaml\` ([configuration](configuration.md)). Its models are asked for by
\`prefix/model\`; what stands behind the prefix goes to the provider as it is. Any other server that speaks one of these wires is connected by an entry with
\`like: openai\` or \`like: anthropic\` and a \`baseUrl\`. Where a provider speaks the client's own wire, that one is used, and the bytes go through untouched.
In a cloud's address, \`{region}\` and \`{project}\` are what the variables beside it say, or \`region\` and \`project\` of the entry; a \`{region-}\` is nothing where the region is \`global\`.`

const list = (words: readonly string[]): string => words.map(code).join(' ')

function variables({ auth, baseUrlEnv = [], regionEnv = [], projectEnv = [] }: Provider): string {
  const keys = auth.scheme === 'none' ? [] : [...auth.env, ...(auth.scheme === 'aws' ? auth.pair : [])]
  return list([...keys, ...baseUrlEnv, ...regionEnv, ...projectEnv]) || 'none'
}

function formsOf({ forms = {}, media = {} }: Provider): string {
  const places: readonly (FormPlace | MediaPlace)[] = [...Object.values(forms), ...Object.values(media)].flat()
  return places.map((place) => `${place.dialect} ${code(place.path)}${'most' in place ? `, ${place.most} at once` : ''}`).join('<br>')
}

function rowOf(provider: Provider): readonly string[] {
  const { name, docs, prefixes, baseUrl, speaks, substrate } = provider
  const wires = Object.entries(speaks).map(([wire, path]) => `${wire} ${code(pathOf(path, false))}`)
  const address = baseUrl === undefined ? (substrate === 'built_in' ? 'the gateway itself' : 'the operator says it') : code(baseUrl)
  return [
    `[${name}](${docs})`,
    prefixes.map((prefix) => code(`${prefix}/`)).join(' '),
    variables(provider),
    address,
    wires.join('<br>'),
    formsOf(provider),
    substrate,
  ]
}

/** Each quirk as a clause. */
const clauses: { readonly [quirk in keyof Quirks]-?: (value: NonNullable<Quirks[quirk]>) => string } = {
  drop: (fields) => `these hints are left out: ${list(fields)}`,
  rename: (names) =>
    Object.entries(names)
      .map(([from, to]) => `${code(from)} is sent as ${code(to)}`)
      .join(', '),
  add: (fields) => `always sent: ${code(JSON.stringify(fields))}`,
  cap: (limits) =>
    Object.entries(limits)
      .map(([field, most]) => `${code(field)} is at most ${most}`)
      .join(', '),
  developerAsSystem: () => '`developer` messages are sent as `system`',
  textTools: () => 'tools of plain text are offered as they are',
  mediaTypes: (types) =>
    Object.entries(types)
      .map(([type, name]) => (name === null ? `no ${code(type)} is taken` : `${code(type)} is sent as ${code(name)}`))
      .join(', '),
  noCacheMarks: () => 'marks for a cache (`cache_control`) are taken off',
  callIdPattern: (pattern) => `call ids are made to fit ${code(pattern.source)}, and made back in the answer`,
  modelInPath: () => 'the model is named by the path alone',
  noStreamOptions: () => 'usage in streams is told without being asked for',
}

function saying(quirk: keyof Quirks, quirks: Quirks): readonly string[] {
  const value = quirks[quirk]
  return value === undefined || value === false ? [] : [(clauses[quirk] as (value: unknown) => string)(value)]
}

const sentence = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase())

function ways({ name, notice, quota, quirks = {} }: Provider): readonly string[] {
  const said = Object.values(quirks).flatMap((of) => (Object.keys(clauses) as (keyof Quirks)[]).flatMap((quirk) => saying(quirk, of)))
  const shared = quota === 'account' ? ['The limits of an account hold for all its models together.'] : []
  const sentences = [...(notice === undefined ? [] : [notice]), ...shared, ...(said.length === 0 ? [] : [sentence(`${said.join('; ')}.`)])]
  return sentences.length === 0 ? [] : [`- **${name}**: ${sentences.join(' ')}`]
}

const clouds = `## Clouds, and servers of your own

\`\`\`yaml
providers:
  bedrock: { key: \${BEDROCK_KEY}, region: eu-central-1 }                  # an API key, or id:secret, or id:secret:session-token
  vertex:  { key: /etc/omni/account.json, project: my-project, region: global }   # the path of a service account's key file
  east:    { like: azure, key: \${AZURE_KEY}, baseUrl: https://east.openai.azure.com }            # deployments, by dated versions
  west:    { like: azure, key: \${AZURE_KEY}, baseUrl: https://west.openai.azure.com/openai/v1 }  # the version without dates
  local:   { like: openai, baseUrl: http://127.0.0.1:8000/v1, models: [llama] }
\`\`\`

- **Bedrock**: \`bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0\`; the region is the one that signs, and an inference profile's id stands behind the prefix as it is.
  AWS counts tokens for bare ids alone: of a profile they are estimated.
- **Vertex**: \`vertex/gemini-2.5-pro\`, \`vertex/claude-sonnet-4-5@20250929\`; all others go to its OpenAI endpoint. The file is read with the first call, and a wrong one is said
  there: 502 \`upstream_auth_error\`. Tokens are estimated.
- **Azure**: \`east/my-deployment\`. What is called a model is the name of the deployment.
- **\`like: openai\`** at another address is taken to know Chat Completions, legacy completions and the small forms: clients of Responses, Messages and Gemini are translated to
  Chat Completions. Where the server knows Responses too, say \`wires: [openai-responses, openai-chat]\`; what stands first is used where the client's own wire is not among them.
- A provider that needs an address, a region or a project is written into the configuration; the others may also be connected by \`omni connect\`.`

const checked = `## Checked against the vendors' pages, November 2026

- Azure OpenAI: dated API versions end with \`2025-04-01-preview\`, which is the default here; another is set by \`query: { api-version: … }\`. Its newer
  \`/openai/v1\` endpoint is known by that end of the base URL, also with \`like: azure\`.
- Cerebras refuses penalties and \`logit_bias\`; Groq refuses \`logit_bias\`, \`logprobs\` and \`n\` above 1. What would change the shape of the answer is sent, so that the
  provider says no, and is not dropped in silence.
- Cohere is reached by its own API; its compatibility endpoint, which refuses \`stream_options\`, answers clients of Chat Completions.
- DeepSeek renamed its fast model to \`deepseek-flash\`; the old name still works. Its Messages endpoint answers to \`claude-…\` names with its own models.
- Fireworks, OpenRouter, vLLM and Ollama serve Anthropic Messages beside Chat Completions, at the same base URL.
- GLM Coding and MiniMax serve Messages as their first wire, and take the key as a bearer token there too.
- Groq has no one limit on \`max_completion_tokens\`: each model has its own, and the catalogue knows them.
- Perplexity announced the end of Sonar Chat Completions for 27 September 2026; its successor speaks Responses.
- Together's documentation gives \`api.together.ai\`; the old \`api.together.xyz\` is still reached by a \`baseUrl\`.
- xAI deprecates its Messages endpoint.

Not checked again, and taken from earlier documentation: that LM Studio serves Messages, that xAI's reasoning models refuse penalties, which hints Gemini, Mistral, NVIDIA and
Perplexity refuse.`

const head = ['Provider', 'Prefix', 'Variables', 'Base URL', 'Wires', 'Small forms', 'Substrate']

export const pages: readonly Page[] = [
  {
    path: 'docs/providers.md',
    make: () =>
      document(
        '`src/providers/`',
        '# Providers',
        intro,
        table(head, providers.map(rowOf)),
        '## Their ways',
        providers.flatMap(ways).join('\n'),
        clouds,
        checked,
      ),
  },
]
