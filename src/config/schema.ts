/** The one schema of the configuration: it makes the types, the checks, the variables, the docs page, the JSON Schema and the error messages. */

import { z } from 'zod'
import { cloudWords } from './clouds.ts'
import { choice, count, duration, each, flag, list, number, optional, setting, size, text } from './kinds.ts'

const name = /^[A-Za-z0-9][\w.-]{0,63}$/
const modelName = /^[\w.:@/-]{1,200}$/
const host = /^[\w.:[\]-]{1,253}$/
const anything = /[^]/

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export const inputHashes = ['hmac', 'sha256', 'none'] as const
const wireNames = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate', 'bedrock-converse', 'cohere-chat', 'openai-completions'] as const

const secret = (says: string) => text(says, /^\S*$/)
const names = (says: string, pattern: RegExp) => z.string().regex(pattern, { error: `is not a name: ${says}` })
const words = (says: string, description: string) => z.record(z.string(), each(text(says, anything), description)).prefault({})

const server = z.strictObject({
  host: setting(text('a host name or an address', host), 'The address to listen on. Any but loopback needs TLS or `server.allowPlaintext`.', {
    env: 'OMNI_HOST',
    or: '127.0.0.1',
  }),
  port: setting(count(0, 65_535), 'The port to listen on; 0 takes a free one.', { env: 'OMNI_PORT', or: 8080 }),
  hosts: setting(
    list('a list of host names', host, 100),
    'Names that clients may call the gateway by, beside loopback and `server.host`; any other `Host` header is refused.',
    { env: 'OMNI_HOSTS', or: [] },
  ),
  allowPlaintext: setting(flag(), 'Listen beyond loopback without TLS: keys and prompts can then be read on the way. For a proxy in front that speaks TLS.', {
    env: 'OMNI_ALLOW_PLAINTEXT',
    or: false,
  }),
  tls: z
    .strictObject({
      cert: optional(text('a path', anything), 'The file of the certificate and its chain, in PEM.', { env: 'OMNI_TLS_CERT' }),
      key: optional(text('a path', anything), 'The file of the private key, in PEM.', { env: 'OMNI_TLS_KEY' }),
    })
    .prefault({}),
  workers: setting(count(1, 64), 'Processes that serve. Only 1 does anything yet: more come with the limits that they would share.', {
    env: 'OMNI_WORKERS',
    or: 1,
  }),
  headerBytes: setting(size('4KiB', '256KiB'), 'The most that the headers of a request may hold.', { or: '16KiB' }),
  headerTime: setting(duration('100ms', '5min'), 'Until a request’s headers must be whole.', { or: '10s' }),
  bodyIdle: setting(duration('100ms', '10min'), 'Between two pieces of a request’s body.', { or: '15s' }),
  writeIdle: setting(duration('100ms', '1h'), 'Until a client that reads too slowly has caught up.', { or: '60s' }),
  drain: setting(duration('0ms', '1h'), 'How long calls in flight may go on when the gateway is told to stop.', { or: '30s' }),
})

const storage = z.strictObject({
  dataDir: setting(text('a path', anything), 'Where the embedded database and the keys of this installation are.', { env: 'OMNI_DATA_DIR', or: './.omni' }),
  databaseUrl: optional(
    text('a URL as `postgres://user:password@host/database`', /^postgres(ql)?:\/\/\S+$/),
    'A PostgreSQL database instead of the embedded one.',
    { env: 'OMNI_DATABASE_URL', isSecret: true },
  ),
  hasOwnBackup: setting(
    flag(),
    'Backups of the PostgreSQL database are made elsewhere: an upgrade copies nothing. Needed where its tables are larger than 1 GiB.',
    { env: 'OMNI_DATABASE_HAS_BACKUP', or: false },
  ),
  redisUrl: optional(
    text('a URL as `redis://host:6379`', /^rediss?:\/\/\S+$/),
    'Redis or Valkey, for counters that several processes share. Nothing is kept there yet.',
    {
      env: 'OMNI_REDIS_URL',
      isSecret: true,
    },
  ),
})

const log = z.strictObject({
  level: setting(choice(logLevels), 'The least that is logged.', { env: 'OMNI_LOG_LEVEL', or: 'info' }),
  inputHash: setting(
    choice(inputHashes),
    'How the messages of a call are made recognisable in log and receipt: keyed by this installation, plain, or not at all.',
    { env: 'OMNI_INPUT_HASH', or: 'hmac' },
  ),
})

const auth = z.strictObject({
  tokens: optional(
    list('a list of tokens without spaces', /^[^\s,]+$/, 1000),
    'Tokens of clients. Absent: clients need keys, and the first start makes one. Empty: client auth is off, on loopback alone.',
    { env: 'OMNI_AUTH_TOKENS', isSecret: true },
  ),
})

