/** Slips that people make in expressions, by what they wrote: what stands in CEL instead. */

const slips: readonly (readonly [written: RegExp, told: string])[] = [
  [/[“”„‘’]/, 'It cannot be read: quotes are written `"`.'],
  [/\band\b/i, 'It cannot be read: “and” is written `&&`.'],
  [/\bor\b/i, 'It cannot be read: “or” is written `||`.'],
  [/\bnot\b/i, 'It cannot be read: “not” is written `!`.'],
  [/\bis\b/i, 'It cannot be read: “is” is written `==`.'],
  [/(?<![=!<>])=(?!=)/, 'It cannot be read: “equals” is written `==`.'],
  [/(?<!&)&(?!&)/, 'It cannot be read: “and” is written `&&`.'],
  [/(?<!\|)\|(?!\|)/, 'It cannot be read: “or” is written `||`.'],
]

/** What the package says of texts that are not whole, in words of ours. */
const faults: readonly (readonly [said: RegExp, told: string])[] = [
  [/^Unterminated string/, 'A text has no quote at its end.'],
  [/^Expected (RPAREN|RBRACKET|RBRACE)/, 'A bracket is not closed.'],
  [/^Unexpected token: EOF/, 'It ends too soon.'],
]

const texts = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g

/** What is known of the slip in an expression that cannot be read, of which the package says `summary`; undefined where nothing is. */
export function slipIn(expression: string, summary: string): string | undefined {
  const fault = faults.find(([said]) => said.test(summary))?.[1]
  const bare = expression.replace(texts, '""')
  return fault ?? (summary.startsWith('Unexpected') ? slips.find(([written]) => written.test(bare))?.[1] : undefined)
}
