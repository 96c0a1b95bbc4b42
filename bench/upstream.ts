/** The provider of the bench: a raw socket server that answers with prebuilt bytes, cheap enough never to be what limits. `node bench/upstream.ts <port>` */

import { createServer, type Socket } from 'node:net'
import type { WireName } from '../src/canonical/chat.ts'
import { chunk, lastChunk, openStream, reply, type Answer } from '../test/upstream/answer.ts'
import { frameEvery, tokens } from './exchange.ts'
import { framesOf, mediaTypeOf, wholeOf, wireNames } from './wires.ts'

/** Frames of one stream, each a chunk of its own; the first ones leave at once, up to the first token, the others paced. */
interface Prepared {
  readonly whole: Buffer
  readonly head: Buffer
  readonly opening: Buffer
  readonly frames: readonly Buffer[]
}

interface Open {
  readonly socket: Socket
  readonly frames: readonly Buffer[]
  readonly phase: number
  next: number
}

const bytesOf = (said: Answer): Buffer => Buffer.concat(said.map((step) => ('bytes' in step ? step.bytes : Buffer.alloc(0))))

function prepare(name: WireName): Prepared {
  const frames = framesOf(name)
  const spoken = frames.findIndex((frame) => frame.includes(tokens[0]!)) + 1
  const chunks = frames.map(chunk)
  const opening = Buffer.concat(chunks.slice(0, spoken))
  const head = bytesOf([openStream({ 'content-type': mediaTypeOf(name) })])
  return { whole: bytesOf(reply(200, JSON.stringify(wholeOf(name)))), head, opening, frames: [...chunks.slice(spoken), lastChunk] }
}

const prepared = new Map(wireNames.map((name): [string, Prepared] => [name, prepare(name)]))

/** Streams being told; as many as the load has open. */
const open = new Set<Open>()
let tick = 0

setInterval(() => {
  tick += 1
  for (const stream of open) {
    if (stream.phase !== tick % frameEvery) continue
    if (stream.socket.destroyed) {
      open.delete(stream)
      continue
    }
    stream.socket.write(stream.frames[stream.next++]!)
    if (stream.next === stream.frames.length) open.delete(stream)
  }
}, 1)

/** The first segment of the path names the wire; programs that know no such path speak Chat Completions. */
function tell(socket: Socket, path: string, body: Buffer): void {
  const said = prepared.get(path.split('/', 2)[1] ?? '') ?? prepared.get('openai-chat')!
  if (!body.includes('"stream":true') && !/stream/i.test(path)) {
    socket.write(said.whole)
    return
  }
  socket.write(said.head)
  socket.write(said.opening)
  if (body.includes('-idle"')) return
  const stream: Open = { socket, frames: said.frames, phase: open.size % frameEvery, next: 0 }
  open.add(stream)
}

/** Reads requests with a content-length or in chunks, which is all that the programs under measure send. */
function converse(socket: Socket): void {
  let pieces: Buffer[] = []
  let path = ''
  let missing = -1
  socket.on('error', () => socket.destroy())
  socket.on('data', (piece) => {
    pieces.push(piece as Buffer)
    if (missing === -1) {
      const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = bytes.toString('latin1', 0, end)
      path = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', 5))
      pieces = [bytes.subarray(end + 4)]
      missing = /^transfer-encoding: chunked/im.test(head) ? Infinity : Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0) - pieces[0]!.length
    } else missing -= piece.length
    const isLastChunk = missing === Infinity && pieces.at(-1)!.indexOf('0\r\n\r\n') !== -1
    if (missing > 0 && !isLastChunk) return
    const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    pieces = []
    missing = -1
    tell(socket, path, body)
  })
}

createServer({ noDelay: true }, converse).listen(Number(process.argv[2]), '127.0.0.1')
