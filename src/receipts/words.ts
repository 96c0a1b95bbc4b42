/** How much an answer has said so far, in tokens by our own estimate: of the words that were read, and of frames that were passed on unread. */

import { estimatedTokens } from './usage.ts'

export class Words {
  #characters = 0
  #unread = 0
  /** Of them, those of this block that were not told again. */
  #untold = 0
  /** Bytes that stand around the words in a frame of this block; Infinity where frames are padded, and undefined until one was read. */
  #around: number | undefined
  /** Characters before the frame that is read. */
  #before = 0
  /** Bytes of words that were read since the last frame. */
  #heard = 0
  /** Somebody looked at the answer, even if it says nothing. */
  isHeard = false

  /** Another answer begins. */
  forget(): void {
    this.#characters = this.#unread = this.#untold = this.#before = this.#heard = 0
    this.#around = undefined
    this.isHeard = false
  }

  /** A block opens: what stands around its words is not known. */
  open(): void {
    this.#around = undefined
    this.#heard = this.#untold = 0
  }

  hear(text: string): void {
    this.#characters += text.length
    if (this.#around === undefined) this.#heard += Buffer.byteLength(text)
  }

  /** A whole answer of so many characters. */
  hearAll(characters: number): void {
    this.#characters = characters
    this.isHeard = true
  }

  /**
   * What was heard stood in a frame of so many bytes. Those that are padded, so that nobody sees how long their words are, do not tell it us either.
   * Of words that are told in whole, after their pieces, those that went on unread are not counted twice.
   */
  read(bytes: number, isPadded: boolean, isRetold = false): void {
    if (isRetold) {
      const again = Math.min(this.#untold, (this.#characters - this.#before) / 4)
      this.#unread -= again
      this.#untold -= again
    }
    this.#before = this.#characters
    if (this.#heard > 0) this.#around = isPadded ? Infinity : bytes - this.#heard
    this.#heard = 0
  }

  /** Whether a frame can be passed on without reading it. */
  get canPass(): boolean {
    return this.#around !== undefined
  }

  /** A frame of so many bytes went on unread: it has one token at least. */
  pass(bytes: number): void {
    const tokens = Math.max(1, (bytes - (this.#around ?? Infinity)) / 4)
    this.#unread += tokens
    this.#untold += tokens
  }

  get tokens(): number {
    return estimatedTokens(this.#characters) + Math.ceil(this.#unread)
  }
}
