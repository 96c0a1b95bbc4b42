/** Whether two names are of one model, whoever spells them: hosts put their own words before and behind a maker's name. */

/** Told of a name that an answer gives, beside the one that was asked for. */
export type Likeness = 'same' | 'other' | 'unsure'

/** What is put before or behind a name, or written otherwise, and what it becomes. In this order, on names in lower case. */
const spellings: readonly (readonly [RegExp, string])[] = [
  // `models/…` (Gemini), `publishers/google/models/…` (Vertex AI), `accounts/fireworks/models/…`, `anthropic/…` (OpenRouter), ARNs of AWS.
  [/^.*\//, ''],
  // `us.anthropic.…`: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
  [/^(?:[a-z]+(?:-[a-z]+)*\.)+(?=[a-z])/, ''],
  // `…-v1:0` of Amazon Bedrock; `…-v2@20241022` of Vertex AI.
  [/-v\d+(?::\d+)+$/, ''],
  [/-v\d+(?=@)/, ''],
  [/@(?:default|latest)$/, ''],
  // The ways of one model at OpenRouter (https://openrouter.ai/docs/faq), and Ollama's usual tag.
  [/:(?:free|nitro|floor|online|exacto|extended|beta|latest)$/, ''],
  // Azure's names have no dots: `gpt-35-turbo`.
  [/^gpt-35-/, 'gpt-3-5-'],
  [/[.@_]/g, '-'],
  // `claude-4.5-sonnet` and `claude-sonnet-4-0` are other names for `claude-sonnet-4-5` and `claude-sonnet-4`.
  [/^claude-(\d+(?:-\d)?)-(opus|sonnet|haiku)\b/, 'claude-$2-$1'],
  [/^(claude-[a-z]+-\d)-0\b/, '$1'],
]

/** A version or a date behind a name: `-20250929`, `-2024-08-06`, `-05-06`, `-09-2025`, `-0613`, `-001`, `-v2`. */
const snapshot = /^(?:-v\d+)?(?:-(?:\d{8}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{2}-\d{4}|\d{3,4}))?$/
/** What the name behind an alias may have more than the alias. */
const versionWord = /^(?:v?\d+|preview|exp)$/

const most = 1000
/** By both names: models are few, and answer by the same name each time. At most `most`. */
const known = new Map<string, Likeness>()

/** `unsure` where the asked name has a date and the told one has none: it may be that snapshot, or another. */
export function compareNames(told: string, asked: string): Likeness {
  if (told === asked) return 'same'
  const names = `${told} ${asked}`
  const found = known.get(names)
  if (found !== undefined) return found
  if (known.size >= most) known.clear()
  const likeness = compare(spell(told), spell(asked))
  known.set(names, likeness)
  return likeness
}

function spell(name: string): string {
  return spellings.reduce((text, [pattern, by]) => text.replace(pattern, by), name.toLowerCase())
}

function compare(told: string, asked: string): Likeness {
  if (isSnapshotOf(told, asked) || (asked.endsWith('-latest') && isBehindAlias(told, asked))) return 'same'
  return isSnapshotOf(asked, told) ? 'unsure' : 'other'
}

function isSnapshotOf(name: string, of: string): boolean {
  return name.startsWith(of) && snapshot.test(name.slice(of.length))
}

/** `gemini-flash-latest` stands for `gemini-2.5-flash-preview-09-2025`: the words of the alias, in order, and versions among them. */
function isBehindAlias(told: string, alias: string): boolean {
  const words = alias.split('-').slice(0, -1)
  let at = 0
  for (const word of told.split('-')) {
    if (word === words[at]) at += 1
    else if (!versionWord.test(word)) return false
  }
  return at === words.length
}
