/** What is known of a model's ways, by its id: how it is told to think, and what it takes and refuses. Claude's were checked in November 2026; what is not certain is left out. */

/** What is absent is unknown; a wire then says what the client said. */
export interface Traits {
  /** The model's id at the provider. */
  readonly model: string
  /** The most tokens it writes in one answer. */
  readonly maxOutput?: number
  /** The makers name no limit, or hosts allow other ones: `maxOutput` is what it surely writes, and it may write more. */
  readonly mayWriteMore?: true
  readonly thinking?: 'effort' | 'budget' | 'adaptive' | 'none'
  /** Whether it can be held to a JSON Schema. */
  readonly nativeSchema?: boolean
  /** Whether it goes on from a last turn of its own. */
  readonly prefill?: boolean
  /** Whether temperature, top_p and penalties may be set. */
  readonly sampling?: boolean
  /** Whether places in the prompt can be marked for its cache, where the vendor has a word for it. */
  readonly cacheBreakpoints?: boolean
}

type Ways = Omit<Traits, 'model'>
type Rule = readonly [id: RegExp, ways: Ways]

const plain = { thinking: 'none', sampling: true } as const

/**
 * Thinking: adaptive since 4.6, and adaptive alone since 4.7 (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).
 * Schemas (`output_config.format`): since 4.5 (https://platform.claude.com/docs/en/build-with-claude/structured-outputs).
 * Prefill: refused since 4.6 (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
 * Sampling: refused since 4.7 (https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-7). A new Claude is taken for one of these.
 */
const strictClaude = { thinking: 'adaptive', nativeSchema: true, prefill: false, sampling: false } as const
const budgetClaude = { thinking: 'budget', prefill: true, sampling: true } as const
const claude: readonly Rule[] = [
  [/claude-(?:v?[12]|instant)/, { ...plain, nativeSchema: false, prefill: true, maxOutput: 4096 }],
  [/claude-3[-.]5/, { ...plain, nativeSchema: false, prefill: true, maxOutput: 8192 }],
  [/claude-3[-.]7|claude-sonnet-3[-.]7/, { ...budgetClaude, nativeSchema: false, maxOutput: 64_000, mayWriteMore: true }],
  [/claude-3/, { ...plain, nativeSchema: false, prefill: true, maxOutput: 4096 }],
  [/claude-(?:opus-4[-.][78]|4[-.][78]-opus)/, { ...strictClaude, maxOutput: 128_000 }],
  [/claude-(?:opus-4[-.]6|4[-.]6-opus)/, { ...strictClaude, sampling: true, maxOutput: 128_000 }],
  [/claude-(?:sonnet-4[-.]6|4[-.]6-sonnet)/, { ...strictClaude, sampling: true, maxOutput: 64_000 }],
  [/claude-(?:(?:opus|sonnet|haiku)-4[-.]5|4[-.]5-(?:opus|sonnet|haiku))/, { ...budgetClaude, nativeSchema: true, maxOutput: 64_000 }],
  [/claude-(?:opus-4|4-opus)/, { ...budgetClaude, nativeSchema: false, maxOutput: 32_000 }],
  [/claude-(?:sonnet-4|4-sonnet)/, { ...budgetClaude, nativeSchema: false, maxOutput: 64_000 }],
  // The makers name no lower limit for the fifth generation; this much all of them write.
  [/claude/, { ...strictClaude, maxOutput: 64_000, mayWriteMore: true }],
]