const timeout = (or: string) => [duration('1ms', '24h'), or] as const
const spans = {
  connect: [...timeout('5s'), 'Until a connection to the provider stands.'],
  firstByteStreamed: [...timeout('120s'), 'Until the headers of a streamed answer come.'],
  firstByteWhole: [...timeout('600s'), 'Until the headers of a whole answer come.'],
  firstWord: [...timeout('120s'), 'From the headers of a stream to its first word.'],
  idle: [...timeout('60s'), 'Between two pieces of an answer.'],
  total: [...timeout('60min'), 'One answer in all.'],
} as const
type Span = keyof typeof spans
const eachSpan = <Made>(make: (span: Span) => Made): { [span in Span]: Made } =>
  Object.fromEntries(Object.keys(spans).map((span) => [span, make(span as Span)])) as { [span in Span]: Made }

const deadlines = z.strictObject(eachSpan((span) => setting(spans[span][0], spans[span][2], { or: spans[span][1] })))
const someDeadlines = z.strictObject(eachSpan((span) => optional(spans[span][0], spans[span][2]))).prefault({})

const provider = z.strictObject({
  like: optional(
    text('the name of a provider', name),
    'The provider whose wires and ways it has; its own name where absent. Any OpenAI-compatible server is `like: openai`, and is then asked by Chat Completions; if it serves Responses too, say so in `wires`.',
  ),
  key: optional(
    secret('a key without spaces'),
    'The secret that the provider wants, best as `${VARIABLE}`. On AWS an API key, or `id:secret`; on Google Cloud the path of a service account’s key file.',
    { isSecret: true },
  ),
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
  prices: optional(text('the name of a provider', name), 'Whose prices it has, where it is not at the provider’s own address.'),
  deadlines: someDeadlines,
})

const chain = z.strictObject({
  strategy: setting(
    choice(['priority'], ['round-robin', 'random', 'weighted', 'least-used', 'cost-optimized', 'fastest', 'sticky']),
    'How the targets are ordered; `priority` takes them as they stand.',
    { or: 'priority' },
  ),
  targets: setting(list('a list of models, aliases or chains', modelName, 32), 'What to try, in order, until one answers.', { or: [] }),
  retries: optional(count(0, 10), 'How often one target is asked again; `retry.perTarget` where absent.'),
  strict: optional(flag(), 'Refuse what a target cannot be told, instead of dropping it; `strict` where absent.'),
  providerMessages: optional(flag(), 'Show clients the provider’s own words in errors; `providerMessages` where absent.'),
  deadlines: someDeadlines,
})
const chains = z.record(names('letters, digits and `. _ : @ / -`', modelName), chain).prefault({})

const metadata = z.strictObject({
  keys: setting(
    list('a list of names of letters, digits, `_` and `-`', /^[A-Za-z][\w-]{0,31}$/, 16),
    'The keys of `omni_metadata` that are carried through logs, receipts and traces.',
    { env: 'OMNI_METADATA_KEYS', or: ['team', 'feature', 'env'] },
  ),
  metricLabels: setting(list('a list of keys', /^[A-Za-z][\w-]{0,31}$/, 4), 'Those of the keys that are labels of metrics too.', { or: [] }),
  mostValues: setting(count(1, 1000), 'How many values of one key become labels; all further ones count as `other`.', { or: 100 }),
})

const limits = z.strictObject({
  body: setting(size('1KiB', '1GiB'), 'The most that the body of a request may hold.', { or: '32MiB' }),
  upload: setting(size('1KiB', '10GiB'), 'The most that a form with files may hold; it is never in memory whole.', { or: '100MiB' }),
  spool: setting(
    size('1MiB', '1024GiB'),
    'The most that all uploads together may keep in files without a name, in the data directory, while they wait to be sent.',
    { or: '4GiB' },
  ),
  jsonDepth: setting(count(4, 1000), 'How deep its JSON may be nested.', { or: 64 }),
  jsonKeys: setting(count(10, 10_000_000), 'How many keys its JSON may have.', { or: 100_000 }),
  messages: setting(count(1, 1_000_000), 'How many messages it may have.', { or: 10_000 }),
  sseEvent: setting(size('1KiB', '256MiB'), 'The most that one event of a provider’s stream may hold.', { or: '1MiB' }),
  answer: setting(size('1KiB', '1GiB'), 'The most that a whole answer of a provider may hold.', { or: '64MiB' }),
  streamBuffer: setting(size('16KiB', '64MiB'), 'The most of a stream that waits for a slow client, before the provider is paused.', { or: '256KiB' }),
  hold: setting(duration('0ms', '10min'), 'How long the status of a stream is held back for its first word, so that failover can still change it.', {
    or: '10s',
  }),
  keepAlive: setting(duration('100ms', '10min'), 'After how much silence a waiting client gets a comment.', { or: '15s' }),
})

