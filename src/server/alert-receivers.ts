/** Who is told of alerts, and in which form: JSON, a message for Slack, or an e-mail. */

import { now } from '../base/clock.ts'
import type { AlertSettings } from '../config/alerts.ts'
import { signWebhook } from '../telemetry/cloud-events.ts'
import { deliver } from '../upstream/deliver.ts'
import type { Transport } from '../upstream/exchange.ts'
import { sendMail } from '../upstream/mail.ts'
import type { Receiver, Told } from './messenger.ts'

export function receiversOf(settings: readonly AlertSettings[], transport: Transport): readonly Receiver[] {
  return settings.map((to) => ({ name: to.name, send: (told) => send(to, told, transport) }))
}

async function send(to: AlertSettings, told: Told, transport: Transport): Promise<void> {
  if (to.to === 'mail') return sendMail(to.server, told)
  const body = JSON.stringify(to.format === 'slack' ? slackOf(told) : { ...told, at: new Date(told.at).toISOString() })
  const signed = to.format === 'json' ? signWebhook(to.secret, { id: told.id, at: now(), body }) : {}
  await deliver(transport, { url: to.url, headers: { 'content-type': 'application/json', ...signed }, body })
}

/** https://docs.slack.dev/messaging/formatting-message-text: three characters mean something there, and names come from clients too. */
const slackOf = ({ subject, text }: Told): object => ({ text: plain(`*${subject.replaceAll('*', '∗')}*\n${text}`) })

const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
