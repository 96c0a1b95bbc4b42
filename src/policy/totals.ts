/** Adds up what detectors find in an answer, piece by piece. */

import type { Detected, Inspected } from './detector.ts'

/** As many entries as there are detectors. */
export class Totals {
  #sums: Inspected = {}

  /** Of all that was added. */
  get found(): Inspected {
    return this.#sums
  }

  /** What begins in this stretch; what lies before was added already, and what comes after will be found again. */
  add(found: Inspected, from: number, to: number): void {
    this.#sums = joined(this.#sums, found, (start) => start >= from && start < to)
  }

  /** With what is seen now and not yet added. */
  with(found: Inspected, from: number): Inspected {
    return joined(this.#sums, found, (start) => start >= from)
  }
}

function joined(sums: Inspected, found: Inspected, counts: (start: number) => boolean): Inspected {
  const all: { [detector: string]: Detected } = { ...sums }
  for (const name in found) {
    const { findings, score, label, kinds: said } = found[name]!
    const before = sums[name]
    const kinds: { [kind: string]: number } = { ...before?.kinds }
    let count = before?.count ?? 0
    for (const { start, kind } of findings) {
      if (!counts(start)) continue
      kinds[kind] = (kinds[kind] ?? 0) + 1
      count += 1
    }
    // What a detector of sizes says has no place in the text.
    if (findings.length === 0) for (const kind in said) kinds[kind] = (kinds[kind] ?? 0) + said[kind]!
    all[name] = { kinds, count, score: Math.max(score, before?.score ?? 0), findings: [], ...(label !== undefined && { label }) }
  }
  return all
}
