/** What requests need that not every model can do, and what a model is known to lack of it: what is not certain is left out, and taken to be there. */

import { builtIn } from './table.ts'
import { traitsOf } from './traits.ts'

/** Needs that decide between targets, and what they mean: a closed list, shown where a choice is explained and taken by a chain's `lacks`. */
export const needs = {
  images: 'A picture is shown to the model.',
  documents: 'A document, as a PDF, is given to the model.',
  audio: 'Sound is played to the model.',
  video: 'A video is shown to the model.',
  tools: 'The model is offered tools, or told of calls of tools.',
  schema: 'The answer must keep to a JSON Schema.',
  json: 'The answer must be JSON, of any shape.',
  speech: 'The answer is to be spoken.',
  drawing: 'The answer is to hold pictures.',
  choices: 'Several answers are asked for at once.',
  logprobs: 'The answer is to tell how likely its tokens were.',
} as const

export type Need = keyof typeof needs

export const needNames = Object.keys(needs) as readonly Need[]

/** Each need's place in a mask. */
export const needBits = Object.fromEntries(needNames.map((name, at) => [name, 1 << at])) as { readonly [name in Need]: number }

export function bitsOf(names: readonly Need[]): number {
  return names.reduce((bits, name) => bits | needBits[name], 0)
}

/** The words of a mask, in the order of the list. */
export function needsIn(bits: number): readonly Need[] {
  return needNames.filter((name) => (bits & needBits[name]) !== 0)
}

/** What one request needs. `input` and `output` are tokens, the first an estimate and the second what was asked for: 0 where nothing was. */
export interface Needs {
  readonly bits: number
  readonly input: number
  readonly output: number
}

/** What a model can do, as far as is known. */
export interface Abilities {
  /** Bits of what it surely cannot do. */
  readonly lacks: number
  /** Tokens that prompt and answer may have together; Infinity where nobody knows. */
  readonly context: number
  /** Tokens that it writes in one answer at most; Infinity where nobody knows. */
  readonly output: number
}

/** Our count of a prompt is its bytes divided by four, which is too high by a quarter at times: a prompt is too long only where it surely is. */
const surelyOf = 0.8

export function isAble({ bits, input, output }: Needs, { lacks, context, output: most }: Abilities): boolean {
  return (bits & lacks) === 0 && input * surelyOf + output <= context && output <= most
}

/** Whether a model of this context may take what was too long for one of that: an unknown one may, and any may where that is unknown. */
export function mayTakeMore(context: number, thanThat: number): boolean {
  return context > thanThat || thanThat === Infinity
}

type Rule = readonly [id: RegExp, lacks: number]

/** Text comes out of it, and neither sound nor video goes in. */
const silent = bitsOf(['audio', 'video', 'speech', 'drawing'])
const blind = silent | needBits.images
const { tools, schema, json, documents, choices, logprobs } = needBits

/**
 * The first that fits counts. Names that a vendor moves to its newest model (`…-latest`, `deepseek-chat`) are in none of them, nor are models that may
 * have learned since. https://developers.openai.com/api/docs/models, https://platform.claude.com/docs/en/about-claude/models/overview
 */
const makers: readonly Rule[] = [
  [/^gpt-oss/, blind],
  [/^o1-(?:mini|preview)/, blind | documents | tools | json | logprobs],
  [/^o3-mini/, blind | documents | logprobs],
  [/^o[134](?:-|$)/, silent | logprobs],
  [/^gpt-4(?:-32k)?(?:-0\d{3})?$|^gpt-3\.?5.*-0[36]\d\d$/, blind | documents | json],
  [/^gpt-3\.?5/, blind | documents],
  [/^gpt-4-(?:turbo-preview|(?:0125|1106)-preview)$/, blind | documents],
  [/^(?:chatgpt-4o|gpt-4-turbo|gpt-4o(?!.*(?:audio|realtime|transcribe|tts))|gpt-4\.1|gpt-5(?!.*(?:image|audio)))/, silent],
  [/^gpt-(?:4o(?:-mini)?-)?audio/, needBits.images | documents | needBits.video | needBits.drawing],
  [/^gpt-6(?:\.\d)?-(?:astra|sol|luna|terra)/, silent],
  [/^claude-(?:v?[12]|instant)/, blind | tools],
  [/^claude/, silent],
]

/**
 * Weights that anyone may host: what their makers did not teach them no host adds, but that documents are read for them by some.
 * As their model cards say; https://models.dev has a table of them.
 */
