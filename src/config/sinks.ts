/** What stands under `receipts.anchors` and `receipts.exports`: who beside us has the log's checkpoints, and who hears of receipts. */

import { z } from 'zod'
import { isMachines, isPrivate } from './addresses.ts'
import { choice, count, each, listOf, optional, text } from './kinds.ts'
import { anything, secret } from './names.ts'
import type { Report } from './problems.ts'

export const url = () => text('a URL that begins with `https://`, or with `http://` in a private network', /^https?:\/\/[^\s"<>\\^`{|}]+$/)

export const signingSecret = () => text('text without spaces', /^\S+$/)

const anchor = z.strictObject({
  file: optional(text('a path', anything), 'The end of this file, best on a disk of another machine.'),
  url: optional(url(), 'A host that takes each checkpoint as text, by POST.'),
  token: optional(secret('a token without spaces'), 'Sent with it, as `authorization: Bearer …`.', { isSecret: true }),
  syslog: optional(
    text('`udp://host:514`, `tcp://host:514` or `tls://host:6514`', /^(udp|tcp|tls):\/\/[\w.:[\]-]+$/),
    'A collector of logs; it gets one message (RFC 5424) with each checkpoint in base64.',
  ),
  bucket: optional(
    text('`s3://bucket/prefix`', /^s3:\/\/[a-z\d][a-z\d.-]{1,61}[a-z\d](\/[\w./-]*)?$/),
    'An object store that speaks S3; each checkpoint is an object of its own.',
  ),
  region: optional(text('the name of a region', /^[a-z\d-]{1,64}$/), 'Where the bucket is.'),
  key: optional(text('the id of an access key', /^[^\s:]+$/), 'The id of the access key that may put objects there.'),
  secret: optional(text('the secret of an access key', /^[^\s:]+$/), 'Its secret.', { isSecret: true }),
  endpoint: optional(url(), 'Where the object store is; AWS where absent.'),
  retainDays: optional(
    count(1, 36_500),
    'Days that the object store itself lets nobody change or remove them. The bucket needs object lock; its own rule holds where absent.',
  ),
})

const exported = z.strictObject({
  webhook: optional(url(), 'A host that takes events in batches, by POST.'),
  format: optional(choice(['cloudevents']), 'What an event is: a CloudEvent.'),
  secret: optional(signingSecret(), 'What batches are signed with, as Standard Webhooks says; `whsec_` and base64, or any text.', {
    isSecret: true,
  }),
  otlp: optional(url(), 'A collector of OpenTelemetry, with the path, as `http://collector:4318/v1/traces`: each receipt is a span.'),
  headers: z
    .record(z.string().regex(/^[a-z\d-]+$/i, { error: 'is not the name of a header' }), each(text('text on one line', anything), 'Sent with every batch.'))
    .optional(),
})

export const anchors = listOf(
  anchor,
  16,
  'Places outside of this machine that get the checkpoints of the log, so that nobody who holds all of it can rewrite it unseen.',
)
export const exports = listOf(exported, 16, 'Readers of the log elsewhere, that hear of each receipt once it is closed.')

/** `name` is how metrics, status and log call it. */
export interface Sink {
  readonly name: string
}

export type AnchorSettings = Sink &
  (
    | { readonly to: 'file'; readonly file: string }
    | { readonly to: 'url'; readonly url: string; readonly token?: string }
    | { readonly to: 'syslog'; readonly transport: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
    | BucketSettings
  )

export interface BucketSettings {
  readonly to: 'bucket'
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  readonly region: string
  readonly key: string
  readonly secret: string
  readonly endpoint?: string
  readonly retainDays?: number
}

export type ExportSettings = Sink &
  (
    | { readonly to: 'webhook'; readonly url: string; readonly secret?: string }
    | { readonly to: 'otlp'; readonly url: string; readonly headers: { readonly [name: string]: string } }
  )

export interface Sinks {
  readonly anchors: readonly AnchorSettings[]
  readonly exports: readonly ExportSettings[]
}

type Anchor = z.output<typeof anchor>
type Export = z.output<typeof exported>

/** By what it sends to: the other settings that it has. */
const anchorWords = { file: [], url: ['token'], syslog: [], bucket: ['region', 'key', 'secret', 'endpoint', 'retainDays'] } as const
const exportWords = { webhook: ['format', 'secret'], otlp: ['headers'] } as const

type Problem = Report['problem']

export function readSinks(given: { readonly anchors: readonly Anchor[]; readonly exports: readonly Export[] }, problem: Problem): Sinks {
  const at =
    (section: string, index: number): Problem =>
    (path, sentence) =>
      problem(['receipts', section, String(index), ...path], sentence)
  return {
    anchors: named(given.anchors.flatMap((one, index) => readAnchor(one, at('anchors', index)) ?? [])),
    exports: named(given.exports.flatMap((one, index) => readExport(one, at('exports', index)) ?? [])),
  }
}

function readAnchor(given: Anchor, problem: Problem): AnchorSettings | undefined {
  const { file, url: address, token, syslog } = given
  switch (chosen(given, anchorWords, problem)) {
    case 'file':
      return { to: 'file', name: `file ${file!}`, file: file! }
    case 'url':
      return checked(address!, ['url'], problem) && { to: 'url', name: `url ${new URL(address!).host}`, url: address!, ...(token !== undefined && { token }) }
    case 'syslog':
      return readSyslog(syslog!, problem)
    case 'bucket':
      return readBucket(given, problem)
    case undefined:
      return undefined
  }
}

function readExport(given: Export, problem: Problem): ExportSettings | undefined {
  const { webhook, secret: key, otlp, headers = {} } = given
  switch (chosen(given, exportWords, problem)) {
    case 'webhook':
      return (
        checked(webhook!, ['webhook'], problem) && {
          to: 'webhook',
          name: `webhook ${new URL(webhook!).host}`,
          url: webhook!,
          ...(key !== undefined && { secret: key }),
        }
      )
    case 'otlp':
      return checked(otlp!, ['otlp'], problem) && { to: 'otlp', name: `otlp ${new URL(otlp!).host}`, url: otlp!, headers: lowered(headers) }
    case undefined:
      return undefined
  }
}

const usualPorts = { udp: 514, tcp: 514, tls: 6514 } as const

function readSyslog(address: string, problem: Problem): AnchorSettings | undefined {
  const [transport, place = ''] = address.split('://') as [keyof typeof usualPorts, string?]
  // The parser keeps silent of a port that is the scheme's own.
  const { hostname } = URL.parse(`http://${place}`) ?? { hostname: '' }
  if (hostname === '') problem(['syslog'], 'is no address: write it as `udp://host:514`.')
  else if (isMachines(hostname)) problem(['syslog'], machines)
  else {
    const port = Number(/:(\d+)$/.exec(place)?.[1] ?? usualPorts[transport])
    return { to: 'syslog', name: `syslog ${place}`, transport, host: hostname.replace(/^\[|\]$/g, ''), port }
  }
  return undefined
}

function readBucket({ bucket, region, key, secret: hidden, endpoint, retainDays }: Anchor, problem: Problem): AnchorSettings | undefined {
  const missing = Object.entries({ region, key, secret: hidden }).flatMap(([word, value]) => (value === undefined ? [`\`${word}\``] : []))
  if (missing.length > 0) problem([], `needs ${missing.join(', ')} beside \`bucket\`.`)
  const isGood = endpoint === undefined || checked(endpoint, ['endpoint'], problem)
  if (missing.length > 0 || !isGood) return undefined
  const [name = '', ...prefix] = bucket!.slice('s3://'.length).split('/')
  return {
    to: 'bucket',
    name: `bucket ${name}`,
    bucket: name,
    prefix: prefix.filter((part) => part !== '').join('/'),
    region: region!,
    key: key!,
    secret: hidden!,
    ...(endpoint !== undefined && { endpoint: new URL(endpoint).origin }),
    ...(retainDays !== undefined && { retainDays }),
  }
}

export const machines = 'is where a cloud keeps its machines’ credentials: nothing else is there.'

export function checked(address: string, path: readonly string[], problem: Problem): true | undefined {
  const parsed = URL.parse(address)
  const sentence = parsed === null ? 'is not a URL.' : faultOf(parsed)
  if (sentence === undefined) return true
  problem(path, sentence)
  return undefined
}

function faultOf({ protocol, hostname, username, password, hash }: URL): string | undefined {
  if (username !== '' || password !== '') return 'holds a user or a password: there are settings for secrets.'
  if (hash !== '') return 'ends with a `#`, which is never sent.'
  if (isMachines(hostname)) return machines
  return protocol === 'http:' && !isPrivate(hostname) ? 'must begin with https://, since it would be sent in the clear.' : undefined
}

/** Which of the words says where it goes; told what is wrong where that is none, or several, or has what belongs to another. */
function chosen<Word extends string>(given: object, words: { readonly [word in Word]: readonly string[] }, problem: Problem): Word | undefined {
  const all = Object.keys(words) as Word[]
  const said = Object.entries(given).flatMap(([word, value]) => (value === undefined ? [] : [word]))
  const found = all.filter((word) => said.includes(word))
  const [first] = found
  if (first === undefined || found.length > 1) {
    problem([], `must have one of ${all.map((word) => `\`${word}\``).join(', ')}.`)
    return undefined
  }
  const strays = said.filter((word) => word !== first && !words[first].includes(word))
  for (const stray of strays) problem([stray], `does nothing beside \`${first}\`.`)
  return strays.length === 0 ? first : undefined
}

const lowered = (headers: { readonly [name: string]: string }) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Two that would have one name are numbered. */
export function named<Item extends Sink>(items: readonly Item[]): readonly Item[] {
  return items.map((item, index) => {
    const before = items.slice(0, index).filter(({ name }) => name === item.name).length
    return before === 0 ? item : { ...item, name: `${item.name} (${before + 1})` }
  })
}
