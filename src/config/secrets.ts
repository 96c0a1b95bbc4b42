/** Secrets that are none: what stands in examples, and what can be guessed. */

const examples = new Set([
  'secret',
  'password',
  'token',
  'key',
  'apikey',
  'test',
  'demo',
  'dummy',
  'default',
  'admin',
  'none',
  'null',
  'undefined',
  'todo',
  'foo',
  'bar',
  'abc',
  'abc123',
  'qwerty',
  'letmein',
  'secretkey',
  'testtoken',
  'testkey',
  'secretapikey',
  'mysecret',
  'mytoken',
  'mykey',
  'myapikey',
  'mysecretkey',
  'supersecret',
  'secrettoken',
  'changeit',
  'empty',
])

/** Whether a text is what examples and templates hold where a secret belongs, as `sk-1234`, `your-api-key-1` and `CHANGEME`. */
export function isPlaceholder(text: string): boolean {
  const word = text.toLowerCase()
  const letters = word.replace(/[^a-z]/g, '')
  if (word === '' || /^\W+$/.test(word) || new Set(word).size <= 2) return true
  if (
    /your[-_ ]?(own|api|secret|openai|anthropic|key|token|master)|change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|placeholder|insert[-_ ]?(your|key)|example|xxxx|<.*>|\$\{|\.\.\.$/.test(
      word,
    )
  )
    return true
  if (/^(sk|pk|key|token|secret|pass|password|test|admin|master|api)?[-_]?(0?1?2?3?4?5?6?7?8?9?0?)$/.test(word) && word.length < 20) return true
  return examples.has(letters) && word.length < 20
}

/** Bits that a text has at most, if each of its characters was chosen freely among those of its kinds. */
export function strengthOf(text: string): number {
  const letters = /^[\da-f]*$/i.test(text) ? 0 : (/[a-z]/.test(text) ? 26 : 0) + (/[A-Z]/.test(text) ? 26 : 0)
  const hex = letters === 0 && /[a-f]/i.test(text) ? 6 : 0
  const alphabet = (/\d/.test(text) ? 10 : 0) + letters + hex + (/[^\w]|_/.test(text) ? 4 : 0)
  return Math.min(text.length, new Set(text).size * 8) * Math.log2(Math.max(2, alphabet))
}

/** What a secret that opens the gateway to others must have. */
export const leastBits = 128