const open: readonly Rule[] = [
  [/^command-a-vision/, silent | tools],
  [/(?:^|[-.])(?:vl|vision|omni|audio|multimodal)(?:[-.\d]|$)|llava|ultravox/, 0],
  [/^deepseek-(?:v[23](?![\d])|r1|coder|v4-pro)/, blind],
  [/^llama-?(?:2|3(?:[-.:]|$)(?!2-(?:11|90)b)|v3p[13]|3p[13])/, blind],
  [/^llama-?[34]/, silent],
  [
    /^(?:open-)?mixtral|^(?:open-)?mistral-(?:7b|nemo|saba|tiny|small-240[29]|small-2501|small-24b|large-24)|^codestral-2|^mathstral|^devstral.*-25(?:05|07)/,
    blind,
  ],
  [/^ministral-[38]b-2410|^magistral-(?:small|medium)-250[67]/, blind],
  [/^command(?:-light|-r|-a-(?:03-2025|reasoning|translate))|^c4ai-|^aya-expanse/, blind],
  [/^qwen-?(?:1[.p]5|2|2[.p]5|3)(?:-|:|$)|^qwq/, blind],
  [/^kimi-k2(?![.p]\d)/, blind],
  [/^minimax-m2/, blind],
  [/^(?:zai-)?glm-4(?:[.p-][5-7])?(?:-|$)(?!.*v)/, blind],
  [/^nova-micro|^titan-text|^jamba/, blind],
  [/^phi-(?:3|3\.5|4)(?:-mini|-small|-medium|-reasoning|$)/, blind],
  [/^gemma-?[12](?:-|:|$)|^gemma-3-(?:1b|270m)/, blind],
  [/^gemma-?3(?!n)/, silent],
  [/^sonar/, silent | tools],
]

/**
 * What one host takes less than the model could. https://console.groq.com/docs/structured-outputs and https://console.groq.com/docs/openai (one choice, no
 * log probabilities), https://ai.google.dev/gemma/docs/core/gemma_on_gemini_api (Gemma 3 is offered no tools there, and no schema).
 */
const hosted: { readonly [provider: string]: readonly Rule[] } = {
  groq: [
    [/^llama-3|^qwen|^gemma|^mixtral|^deepseek|^mistral/, schema | documents | choices | logprobs],
    [/^/, documents | choices | logprobs],
  ],
  cerebras: [[/^/, documents]],
  cohere: [[/^/, documents]],
  google: [[/^gemma-?3/, tools | schema | json]],
}

/** The most that a model takes where the client asks for it by a header. https://platform.claude.com/docs/en/build-with-claude/context-windows */
const widened: readonly (readonly [id: RegExp, context: number])[] = [[/^claude-sonnet-4(?![-.][6-9])/, 1_000_000]]

/** Where a vendor serves what its name for a model no longer says: nothing of it is known. */
const moved: { readonly [provider: string]: RegExp } = { deepseek: /^deepseek-(?:chat|reasoner|v4-flash)/ }

/** Models are those of the configuration and few that clients name: beyond this many the cache begins anew. */
const mostCached = 2000
const longestName = 200
const cache = new Map<string, Abilities>()
const unknown: Abilities = { lacks: 0, context: Infinity, output: Infinity }

/** `provider` is the catalogue's name for who serves it, null where it has none. */
export function abilitiesOf(provider: string | null, model: string): Abilities {
  if (model.length > longestName) return unknown
  const name = `${provider}/${model}`
  const known = cache.get(name)
  if (known !== undefined) return known
  if (cache.size >= mostCached) cache.clear()
  const found = find(provider ?? '', model)
  cache.set(name, found)
  return found
}

function find(provider: string, model: string): Abilities {
  const id = bareId(model)
  if (Object.hasOwn(moved, provider) && moved[provider]!.test(id)) return unknown
  const { maxOutput = Infinity, mayWriteMore, nativeSchema } = traitsOf(provider, model)
  const lacks = lacksBy([...makers, ...open], id) | lacksBy(Object.hasOwn(hosted, provider) ? hosted[provider]! : [], id)
  return {
    // Claude is given a tool for its answer where it cannot be held to a schema: it comes on a wire where the gateway does so.
    lacks: nativeSchema === false && !/claude/.test(id) ? lacks | schema : lacks,
    context: widened.find(([pattern]) => pattern.test(id))?.[1] ?? builtIn.find(provider, model)?.context ?? Infinity,
    output: mayWriteMore ? Infinity : maxOutput,
  }
}

const lacksBy = (rules: readonly Rule[], id: string): number => rules.find(([pattern]) => pattern.test(id))?.[1] ?? 0

/** Without who hosts it, where, and who made it: `us.meta.llama3-1-70b-instruct-v1:0` and `meta-llama/Meta-Llama-3.1-70B` are both of `llama`. */
function bareId(model: string): string {
  const id = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return id.replace(/^(?:[a-z][a-z\d-]*\.)+(?=[a-z])|^meta-|^ft:/, '')
}
