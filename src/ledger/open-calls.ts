/** Calls whose intent is written and whose receipt is not, by their ids. They come and go with every call. */

interface OpenCall {
  readonly id: string
  /** Its intent. */
  readonly text: string
}

/** More than calls are under way, as a rule: a list holds one or two. */
const lists = 1024

/**
 * Not a `Map`: it leaves a trail of outgrown tables, each pointing to the next, and once the first of them is old the garbage
 * collector keeps all that ever stood in those that follow (see `base/roster.ts`).
 */
export class OpenCalls {
  /** Bounded by the calls in flight, and those whose receipts wait in the outbox. */
  readonly #lists: OpenCall[][] = Array.from({ length: lists }, () => [])
  #size = 0

  constructor(calls: Iterable<readonly [id: string, text: string]> = []) {
    for (const [id, text] of calls) this.add(id, text)
  }

  get size(): number {
    return this.#size
  }

  /** The id is of no other call: an intent is written once. */
  add(id: string, text: string): void {
    this.#listOf(id).push({ id, text })
    this.#size += 1
  }

  delete(id: string): void {
    const list = this.#listOf(id)
    let at = 0
    while (at < list.length && list[at]!.id !== id) at += 1
    if (at === list.length) return
    const last = list.pop()!
    if (at < list.length) list[at] = last
    this.#size -= 1
  }

  /** A copy, by id. */
  all(): ReadonlyMap<string, string> {
    return new Map(this.#lists.flat().map(({ id, text }) => [id, text]))
  }

  /** The end of an id is random. */
  #listOf(id: string): OpenCall[] {
    const { length } = id
    const end = (id.charCodeAt(length - 1) * 31 + id.charCodeAt(length - 2)) * 31 + id.charCodeAt(length - 3)
    return this.#lists[end % lists || 0]!
  }
}
