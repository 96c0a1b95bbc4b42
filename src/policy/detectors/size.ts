/** Says how much text there is. */

import type { Detector } from '../detector.ts'

export function sizeDetector(terms: Detector['terms']): Detector {
  return {
    terms,
    look(passages) {
      let characters = 0
      let longest = 0
      let counted = 0
      for (const { from, text } of passages) {
        if (terms.of !== undefined && !terms.of.includes(from)) continue
        counted += 1
        characters += text.length
        longest = Math.max(longest, text.length)
      }
      return { kinds: { characters, passages: counted, longest }, count: 0, score: 0, findings: [] }
    },
  }
}
