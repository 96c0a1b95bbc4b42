/** Sends one message to a collector of logs: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425). */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { pause } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { toUndelivered } from './deliver.ts'
import { toUpstreamFailure } from './faults.ts'
import type { Names } from './names.ts'

export interface SyslogPlace {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
}

export interface SyslogLine {
  /** Milliseconds since 1970. */
  readonly at: number
  /** A word of ours for its kind. */
  readonly id: string
  /** ASCII. */
  readonly text: string
}

/** The facility "log audit", as a notice: 13 × 8 + 5. https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1 */
const priority = 109
/** Milliseconds for all of it. */
const patience = 10_000
/** Milliseconds in which a collector that cannot take the message breaks the connection off; some never close it. */
const farewell = 1000

export function writeSyslog({ at, id, text }: SyslogLine, host = hostname()): string {
  const machine = /^[\x21-\x7e]{1,255}$/.test(host) ? host : '-'
  return `<${priority}>1 ${new Date(at).toISOString()} ${machine} omni-gateway ${process.pid} ${id} - ${text}`
}

/** Resolves when the message was sent, and by TCP and TLS no error came back. Nobody says that it was kept. Throws `Failure`. */
export async function sendSyslog(place: SyslogPlace, line: SyslogLine, names: Names): Promise<void> {
  const late = pause(patience)
  const end = new AbortController()
  try {
    const text = writeSyslog(line)
    const sent = place.transport === 'udp' ? sendDatagram(place, text, names) : sendStream(place, text, { names, signal: end.signal })
    await Promise.race([sent, late.done.then(() => Promise.reject(new Failure('upstream_timeout', '')))])
  } catch (error) {
    throw toUndelivered(toUpstreamFailure(error, false))
  } finally {
    late.cancel()
    end.abort()
  }
}

async function sendDatagram({ host, port }: SyslogPlace, text: string, names: Names): Promise<void> {
  const [address] = isIP(host) === 0 ? await names.find(host) : [{ address: host, family: isIP(host) }]
  const socket = createSocket(address!.family === 6 ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.send(text, port, address!.address, (error) => (error ? reject(error) : resolve()))
    })
  } finally {
    socket.close()
  }
}

/** Its length in front says where a message ends: https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1 */
async function sendStream(place: SyslogPlace, text: string, { names, signal }: { readonly names: Names; readonly signal: AbortSignal }): Promise<void> {
  const socket = open(place, names)
  // What is thrown when nobody waits any more is nobody's.
  socket.on('error', () => {})
  signal.addEventListener('abort', () => socket.destroy())
  await once(socket, place.transport === 'tls' ? 'secureConnect' : 'connect', { signal })
  socket.resume()
  socket.end(`${Buffer.byteLength(text)} ${text}`)
  await once(socket, 'finish', { signal })
  const late = pause(farewell)
  await Promise.race([once(socket, 'close', { signal }), late.done])
  late.cancel()
}

function open({ transport, host, port }: SyslogPlace, { lookup }: Names): Socket {
  if (transport === 'tcp') return connect({ host, port, lookup })
  return connectTls({ host, port, lookup, ...(isIP(host) === 0 && { servername: host }) })
}
