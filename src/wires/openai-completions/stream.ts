/** Streams: Chat Completions' own reader and writer, each frame turned from one wire to the other. */

import type { Message } from '../../base/framing.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { openaiChat } from '../openai-chat/index.ts'
import type { EventReader, EventWriter, StreamOptions } from '../wire.ts'
import { toChatFrame, toCompletionFrame } from './answer.ts'
import { asChat } from './request.ts'

export function eventReader(): EventReader {
  const reader = openaiChat.eventReader()
  return {
    read: (message) => reader.read(turned(message)),
    // Few speak this wire still: each frame is read.
    isPlainDelta: () => false,
    end: () => reader.end(),
    get hasRepeatedEnd() {
      return reader.hasRepeatedEnd ?? false
    },
    get served() {
      return reader.served
    },
    get isTerminated() {
      return reader.isTerminated
    },
  }
}

/** What is no JSON is for the other reader to judge. */
function turned(message: Message): Message {
  if (!message.data.startsWith('{')) return message
  try {
    return { ...message, data: JSON.stringify(toChatFrame(JSON.parse(message.data) as JsonObject)) }
  } catch {
    return message
  }
}

export function eventWriter(options: StreamOptions): EventWriter {
  const writer = openaiChat.eventWriter(asChat(options))
  return { write: (event: ChatEvent) => writtenAnew(writer.write(event)), end: () => writtenAnew(writer.end()) }
}

const prefix = 'data: '

function writtenAnew(frames: string): string {
  return frames.split('\n\n').map(frameAnew).join('')
}

function frameAnew(frame: string): string {
  if (frame === '') return ''
  if (!frame.startsWith(`${prefix}{`)) return `${frame}\n\n`
  const turnedBack = toCompletionFrame(JSON.parse(frame.slice(prefix.length)) as JsonObject)
  return turnedBack === undefined ? '' : `${prefix}${JSON.stringify(turnedBack)}\n\n`
}
