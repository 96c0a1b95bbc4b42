/** A real SMTP server on loopback, for tests: keeps what it is sent, and refuses what it is told to. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mailbox extends AsyncDisposable {
  readonly port: number
  /** Whole messages, with their headers, and who they were for. */
  readonly letters: readonly { readonly to: readonly string[]; readonly source: string }[]
}

export interface MailboxOptions {
  readonly port?: number
  readonly user?: string
  readonly password?: string
  /** In the place of taking a message. */
  readonly refusal?: { readonly code: number; readonly sentence: string }
}

export async function openMailbox({ port = 0, user, password, refusal }: MailboxOptions = {}): Promise<Mailbox> {
  const letters: { readonly to: readonly string[]; readonly source: string }[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', ...(user === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: true,
    onAuth: (given, _session, done) => {
      const isRight = given.username === user && given.password === password
      done(isRight ? null : new Error('canary of the mail server'), isRight ? { user } : undefined)
    },
    onData: (stream, session, done) => {
      let source = ''
      stream.setEncoding('utf8').on('data', (piece: string) => (source += piece))
      stream.on('end', () => {
        if (refusal !== undefined) return done(Object.assign(new Error(refusal.sentence), { responseCode: refusal.code }))
        letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), source })
        return done()
      })
    },
  })
  // Who is refused hangs up in the middle of it.
  server.on('error', () => {})
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    letters,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