const retry = z.strictObject({
  attempts: setting(count(1, 20), 'Attempts of one call in all, over all its targets; each target of a longer chain is still asked once.', { or: 3 }),
  perTarget: setting(count(0, 10), 'How often one target is asked again.', { or: 1 }),
  longestPause: setting(duration('0ms', '10min'), 'The longest pause before a target is asked again.', { or: '8s' }),
  totalTime: setting(duration('100ms', '24h'), 'How long the attempts of one call may take in all, until one answers.', { or: '15min' }),
})

const upstream = z.strictObject({
  connections: setting(count(1, 100_000), 'Connections that one provider’s address may have; one call uses one.', { or: 8000 }),
  keepAlive: setting(duration('1ms', '1h'), 'How long an unused connection is kept.', { or: '30s' }),
  headerBytes: setting(size('4KiB', '1MiB'), 'The most that the headers of an answer may hold.', { or: '64KiB' }),
})

const media = z.strictObject({
  fetch: setting(
    flag(),
    'Fetch images and documents that a client names by URL, where the model’s provider takes bytes alone; else such requests are refused.',
    {
      env: 'OMNI_FETCH_MEDIA',
      or: true,
    },
  ),
  bytes: setting(size('1KiB', '256MiB'), 'The most that one call may fetch in all.', { or: '20MiB' }),
  time: setting(duration('100ms', '10min'), 'How long one of them may take.', { or: '20s' }),
  hosts: setting(
    list('a list of host names', host, 100),
    'Names in private networks that may be asked all the same; every other URL must lead to a public address by https.',
    { or: [] },
  ),
})

const receipts = z.strictObject({
  waitingRecords: setting(count(1, 10_000_000), 'Receipts that may wait in memory to be stored.', { or: 10_000 }),
  waitingBytes: setting(size('64KiB', '4GiB'), 'The most that they may hold.', { or: '64MiB' }),
})

const responses = z.strictObject({
  store: setting(
    flag(),
    'Keep answers of the Responses API here, sealed, where no provider keeps them, so that `previous_response_id` works with every model. What is kept is content: what was asked and what was answered.',
    { or: false },
  ),
  ttl: setting(duration('1s', '720h'), 'How long they are kept.', { or: '24h' }),
  entryBytes: setting(size('1KiB', '64MiB'), 'The most that one answer, with all that it was asked, may hold; a longer one is not kept.', { or: '4MiB' }),
  totalBytes: setting(size('1MiB', '1024GiB'), 'The most that all of them may hold; the oldest go first.', { or: '1GiB' }),
  sockets: setting(count(0, 100_000), 'Clients that may speak by WebSocket at once; with 0 none may.', { or: 1000 }),
  socketIdle: setting(duration('1s', '1h'), 'How long such a client may ask nothing.', { or: '15min' }),
  socketMemory: setting(size('64KiB', '1GiB'), 'The most that is remembered for one of them, so that it need not say everything again.', { or: '16MiB' }),
})

export const schema = z.strictObject({
  server: server.prefault({}),
  auth: auth.prefault({}),
  defaultProvider: optional(text('the name of a provider', name), 'Where a bare model name goes that several providers have, or none lists.', {
    env: 'OMNI_DEFAULT_PROVIDER',
  }),
  providers: z
    .record(
      names('letters, digits and `. _ -`', name),
      provider.nullable().transform((entry) => entry ?? provider.parse({})),
    )
    .prefault({}),
  aliases: z
    .record(names('letters, digits and `. _ : @ / -`', modelName), each(text('a model, as `provider/model`', modelName), 'What the name stands for.'))
    .prefault({}),
  chains,
  combos: chains,
  routes: chains,
  strict: setting(flag(), 'Refuse what a target cannot be told, instead of dropping it and saying so.', { env: 'OMNI_STRICT', or: false }),
  providerMessages: setting(flag(), 'Show clients the provider’s own words in errors.', { or: false }),
  retry: retry.prefault({}),
  deadlines: deadlines.prefault({}),
  limits: limits.prefault({}),
  metadata: metadata.prefault({}),
  log: log.prefault({}),
  media: media.prefault({}),
  receipts: receipts.prefault({}),
  responses: responses.prefault({}),
  platformFeePercent: setting(number(0, 1000), 'What receipts add to the provider’s cost, in percent.', { or: 0 }),
  storage: storage.prefault({}),
  upstream: upstream.prefault({}),
})

/** The configuration as it is read, with every default in its place. */
export type Given = z.output<typeof schema>
export type GivenProvider = z.output<typeof provider>
export type GivenChain = z.output<typeof chain>
