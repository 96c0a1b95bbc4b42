/** A stream of bytes that is pulled: nothing comes before it is asked for, so that whoever takes slowly slows down whoever gives. */

export interface ByteSource {
  /** The next bytes; undefined at the good end. Rejects where they break off. One at a time. */
  next(): Promise<Buffer | undefined>
  /** Nobody will ask again: whoever waits is told so. Safe to call twice. */
  stop(): void
}
