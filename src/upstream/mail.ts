/** Sends one e-mail to people whom the operator named, by the operator's own server, and says what came of it. */

import { Failure, type Reason } from '../canonical/failure.ts'
import { toUndelivered } from './deliver.ts'

export interface MailServer {
  readonly host: string
  readonly port: number
  /** Whether a message may go there in the clear. */
  readonly isNear: boolean
  readonly login?: { readonly user: string; readonly password: string }
  readonly from: string
  readonly to: readonly string[]
}

export interface Letter {
  /** A word that no other letter has. */
  readonly id: string
  readonly subject: string
  readonly text: string
}

/** The port of SMTP over TLS from the first byte. https://www.rfc-editor.org/rfc/rfc8314#section-7.3 */
const submissions = 465

/** Milliseconds. */
const patience = { dnsTimeout: 5000, connectionTimeout: 5000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/** Resolves once the server has taken it for one of them at least. Throws `Failure` with a sentence about the server, of which nothing that it said is part. */
export async function sendMail({ host, port, isNear, login, from, to }: MailServer, { id, subject, text }: Letter): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host,
    port,
    secure: port === submissions,
    requireTLS: !isNear,
    ...(login && { auth: { user: login.user, pass: login.password } }),
    ...patience,
    // No text of ours names a file or a URL; if one did, it would be text.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    // The same message sent again, after a crash, has the same id: mail readers show it once.
    const messageId = `<${id}@omni-gateway>`
    await transport.sendMail({ from, to: [...to], subject, text, messageId, headers: { 'auto-submitted': 'auto-generated' } })
  } catch (error) {
    throw toUndelivered(new Failure(reasonOf(error), '', { cause: error }))
  } finally {
    transport.close()
  }
}

const reasons: Readonly<Record<string, Reason>> = {
  EAUTH: 'upstream_auth_error',
  ENOAUTH: 'upstream_auth_error',
  ETIMEDOUT: 'upstream_timeout',
  EENVELOPE: 'upstream_refused_request',
  EMESSAGE: 'upstream_refused_request',
  EPROTOCOL: 'upstream_invalid_response',
}

function reasonOf(error: unknown): Reason {
  const { code = '', permanent } = error as { readonly code?: string; readonly permanent?: boolean }
  // A server that says “not now” says so in the middle of any of these.
  if (permanent === false) return 'overloaded'
  return reasons[code] ?? 'upstream_unreachable'
}
