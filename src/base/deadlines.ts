/** How long a provider may take, in milliseconds. */
export interface Deadlines {
  readonly connect: number
  /** From sending to the headers of the answer, where a stream was asked for. */
  readonly firstByteStreamed: number
  /** The same where a whole answer was asked for. */
  readonly firstByteWhole: number
  /** From the headers of a stream to its first word. */
  readonly firstWord: number
  /** Between two pieces of an answer. */
  readonly idle: number
  /** A window of a stream: two in a row with next to no words end it. */
  readonly progress: number
  /** An answer in all. */
  readonly total: number
  /** From sending until it speaks, or is whole, where the call has less time left than that may take. */
  readonly spoken?: number
}
