/** Puts bytes that are no UTF-8 into the words of an answer, and leaves what is around them whole. */

import { crc32 } from 'node:zlib'
import { words, type Frame } from './speech.ts'

/** They stand behind this. */
const mark = words[4]!.slice(0, 3)
const wrong = Buffer.of(0xff, 0xfe)

/** Bytes without the mark are as they were. */
export function garble(bytes: Buffer): Buffer {
  const at = bytes.indexOf(mark)
  return at === -1 ? bytes : Buffer.concat([bytes.subarray(0, at + mark.length), wrong, bytes.subarray(at + mark.length)])
}

export function garbleFrame({ role, bytes }: Frame): Frame {
  const garbled = garble(bytes)
  if (garbled !== bytes && bytes.readUInt32BE(0) === bytes.length) sumAgain(garbled)
  return { role, bytes: garbled }
}

/** Length and sums of one of AWS's messages: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream */
function sumAgain(message: Buffer): void {
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4)
}
