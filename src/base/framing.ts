/** How a stream of bytes is cut into messages: the one face of server-sent events and of binary frames. */

/** One message of a stream, with the bytes that said it. */
export interface Message {
  readonly bytes: Buffer
  /** What the message calls itself; empty where it does not. */
  readonly event: string
  /** What it says; empty where it says nothing. */
  readonly data: string
}

/** Cuts one stream, however its bytes are split. Throws `FramingFault` where the bytes are none of its kind. */
export interface Cutter {
  push(chunk: Buffer): readonly Message[]
  /** What is left when the bytes have ended. */
  end(): readonly Message[]
}

export interface Framing {
  /** The media type that is asked for and answered with. */
  readonly type: string
  /** Made anew for every stream; no message may be longer than `limit` bytes. */
  cutter(limit: number): Cutter
}

/** Thrown where a message grows past its limit, or its bytes are not what the framing wants. Its message is ours: it may be told. */
export class FramingFault extends Error {}
