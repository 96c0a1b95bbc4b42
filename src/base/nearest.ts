/** What somebody meant who wrote a name wrong. */

/** Words come from outside: what is longer is cut. */
const longest = 64

/** The word that was most likely meant, or undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const scored = words.map((other) => ({ other, distance: distance(word.toLowerCase(), other.toLowerCase()) })).sort((one, two) => one.distance - two.distance)
  const best = scored[0]
  return best && best.distance <= Math.max(2, Math.floor(Math.min(word.length, longest) / 3)) ? best.other : undefined
}

/** Letters to add, drop, change or swap with their neighbour, until one word is the other (optimal string alignment). */
function distance(one: string, two: string): number {
  const [a, b] = [one.slice(0, longest), two.slice(0, longest)]
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swapped))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/** ` Did you mean \`x\`?`, or nothing. */
export function hint(word: string, words: readonly string[]): string {
  const meant = nearest(word, words)
  return meant === undefined ? '' : ` Did you mean \`${meant}\`?`
}
