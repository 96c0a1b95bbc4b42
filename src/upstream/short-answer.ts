/** Reads an answer that has little to say, of a server that is no model's. */

import type { Exchange } from './exchange.ts'

/** Bytes that are read. */
const most = 64 * 1024

/** Its text; empty where it is longer: then the connection is closed. Throws `Failure` where it breaks off. */
export async function readShort(exchange: Exchange): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for (let piece = exchange.take() ?? (await exchange.next()); piece !== undefined; piece = exchange.take() ?? (await exchange.next())) {
    length += piece.length
    if (length > most) {
      exchange.abort()
      return ''
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
