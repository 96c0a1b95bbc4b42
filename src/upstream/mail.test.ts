/** E-mail goes to the operator's server, and to nobody who only says that it is that. */

import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { openMailbox } from '../../test/governance/mailbox.ts'
import { Failure } from '../canonical/failure.ts'
import { sendMail, type MailServer } from './mail.ts'

const server = (port: number): MailServer => ({ host: '127.0.0.1', port, isNear: true, from: 'gateway@example.com', to: ['ops@example.com'] })
const letter = { id: 'ntc_1', subject: 'Budget: 80 % is spent', text: 'One\nTwo\n' }

const problemOf = async (sending: Promise<void>): Promise<string> => {
  const failure: unknown = await sending.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(failure instanceof Failure)
  return failure.message
}

test('a letter is sent as it is, to all whom it is for', async () => {
  await using mailbox = await openMailbox()
  await sendMail({ ...server(mailbox.port), to: ['ops@example.com', 'cfo@example.com'] }, letter)
  assert.deepEqual(mailbox.letters[0]!.to, ['ops@example.com', 'cfo@example.com'])
  assert.match(mailbox.letters[0]!.source, /\r\n\r\nOne\r\nTwo\r\n/)
})

test('beyond a private network nothing is said in the clear, not even who we are', async () => {
  await using mailbox = await openMailbox({ user: 'gateway', password: 'of-mail' })
  const sending = sendMail({ ...server(mailbox.port), isNear: false, login: { user: 'gateway', password: 'of-mail' } }, letter)
  assert.equal(await problemOf(sending), 'It could not be reached.')
  assert.equal(mailbox.letters.length, 0)
})

test('a server that is away, refuses for now or speaks no SMTP is told of in words of ours', async () => {
  await using busy = await openMailbox({ refusal: { code: 451, sentence: 'canary' } })
  assert.equal(await problemOf(sendMail(server(busy.port), letter)), 'It is overloaded.')
  await using full = await openMailbox({ refusal: { code: 552, sentence: 'canary' } })
  assert.equal(await problemOf(sendMail(server(full.port), letter)), 'It refused the message.')
  const strange = createServer((socket) => socket.end('HTTP/1.1 400 canary\r\n\r\n')).listen(0, '127.0.0.1')
  await once(strange, 'listening')
  const { port } = strange.address() as AddressInfo
  assert.equal(await problemOf(sendMail(server(port), letter)), 'Its answer is none that could be understood.')
  strange.close()
  await once(strange, 'close')
  assert.equal(await problemOf(sendMail(server(port), letter)), 'It could not be reached.')
})
