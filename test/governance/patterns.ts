/** The regular expressions that stand in a text of TypeScript, and inputs that would show one that takes more than linear time. */

export interface Pattern {
  readonly source: string
  readonly flags: string
}

const comment = /\/\*[^]*?\*\/|\/\/[^\n]*/y
const text = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y
const literal = /\/((?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/y
/** Behind these a `/` begins a pattern, and divides behind anything else. */
const before = /(?:^|[(,=:[!&|?{;>]|\breturn|\bcase)\s*$/

/** Templates are read for what stands in them, as code is: a pattern may be in one of their gaps. */
export function patternsIn(code: string): readonly Pattern[] {
  const found: Pattern[] = []
  let at = 0
  const skip = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at
    const match = shape.exec(code)
    if (match !== null) at += match[0].length
    return match
  }
  while (at < code.length) {
    if (skip(comment) !== null || skip(text) !== null) continue
    const isPlace = code[at] === '/' && before.test(code.slice(Math.max(0, at - 20), at))
    const [, source, flags] = (isPlace ? skip(literal) : null) ?? []
    if (source === undefined) at += 1
    else found.push({ source, flags: flags ?? '' })
  }
  return found
}

/** What may be repeated: a character of each class, and the words of the pattern itself. */
const usual = ['a', 'A', '0', ' ', '\t', '-', '.', '_', '/', ':', '"', '\\', '=', '@', '\n', '%', ',', 'é', '+']

/** So many characters of one thing behind the beginning that the pattern wants, and an end that fits nothing. */
export function* hostileTo({ source }: Pattern, length: number): Generator<string> {
  const words = [...new Set(source.replaceAll(/\\[a-zA-Z]|\[[^\]]*\]|\{[^}]*\}/g, ' ').match(/[\w:/<>@.=-]{2,20}/g) ?? [])].slice(0, 5)
  const signs = [...new Set(source.match(/[^\w\s\\()[\]{}?*+|^$]/g) ?? [])].slice(0, 5)
  for (const start of ['', ...words.slice(0, 3)])
    for (const piece of [...usual, ...words, ...signs, 'a0', 'a ', '0.', 'a.', 'a-', ...signs.map((sign) => `a${sign}`)])
      yield `${start}${piece.repeat(Math.ceil(length / piece.length))}\u0000`
}