/** Reasoning models take an effort and refuse sampling: https://platform.openai.com/docs/guides/reasoning. Limits: https://platform.openai.com/docs/models. */
const reasoner = { thinking: 'effort', nativeSchema: true, prefill: false, sampling: false } as const
const chatter = { ...plain, nativeSchema: true, prefill: false } as const
const gpt: readonly Rule[] = [
  [/^o1-(?:mini|preview)/, { thinking: 'none', nativeSchema: false, prefill: false, sampling: false, maxOutput: 32_768, mayWriteMore: true }],
  [/^o[134](?:-|$)/, { ...reasoner, maxOutput: 100_000 }],
  [/^gpt-\d+(?:[.-]\d+)?-chat/, { ...chatter, maxOutput: 16_384 }],
  // Marks in the prompt: https://developers.openai.com/api/docs/guides/prompt-caching
  [/^gpt-(?:5\.(?:[6-9]|\d\d)|[6-9]|\d\d)/, { ...reasoner, maxOutput: 128_000, cacheBreakpoints: true }],
  [/^gpt-5/, { ...reasoner, maxOutput: 128_000 }],
  [/^gpt-4\.1/, { ...chatter, maxOutput: 32_768 }],
  [/^gpt-4o-2024-05-13/, { ...chatter, nativeSchema: false, maxOutput: 4096 }],
  [/^(?:chat)?gpt-4o/, { ...chatter, maxOutput: 16_384 }],
  [/^gpt-4(?:-0\d{3})?$/, { ...chatter, nativeSchema: false, maxOutput: 8192 }],
  [/^gpt-(?:4|3\.5)/, { ...chatter, nativeSchema: false, maxOutput: 4096 }],
  [/^gpt-oss/, { thinking: 'effort', nativeSchema: true, sampling: true }],
]

/** https://ai.google.dev/gemini-api/docs/thinking, https://docs.x.ai/docs/guides/reasoning, https://api-docs.deepseek.com/guides/thinking_mode. */
const others: readonly Rule[] = [
  [/gemini-(?:1|2\.0)/, { ...plain, nativeSchema: true, maxOutput: 8192 }],
  [/gemini-2\.5/, { thinking: 'budget', nativeSchema: true, sampling: true, maxOutput: 65_536 }],
  [/gemini-\d/, { thinking: 'effort', nativeSchema: true, sampling: true, maxOutput: 65_536 }],
  [/grok-(?:3-mini|4\.[2-9])/, { thinking: 'effort', nativeSchema: true, sampling: true }],
  [/grok/, { ...plain, nativeSchema: true }],
  [/deepseek-(?:chat|v3)/, { ...plain, nativeSchema: false, maxOutput: 8192, mayWriteMore: true }],
  [/deepseek-reasoner|deepseek-r1/, { thinking: 'none', nativeSchema: false, maxOutput: 65_536, mayWriteMore: true }],
  [/deepseek/, { thinking: 'effort', nativeSchema: false }],
  [/mistral|ministral|codestral|devstral|pixtral/, { ...plain, nativeSchema: true }],
  [/command-a-reasoning/, { thinking: 'budget', nativeSchema: true, sampling: true }],
  [/mixtral|llama|gemma-[12]|command-|qwen-?2/, plain],
]

/** What one host allows less than the model could: https://console.groq.com/docs/models, https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html. */
const hosted: { readonly [provider: string]: readonly Rule[] } = {
  groq: [
    [/llama-3\.3-70b/, { maxOutput: 32_768 }],
    [/llama-3\.1-8b/, { maxOutput: 131_072 }],
    [/llama-4/, { maxOutput: 8192 }],
    [/gpt-oss/, { maxOutput: 65_536 }],
    [/kimi-k2/, { maxOutput: 16_384 }],
    [/qwen3-32b/, { maxOutput: 40_960 }],
  ],
  bedrock: [[/nova|titan|llama|command|jamba|palmyra|mistral-(?:7b|small|large-24)|mixtral|deepseek\.r1/, { nativeSchema: false }]],
}

/** Names come from clients: beyond this many the cache begins anew. */
const mostCached = 2000
const longestName = 200
const cache = new Map<string, Traits>()

/** What is known of a model; `provider` is the catalogue's name for who serves it. The first rule that fits counts, and what its host says about it. */
export function traitsOf(provider: string, model: string): Traits {
  if (model.length > longestName) return { model }
  const name = `${provider}/${model}`
  const known = cache.get(name)
  if (known !== undefined) return known
  if (cache.size >= mostCached) cache.clear()
  const id = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  const traits = { model, ...waysOf([...claude, ...gpt, ...others], id), ...waysOf(Object.hasOwn(hosted, provider) ? hosted[provider]! : [], id) }
  cache.set(name, traits)
  return traits
}

const waysOf = (rules: readonly Rule[], id: string): Ways | undefined => rules.find(([pattern]) => pattern.test(id))?.[1]
