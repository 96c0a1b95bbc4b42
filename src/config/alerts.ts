/** What stands under `alerts`: who is told of what an operator should know before it is too late. */

import { z } from 'zod'
import { isMachines, isPrivate } from './addresses.ts'
import { choice, count, list, listOf, optional, setting, text } from './kinds.ts'
import { anything, host } from './names.ts'
import type { Report } from './problems.ts'
import { checked, machines, named, signingSecret, url, type Sink } from './sinks.ts'

export const alertFormats = ['json', 'slack'] as const

/** A name before an address, as `Gateway <gateway@example.com>`, is nothing that a machine needs. */
const address = /^[^\s<>,;:"()@]+@[\w.-]+$/

const webhook = z.strictObject({
  url: optional(url(), 'A host that takes each alert, by POST.'),
  format: setting(choice(alertFormats), 'What it takes: the alert as JSON, or a message as Slack’s incoming webhooks take it.', { or: 'json' }),
  secret: optional(signingSecret(), 'What alerts are signed with, as Standard Webhooks says; `whsec_` and base64, or any text.', { isSecret: true }),
})

const mail = z.strictObject({
  host: optional(text('a host name or an address', host), 'The SMTP server that takes messages.'),
  port: setting(
    count(1, 65_535),
    'Its port. On 465 it speaks TLS from the first byte; elsewhere TLS begins when it offers that, and must where it is beyond a private network.',
    {
      or: 587,
    },
  ),
  user: optional(text('text', anything), 'Who the gateway is there.'),
  password: optional(text('text', anything), 'Its password.', { isSecret: true }),
  from: optional(text('an address of mail', address), 'Who messages are from.'),
  to: setting(list('a list of addresses of mail', address, 50), 'Who gets them.', { or: [] }),
})

export const alerts = z.strictObject({ webhooks: listOf(webhook, 16, 'Hosts that are told when a budget is nearly spent.'), mail: mail.prefault({}) })

export type AlertSettings = Sink &
  (
    | { readonly to: 'webhook'; readonly url: string; readonly format: (typeof alertFormats)[number]; readonly secret?: string }
    | { readonly to: 'mail'; readonly server: MailSettings }
  )

export interface MailSettings {
  readonly host: string
  readonly port: number
  /** Whether a message may go there in the clear. */
  readonly isNear: boolean
  readonly login?: { readonly user: string; readonly password: string }
  readonly from: string
  /** One at least. */
  readonly to: readonly string[]
}

type Given = z.output<typeof alerts>
type Problem = Report['problem']

export function readAlerts({ webhooks, mail: server }: Given, problem: Problem): readonly AlertSettings[] {
  const hooks = webhooks.flatMap((one, index) => readWebhook(one, (path, sentence) => problem(['alerts', 'webhooks', String(index), ...path], sentence)) ?? [])
  return named([...hooks, ...(readMail(server, (path, sentence) => problem(['alerts', 'mail', ...path], sentence)) ?? [])])
}

function readWebhook({ url: to, format, secret }: Given['webhooks'][number], problem: Problem): AlertSettings | undefined {
  if (to === undefined) problem([], 'must have a `url`.')
  else if (format === 'slack' && secret !== undefined) problem(['secret'], 'does nothing beside `format: slack`: the URL is the secret there.')
  else if (checked(to, ['url'], problem))
    return { to: 'webhook', name: `webhook ${new URL(to).host}`, url: to, format, ...(secret !== undefined && { secret }) }
  return undefined
}

function readMail({ host: name, port, user, password, from, to }: Given['mail'], problem: Problem): readonly AlertSettings[] | undefined {
  if (name === undefined) {
    for (const [word, value] of Object.entries({ user, password, from, to: to[0] })) if (value !== undefined) problem([word], 'does nothing without `host`.')
    return undefined
  }
  const bare = name.replace(/^\[|\]$/g, '')
  if (isMachines(name)) problem(['host'], machines)
  if (from === undefined) problem([], 'needs `from` beside `host`.')
  if (to.length === 0) problem([], 'needs `to` beside `host`.')
  if ((user === undefined) !== (password === undefined)) problem([], 'needs both `user` and `password`, or neither.')
  const login = user !== undefined && password !== undefined && { login: { user, password } }
  return [{ to: 'mail', name: `mail ${name}:${port}`, server: { host: bare, port, isNear: isPrivate(name), ...login, from: from ?? '', to } }]
}
