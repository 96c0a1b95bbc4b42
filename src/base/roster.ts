/** Who is in: things that come and go with every call, kept so that the garbage collector has nothing to do with it. */

/** `place` is the roster's own: -1 while it is not in one. */
export interface Listed {
  place: number
}

/**
 * A list with adding and removing in constant time. Not a `Set`: a set leaves a trail of outgrown tables behind, each
 * pointing to the next and to what was in it, and once the first of them is old, all that follow live as long as it does.
 */
export class Roster<T extends Listed> implements Iterable<T> {
  readonly #members: T[] = []

  get size(): number {
    return this.#members.length
  }

  add(one: T): void {
    if (one.place !== -1) return
    one.place = this.#members.length
    this.#members.push(one)
  }

  remove(one: T): void {
    const { place } = one
    if (place === -1) return
    one.place = -1
    const last = this.#members.pop()!
    if (last === one) return
    this.#members[place] = last
    last.place = place
  }

  /** A copy, so that members may come and go meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#members].values()
  }
}
