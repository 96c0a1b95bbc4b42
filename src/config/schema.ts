/** The one schema of the configuration: it makes the types, the checks, the variables, the docs page, the JSON Schema and the error messages. */

import { z } from 'zod'
import { alerts } from './alerts.ts'
import { chainSchema } from './chain-entry.ts'
import { choice, count, duration, each, flag, list, number, optional, setting, size, text } from './kinds.ts'
import { aliasName, anything, host, modelName, name, names } from './names.ts'
import { provider } from './provider-entry.ts'
import { detectors } from './detectors.ts'
import { anchors, exports } from './sinks.ts'
import { pricesSchema } from './prices.ts'
import { server } from './server-entry.ts'
import { deadlines } from './spans.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export const inputHashes = ['hmac', 'sha256', 'none'] as const
export const contentModes = ['none', 'link', 'prove'] as const

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
    'Redis or Valkey, where limits are counted for all gateways that share it, instead of in the database. Budgets stay in the database.',
    {
      env: 'OMNI_REDIS_URL',
      isSecret: true,
    },
  ),
  redisPrefix: setting(
    text('1 to 64 letters, digits and `_ . -`', /^[\w.-]{1,64}$/),
    'What the names of all keys in Redis begin with: another installation on the same server needs another one.',
    { env: 'OMNI_REDIS_PREFIX', or: 'omni' },
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

const chains = z.record(names('letters, digits and `. _ : @ / -`', modelName), chainSchema).prefault({})

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
  heapPercent: setting(
    count(50, 100),
    'How much of the memory that Node.js may take for objects (`--max-old-space-size`) may be in use, in percent, before new calls are refused as `overloaded`; with 100 none are.',
    { or: 90 },
  ),
  abandoned: setting(
    choice(['abort', 'drain']),
    'What becomes of a chat’s answer whose client has left. `abort` ends it at once, and what was used is estimated; `drain` reads it to its end for the provider’s own counts: every word of it is paid for, and up to 1,000 of them hold a connection each.',
    { or: 'abort' },
  ),
  keyConcurrency: setting(count(0, 100_000), 'Calls that one client key may have under way at once; with 0 there is no limit.', { or: 0 }),
  keyQueue: setting(count(0, 100_000), 'Calls of one client key that may wait for that; further ones are refused.', { or: 100 }),
})

const retry = z.strictObject({
  attempts: setting(count(1, 20), 'Attempts of one call in all, over all its targets; each target of a longer chain is still asked once.', { or: 3 }),
  perTarget: setting(count(0, 10), 'How often one target is asked again.', { or: 1 }),
  longestPause: setting(duration('0ms', '10min'), 'The longest pause before a target is asked again.', { or: '8s' }),
  totalTime: setting(duration('100ms', '24h'), 'How long the attempts of one call may take in all, until one answers.', { or: '15min' }),
  budget: setting(number(0, 100), 'Retries of one and the same target by all calls together, in percent of calls. Going on to another target is free of it.', {
    or: 10,
  }),
  budgetFloor: setting(count(0, 10_000), 'Retries per second that are always allowed, however few calls there are.', { or: 10 }),
})

const health = z.strictObject({
  failures: setting(count(1, 1000), 'Failures in a row, each in a window of its own, after which a place (a target, a provider) is left alone.', { or: 3 }),
  window: setting(duration('1ms', '1h'), 'Failures that come together in so short a time count as one.', { or: '100ms' }),
  ejection: setting(duration('1ms', '24h'), 'How long it is left alone at first; twice as long each time that it fails again.', { or: '5s' }),
  longestEjection: setting(duration('1ms', '24h'), 'The longest that it is left alone for its failures.', { or: '5min' }),
  panic: setting(flag(), 'Where everything failed, try one place now and then, one call at a time, instead of refusing all.', { or: true }),
})

const queue = z.strictObject({
  size: setting(count(0, 100_000), 'Calls that may wait for one target with no room; further ones are refused.', { or: 100 }),
  time: setting(duration('0ms', '10min'), 'How long a call may wait there.', { or: '10s' }),
})

