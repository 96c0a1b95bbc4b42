/** Whether a stream that has begun to speak gets on: one that trickles is never silent for long, and never comes to its end. */

/** A window with some words, but fewer frames of them than this, is slow. The slowest models say a word a second. */
const fewFrames = 5
/** Unless the frames are large: thoughts are told by the paragraph, one every few seconds. */
const fewBytes = 2048
/** The last words of a good answer may be few: one slow window says nothing. */
const slowInARow = 2

/** Times and windows are milliseconds, of whatever clock its caller has. */
export class Progress {
  readonly #window: number
  #until: number
  #frames = 0
  #bytes = 0
  #slow = 0

  constructor(window: number, time: number) {
    this.#window = window
    this.#until = time + window
  }

  /** Words have come. */
  note(frames: number, bytes: number): void {
    this.#frames += frames
    this.#bytes += bytes
  }

  /** Begins the window anew: what did not come before was not for want of words. */
  restart(time: number): void {
    this.#until = time + this.#window
    this.#frames = 0
    this.#bytes = 0
  }

  /** Whether the windows that have ended by now were slow. One without any words is none of them: that is silence, which has limits of its own. */
  isTrickle(time: number): boolean {
    if (time < this.#until) return false
    const isSlow = this.#frames > 0 && this.#frames < fewFrames && this.#bytes < fewBytes
    this.#slow = isSlow ? this.#slow + 1 : 0
    this.restart(time)
    return this.#slow >= slowInARow
  }
}
