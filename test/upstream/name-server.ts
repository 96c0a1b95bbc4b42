/** A name server on UDP of 127.0.0.1 that answers by a script and remembers what it was asked. https://www.rfc-editor.org/rfc/rfc1035#section-4 */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export type Family = 4 | 6

/** Records hold for `ttl` seconds; `absent` is NXDOMAIN, `failed` SERVFAIL, `silent` no answer at all. */
export type Said = 'absent' | 'failed' | 'silent' | { readonly addresses: readonly string[]; readonly ttl?: number }

export interface NameServer extends AsyncDisposable {
  /** As a resolver is told it. */
  readonly address: string
  /** Every question, as `name 4` or `name 6`. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

const codes = { absent: 3, failed: 2 } as const
const types: { readonly [type: number]: Family } = { 1: 4, 28: 6 }

/** Of addresses of the other family a record has none. The questions of one run are all kept: it lives as long as a test. */
export async function startNameServer(script: (name: string, family: Family) => Said): Promise<NameServer> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const { name, family, end } = readQuestion(question)
    asked.push(`${name} ${family}`)
    const said = script(name, family)
    if (said !== 'silent') socket.send(writeAnswer(question.subarray(0, end), said, family), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const stop = async (): Promise<void> => {
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
  return { address: `127.0.0.1:${socket.address().port}`, asked, stop, [Symbol.asyncDispose]: stop }
}

function readQuestion(bytes: Buffer): { readonly name: string; readonly family: Family; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = bytes[at]!; length > 0; length = bytes[at]!) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), family: types[bytes.readUInt16BE(at + 1)]!, end: at + 5 }
}

function writeAnswer(question: Buffer, said: Exclude<Said, 'silent'>, family: Family): Buffer {
  const records = typeof said === 'string' ? [] : said.addresses.filter((address) => address.includes(':') === (family === 6))
  const ttl = typeof said === 'string' ? 0 : (said.ttl ?? 60)
  const head = Buffer.from(question)
  // An answer, to a question that wanted recursion.
  head.writeUInt16BE(0x8180 | (typeof said === 'string' ? codes[said] : 0), 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, ...records.map((address) => writeRecord(bytesOf(address, family), family, ttl))])
}

function writeRecord(data: Buffer, family: Family, ttl: number): Buffer {
  const record = Buffer.alloc(12)
  // The name is the question's.
  record.writeUInt16BE(0xc00c, 0)
  record.writeUInt16BE(family === 4 ? 1 : 28, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(ttl, 6)
  record.writeUInt16BE(data.length, 10)
  return Buffer.concat([record, data])
}

/** Of IPv6 only `::` and a last group are known here. */
function bytesOf(address: string, family: Family): Buffer {
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16BE(Number.parseInt(address.slice(2), 16), 14)
  return bytes
}
