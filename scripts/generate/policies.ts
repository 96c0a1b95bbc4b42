/** Makes the page of policy documents out of the facts, the parts of the risk and the fields that there are. */

import { mostCharacters } from '../../src/policy/cel.ts'
import { mostPattern, mostSteps, mostText } from '../../src/policy/cel-walk.ts'
import { mostRules } from '../../src/policy/compile.ts'
import { builtIn, kindsOf } from '../../src/policy/detectors/index.ts'
import { factsOfNamed } from '../../src/policy/facts-detected.ts'
import { timeFacts } from '../../src/policy/facts-time.ts'
import { facts, mostItems, type Fact } from '../../src/policy/facts.ts'
import { highFrom, mediumFrom, riskFacts, riskParts } from '../../src/policy/risk.ts'
import { wantedFields } from '../../src/policy/when.ts'
import { code, document, table, type Page } from './page.ts'

const intro = `A policy is a document of rules over the calls of a scope. Its rules are judged when the call has a target, before anybody is asked, and on what is answered.
BLOCK beats REVIEW beats changes beats ALLOW, whatever document they stand in. A rule that cannot be judged is never skipped: it comes to what its \`onError\` says,
and the receipt tells it.

\`\`\`yaml
version: 3                     # as its author counts; the gateway counts for itself
name: house                    # it is stored under this name
jurisdiction: eu
tenant: acme                   # whose it is; the installation's where absent
scope: team:ml                 # all (the default), or tenant:… team:… agent:… user:… key:…
mode: enforce                  # or shadow: judged and told, and nothing is done
time_zone: Europe/Berlin       # of time.hour, time.weekday and time.date
detectors:
  - { kind: words, name: rivals, words: [globex, "initech*"] }
  - { kind: topics, name: legal, words: [court, lawsuit, attorney, damages], least: 2 }
rules:
  - id: no-secrets
    description: Nobody sends keys to a provider.
    when: secrets.count > 0
    outcome: BLOCK
    tags: [security]
  - id: addresses
    when: pii.email > 0
    then: { redact: [pii.email] }
  - id: dear-at-night
    when: cost_usd > 2.0 && (time.hour < 6 || time.weekday > 5)
    outcome: REVIEW
    review: { wait: 30s, expires_in: 12h }
  - id: attacks
    when: injection.score > 0.8 && "shell" in request.tool_names
    then: { strip_tools: [shell], chain: careful }
    onError: review
  - id: no-rivals
    when: words.rivals > 0
    on: answer
    outcome: BLOCK
\`\`\`

\`omni policy check house.yaml\` says what is wrong with it, each with its line and column, and needs no gateway; \`omni policy set house.yaml\` stores it, and it counts at once; \`omni policy replay house.yaml --since 7d\`
tells what it would have done. The control API has \`/_omni/policies\`, with \`POST …/check\` and \`POST …/replay\` ([control-api.md](control-api.md)).

## A rule`

const fields: readonly (readonly [string, string])[] = [
  ['`id`', 'Its name in receipts: `house/no-secrets@4`, where 4 is the version that the document is stored at.'],
  ['`when`', 'A condition in CEL, or an object (below).'],
  ['`on`', '`request` (the default), `answer` or `both`. What detectors say is of the one that is judged.'],
  ['`outcome`', '`ALLOW` (the default where there is `then`), `REVIEW` or `BLOCK`.'],
  [
    '`then`',
    'What is done to a call that goes on. Of several rules the strictest of each counts. What is said of chat is done to chat alone: in a rule that names other APIs or operations it would do nothing, and whoever writes it is told so.',
  ],
  [
    '`then.redact`',
    'Findings that are taken out: `pii`, `pii.email`, `words.rivals`; or `{ what, how, restores }`, where `how` is `placeholder` (the default; the answer has the originals again unless `restores: false`) or `mask`, which stays whatever `restores` says.',
  ],
  ['`then.set`', 'Of chat: settings of the request in the words of its own API, as `{ temperature: 0 }`.'],
  ['`then.max_tokens`', 'Of chat: the most tokens that the answer may have.'],
  ['`then.trim_history`', 'Of chat: tokens that the history may have. The last turn stays, and calls of tools stay with their results.'],
  ['`then.chain`', 'The chain that the call goes to.'],
  ['`then.strip_tools`', 'Of chat: names of tools that are left out, or `true` for all.'],
  ['`tags`', 'Words that the receipt gets.'],
  [
    '`onError`',
    '`deny`, `review` or `allow`, where it cannot be judged: something is not known, has no answer, or a detector failed. `deny`, but for rules that only tag.',
  ],
  ['`review`', '`wait` (0s): how long the call waits for a person; `expires_in` (24h): when silence is a no.'],
]

