/** What stands under a provider's name in the file: where it is, our accounts of it, and how it is asked. */

import { z } from 'zod'
import { cloudWords } from './clouds.ts'
import { choice, count, duration, each, flag, list, number, optional, setting, text } from './kinds.ts'
import { anything, modelName, name, names, secret } from './names.ts'
import { someDeadlines } from './spans.ts'
import { strategyNames } from './strategies.ts'

const wireNames = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate', 'bedrock-converse', 'cohere-chat', 'openai-completions'] as const

const words = (says: string, description: string) => z.record(z.string(), each(text(says, anything), description)).prefault({})
const underWay = () => count(1, 100_000)

const account = z.strictObject({
  key: optional(secret('a key without spaces'), 'The account’s secret, best as `${VARIABLE}`.', { isSecret: true }),
  weight: setting(number(0, 1000), 'Its share, for strategies that look at weights; with 0 it is asked only when the others are out.', { or: 1 }),
  concurrency: optional(underWay(), 'Calls that it may have under way at once; those of the provider where absent.'),
  covered: optional(
    flag(),
    'A subscription covers its calls: they cost nothing, and receipts tell what they would have cost. As the entry’s own where absent.',
  ),
})

const check = z
  .strictObject({
    every: optional(duration('1s', '24h'), 'Ask the provider whether it is there, so often, and trust or leave it by what it says. Off where absent.'),
    path: optional(text('a path that begins with `/`', /^\/[^\s\\#]{0,500}$/), 'Behind `baseUrl`: what is asked, by GET; a list of models where absent.'),
  })
  .prefault({})

export const provider = z.strictObject({
  like: optional(
    text('the name of a provider', name),
    'The provider whose wires and ways it has; its own name where absent. Any OpenAI-compatible server is `like: openai`, and is then asked by Chat Completions; if it serves Responses too, say so in `wires`.',
  ),
  key: optional(
    secret('a key without spaces'),
    'The secret that the provider wants, best as `${VARIABLE}`: that of the account `default`. On AWS an API key, or `id:secret`; on Google Cloud the path of a service account’s key file.',
    { isSecret: true },
  ),
  accounts: z.record(names('letters, digits and `. _ -`', name), account).prefault({}),
  strategy: setting(choice(strategyNames), 'Which of the accounts is asked first, and which next.', { or: 'priority' }),
  concurrency: optional(underWay(), 'Calls that it may have under way at once; `upstream.connections` where absent.'),
  quota: optional(
    text('`model`, `account` or a name', name),
    'What its rate limits hold for: each model of an account apart (`model`), the whole `account`, or, under any other name, all entries together that say the same name. What is known of the provider where absent.',
  ),
  check,
  region: optional(text(cloudWords.region.says, cloudWords.region.shape), 'Where a cloud serves it.'),
  project: optional(text(cloudWords.project.says, cloudWords.project.shape), 'The project of the cloud that it is asked for.'),
  baseUrl: optional(text('a URL', anything), 'Where it is: what stands before the paths of its wires. https, or http on loopback and in private networks.'),
  query: words('text', 'Parameters that are put behind the path, as `api-version`.'),
  headers: words('text on one line', 'Headers that are sent with every call.'),
  models: setting(list('a list of model ids', modelName, 2000), 'Models that it has, so that their bare names lead here and `GET /v1/models` lists them.', {
    or: [],
  }),
  wires: optional(
    list(`a list of ${wireNames.join(', ')}`, new RegExp(`^(${wireNames.join('|')})$`), 8),
    'The wires to speak with it, best first; where absent, all that the provider speaks, and of those only the common ones at another address than the provider’s own.',
  ),
  covered: setting(flag(), 'The same of all its accounts.', { or: false }),
  sponsored: setting(flag(), 'Only callers who redeemed an invitation to its models may use it, and those who brought a key of their own.', { or: false }),
  prices: optional(text('the name of a provider', name), 'Whose prices it has, where it is not at the provider’s own address.'),
  deadlines: someDeadlines,
})

export type GivenProvider = z.output<typeof provider>
export type GivenAccount = z.output<typeof account>
