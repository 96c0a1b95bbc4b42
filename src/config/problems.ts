/** What is wrong with a configuration: all of it at once, each with its place, in sentences for the operator. */

export interface Problem {
  /** The setting, as `providers.east.baseUrl`; empty where it is about the whole. */
  readonly path: string
  /** The line of the file, from 1; undefined where it does not come from there. */
  readonly line?: number
  /** The variable or the option that said it, where it does not come from the file. */
  readonly from?: string
  readonly sentence: string
}

/** Thrown by `loadSettings`. Its message lists every problem, a line each; no value of a secret is in it. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], file?: string) {
    super(problems.map((problem) => written(problem, file)).join('\n'))
    this.problems = problems
  }
}

function written({ path, line, from, sentence }: Problem, file = 'omni.yaml'): string {
  const place = from ?? (line === undefined ? undefined : `${file}:${line}`)
  return [place, path === '' ? undefined : path, sentence].filter((part) => part !== undefined).join(': ')
}

/** Told of what is wrong with a setting, and of what is not wrong but should be known. */
export interface Report {
  readonly problem: (path: readonly string[], sentence: string) => void
  readonly warn: (sentence: string) => void
}

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
