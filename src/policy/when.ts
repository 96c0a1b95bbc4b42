/** The object form of a condition, `{ "topic": "legal", "amountGreaterThan": 5 }`, as CEL: every field of it must be so. */

import { isWildcard } from '../base/wildcard.ts'
import type { Wanted } from './document.ts'
import type { Problem } from './cel.ts'
import { caseless } from './models.ts'

/** What stands in CEL for a field's value; undefined where the value is not of a kind that the field takes. */
type Written = (value: unknown) => string | undefined

const quoted = (text: string): string => JSON.stringify(text)

/** A text, or several of which one is enough. */
const oneOf =
  (write: (text: string) => string | undefined): Written =>
  (value) => {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (texts.length === 0 || !texts.every((text) => typeof text === 'string' && text !== '')) return undefined
    const parts = (texts as readonly string[]).map(write)
    if (parts.includes(undefined)) return undefined
    return parts.length === 1 ? parts[0] : `(${parts.join(' || ')})`
  }

const is = (fact: string): Written => oneOf((text) => `${fact} == ${quoted(text)}`)

/** Its first `*` stands for anything, as in limits and budgets. */
function patternOf(name: string): string {
  const [head, ...tail] = name.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`))
  return `(?s)^${head}.*${tail.join(String.raw`\*`)}$`
}

/** The model that the call goes to, alone or with its provider before it, as in limits and budgets; or what the client asked for, which may be an alias. */
const isModel = oneOf((text) => {
  const name = caseless(text)
  if (isWildcard(name)) {
    const pattern = quoted(patternOf(name))
    const ways = ['request.model', 'target.model', 'target.provider.lowerAscii() + "/" + target.model'].map((way) => `rematch(${way}, ${pattern})`)
    return `(${ways.join(' || ')})`
  }
  const end = name.indexOf('/')
  const behind = end === -1 ? '' : ` || (target.provider.lowerAscii() == ${quoted(name.slice(0, end))} && target.model == ${quoted(name.slice(end + 1))})`
  return `(request.model == ${quoted(name)} || target.model == ${quoted(name)}${behind})`
})

const isTold = (kind: string): Written => oneOf((name) => (/^[a-z]\w*$/.test(name) ? `${kind}.${name} > 0` : undefined))
const above =
  (fact: string, isWhole = false): Written =>
  (value) => {
    if (typeof value !== 'number' || value < 0 || !Number.isFinite(value) || (isWhole && !Number.isSafeInteger(value))) return undefined
    return `${fact} > ${isWhole ? value : value.toFixed(9).replace(/0+$/, '').replace(/\.$/, '.0')}`
  }

/** `true` for anything, or the kinds that are meant. */
const found = (detector: string): Written => {
  const kinds = oneOf((kind) => (/^[a-z]\w*$/.test(kind) ? `${detector}.${kind} > 0` : undefined))
  return (value) => (value === true ? `${detector}.count > 0` : kinds(value))
}

const labelled: Written = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const parts = Object.entries(value).map(([name, wanted]) => {
    const equals = is(`labels[${quoted(name)}]`)(wanted)
    return equals && `${quoted(name)} in labels && ${equals}`
  })
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(' && ')
}

// oxfmt-ignore
export const wantedFields: { readonly [field: string]: { readonly takes: string; readonly write: Written } } = {
  topic: { takes: 'the name of a topic of this document, or several', write: isTold('topics') },
  words: { takes: 'the name of a list of words of this document, or several', write: isTold('words') },
  domains: { takes: 'the name of a list of domains of this document, or several', write: isTold('domains') },
  riskLevel: { takes: '`low`, `medium` or `high`, or several', write: oneOf((level) => (['low', 'medium', 'high'].includes(level) ? `risk.level == ${quoted(level)}` : undefined)) },
  riskGreaterThan: { takes: 'a number from 0 to 1', write: above('risk.score') },
  amountGreaterThan: { takes: 'dollars', write: above('cost_usd') },
  budgetGreaterThan: { takes: 'a share of the fullest budget, as 0.8', write: above('budget.ratio') },
  tokensGreaterThan: { takes: 'a number of tokens', write: above('request.tokens', true) },
  injectionGreaterThan: { takes: 'a number from 0 to 1', write: above('injection.score') },
  pii: { takes: '`true`, or kinds as `email`', write: found('pii') },
  secrets: { takes: '`true`, or kinds of secrets', write: found('secrets') },
  model: { takes: 'the model that the call goes to, as its provider calls it, alone or with the provider before it (`gpt-4o`, `openai/gpt-4o`, `openai/*`), or the name that the client asked for, as an alias; or several', write: isModel },
  surface: { takes: 'an API, as `openai-chat`, or several', write: is('request.surface') },
  operation: { takes: 'an operation, as `chat`, or several', write: is('request.operation') },
  provider: { takes: 'a provider, or several', write: is('target.provider') },
  region: { takes: 'a region, or several', write: is('target.region') },
  tenant: { takes: 'a tenant, or several', write: is('tenant') },
  team: { takes: 'a team, or several', write: is('team') },
  agent: { takes: 'an agent, or several', write: is('agent') },
  environment: { takes: 'an environment of keys, or several', write: is('key.environment') },
  tool: { takes: 'the name of a tool that is offered, or several', write: oneOf((name) => `${quoted(name)} in request.tool_names`) },
  label: { takes: 'labels with their values, as `{"team": "ml"}`', write: labelled },
}

export function celOf(wanted: Wanted): string | Problem {
  const parts: string[] = []
  for (const [field, value] of Object.entries(wanted)) {
    const known = Object.hasOwn(wantedFields, field) ? wantedFields[field] : undefined
    if (known === undefined) return { problem: `There is no \`${field}\` here: a condition has ${Object.keys(wantedFields).join(', ')}.` }
    const written = known.write(value)
    if (written === undefined) return { problem: `\`${field}\` takes ${known.takes}.` }
    parts.push(written)
  }
  return parts.length === 0 ? { problem: 'It says nothing: a rule for all calls is `when: "true"`.' } : parts.join(' && ')
}