const language = `## Conditions

[CEL](https://cel.dev), checked against the facts below when it is loaded: an unknown fact, a wrong type or an unknown function is refused then. Whole numbers are \`int\`,
and numbers with a fraction \`double\`: \`cost_usd > 5\` is fine, \`cost_usd == 5.0\` needs its point. Beside the operators there are \`has\`, \`size\`, \`startsWith\`, \`endsWith\`, \`contains\`,
\`lowerAscii\`, \`upperAscii\`, \`trim\`, \`int\`, \`double\`, \`string\`, \`exists\`, \`all\`, \`exists_one\`, \`filter\`, \`map\`, and \`rematch(text, "pattern")\`: RE2, anywhere in the text.

Models are compared in any case, since providers serve them so: \`target.model == "GPT-4o"\` holds for \`gpt-4o\` too, and so do patterns. All other texts are compared
letter by letter. \`request.model\` is what the client wrote, which may be an alias, or have its provider before it: a rule that nobody shall get round asks for \`target.model\`,
or says \`{ model: … }\` as an object: that is the model that the call goes to, each target of a chain by itself, or what the client asked for.

What could take long is refused when it is loaded: \`matches\` (its patterns can take for ever), going through a list inside of going through another, more than
${mostSteps.toLocaleString('en')} steps, ${mostCharacters.toLocaleString('en')} characters, patterns of more than ${mostPattern}, documents of more than ${mostRules} rules. A text of more than ${mostText} characters is not
held against a pattern, and a list of more than ${mostItems.toLocaleString('en')} not gone through: the rule cannot be judged then.

Where one side of \`&&\` is false the whole is false, whatever is the matter with the other; so a rule that names its \`target.model\`, provider or team is not even looked at for other
calls, and what it reads is not computed for them. Fifty rules of which five apply take about two microseconds.

## Conditions as objects

All of the fields must be so; of several values one is enough.`

const known: { readonly [source in Fact['source']]: string } = {
  asker: 'always',
  call: 'always',
  time: 'always',
  labels: 'always',
  shape: 'counted',
  tokens: 'estimated',
  cost: 'estimated',
  budgets: 'looked up',
  detected: 'by a detector',
  risk: 'by detectors',
}

const factRows = (list: readonly Fact[]) => list.map(({ name, type, source, meaning }) => [code(name), code(type), known[source], meaning])

const named = (['words', 'topics', 'domains', 'languages'] as const).flatMap((kind) => factsOfNamed('<name>', { kind, name: '', words: [] }))
const outside = factsOfNamed('<name>', { kind: 'outside', name: '', service: '', sample: 1, onFailure: 'fault' })

const detected = builtIn.map(({ name, kind }) => {
  if (kind === 'languages') return [code(name), 'The language of most of the text, as `"en"`; `"unknown"` where nobody can tell.']
  if (kind === 'domains') return [code(name), '`.count`: hosts that are named.']
  const kinds = (kindsOf[kind] ?? []).map((one) => code(`.${one}`)).join(', ')
  if (kind === 'size') return [code(name), `Whole numbers: ${kinds}.`]
  return [code(name), `${kind === 'injection' ? '`.score` (0 to 1), ' : ''}\`.count\`, and by kind: ${kinds}.`]
})

const risk = `## Risk

A sum of parts, cut at 1. From ${mediumFrom} on it is \`medium\`, from ${highFrom} on \`high\`. The receipt tells the parts (\`risk_parts\`), the answer the sum (\`x-omega-risk-score\`). What no rule reads is
not computed, and adds nothing to the score of a receipt; a rule that reads the risk has all of it computed.`

const replay = `## Replay

\`omni policy replay\` judges past calls by their receipts, rule by rule, as if each counted. What receipts do not hold is not replayed, and said so: what detectors found, the risk,
budgets, names of tools, bytes of requests. \`cost_usd\` is then what the call really cost. The newest receipts are read first, 200,000 or half a minute of them.`

function make(): string {
  return document(
    '`src/policy`',
    '# Policies',
    intro,
    table(['Field', 'Says'], fields),
    language,
    table(
      ['Field', 'Takes'],
      Object.entries(wantedFields).map(([name, { takes }]) => [code(name), takes]),
    ),
    '## Facts\n\n“Known” says what it takes: what is counted, estimated, looked up or found by a detector is so only where a rule that may apply to the call reads it.',
    table(['Fact', 'Type', 'Known', 'Meaning'], factRows([...facts, ...timeFacts('UTC'), ...named, ...outside, ...riskFacts])),
    '## What detectors find\n\nOf the texts of the request, or of the answer where the rule is about answers ([detectors.md](detectors.md)).',
    table(['Detector', 'Facts'], detected),
    risk,
    table(
      ['Part', 'At most', 'Is'],
      riskParts.map(({ name, weight, meaning }) => [code(name), String(weight), meaning]),
    ),
    replay,
  )
}

export const pages: readonly Page[] = [{ path: 'docs/policies.md', make }]