const sessions = z.strictObject({
  idle: setting(duration('1s', '24h'), 'How long a user’s session of the control API may be unused until it ends.', { or: '30min' }),
  age: setting(duration('1s', '720h'), 'How long it may last in all.', { or: '12h' }),
})

const upstream = z.strictObject({
  connections: setting(count(1, 100_000), 'Connections that one provider’s address may have; one call uses one.', { or: 8000 }),
  keepAlive: setting(duration('1ms', '1h'), 'How long an unused connection is kept.', { or: '30s' }),
  headerBytes: setting(size('4KiB', '1MiB'), 'The most that the headers of an answer may hold.', { or: '64KiB' }),
  resolvers: setting(
    list(
      'a list of addresses of name servers, as `10.0.0.2` or `[::1]:5353`',
      /^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|\[[\da-f:]+\](:\d{1,5})?|[\da-f:]*:[\da-f:]+)$/i,
      8,
    ),
    'Name servers that are asked where providers are; where there are none, those of the system. The file of hosts comes first in any case.',
    { or: [] },
  ),
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
  required: setting(
    flag(),
    'Refuse calls, with 503, while receipts cannot be written. Otherwise calls go on, and what could not be kept is counted and told in the log of receipts.',
    { or: false },
  ),
  retentionDays: setting(count(1, 3650), 'Days that a receipt is kept; 185 are what the EU AI Act asks of deployers.', { or: 30 }),
  summaryDays: setting(count(1, 3650), 'Days that sums of receipts are kept.', { or: 396 }),
  auditDays: setting(count(1, 3650), 'Days that entries about the control plane are kept.', { or: 366 }),
  content: setting(
    choice(contentModes),
    'What is kept of what was said: nothing, a digest under a key of the tenant and the month (`link`), or a commitment that the caller alone can open (`prove`).',
    { or: 'none' },
  ),
  anchors,
  exports,
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

const reviews = z.strictObject({
  waiting: setting(
    count(0, 10_000),
    'Calls that may wait at once for a person to decide on them; further ones are refused with where to look for the decision.',
    { or: 1000 },
  ),
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
    .record(
      names('letters, digits and `. _ : @ / - *`', aliasName),
      each(text('a model, as `provider/model`', aliasName), 'What the name stands for. Where the name has a `*`, what it caught goes where this has one.'),
    )
    .prefault({}),
  prices: pricesSchema,
  chains,
  combos: chains,
  routes: chains,
  strict: setting(flag(), 'Refuse what a target cannot be told, instead of dropping it and saying so.', { env: 'OMNI_STRICT', or: false }),
  failsClosed: setting(
    flag(),
    'Where a limit cannot be counted or a rule not be judged, refuse the call, whatever limit and rule say of that themselves. Budgets do so in any case.',
    { env: 'OMNI_FAILS_CLOSED', or: false },
  ),
  providerMessages: setting(flag(), 'Show clients the provider’s own words in errors.', { or: false }),
  byRequest: setting(
    flag(),
    'Clients may say where a call goes, by `omni_route`, `omni_provider` and `extra.fallbacks`. Where not, calls that do are refused with 403.',
    { or: true },
  ),
  retry: retry.prefault({}),
  health: health.prefault({}),
  queue: queue.prefault({}),
  sessions: sessions.prefault({}),
  deadlines: deadlines.prefault({}),
  limits: limits.prefault({}),
  metadata: metadata.prefault({}),
  log: log.prefault({}),
  media: media.prefault({}),
  receipts: receipts.prefault({ anchors: [], exports: [] }),
  responses: responses.prefault({}),
  reviews: reviews.prefault({}),
  detectors,
  alerts: alerts.prefault({ webhooks: [] }),
  platformFeePercent: setting(number(0, 1000), 'What receipts add to the provider’s cost, in percent.', { or: 0 }),
  storage: storage.prefault({}),
  upstream: upstream.prefault({}),
})

/** The configuration as it is read, with every default in its place. */
export type Given = z.output<typeof schema>
