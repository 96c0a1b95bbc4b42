/** Names as receipts may tell them: a client or a provider may call anything by any text. */

const shape = /^[\w.:@/+-]{1,200}$/
const border = /[:@/]/

/** Clients paste keys where names belong, and servers say back what they were sent: how the keys of vendors, clouds and our own begin. */
const secret = new RegExp(
  `^(?:${[
    '[a-z]{0,3}[sprc]k[-_][\\w-]{16}',
    'omni_\\w{16}',
    '(?:xai|pplx|nvapi|tgp)[-_][\\w-]{32}',
    '(?:gh[a-z]|hf|r8|fw|github_pat|glpat)[-_]\\w{16}',
    'AIza[\\w-]{30}',
    'A[KS]IA[A-Z0-9]{16}',
    'eyJ[\\w-]{8,}\\.',
  ].join('|')})`,
)

/** Somebody’s id for something, if it has the shape of one: no space, at most 200 characters, and no part that is a secret. */
export function safeId(text: string): string | null {
  if (!shape.test(text) || secret.test(text)) return null
  return border.test(text) && text.split(border).some((part) => secret.test(part)) ? null : text
}

const most = 1000
/** Names of models and systems are few, and each is told on many calls. At most `most`. */
const known = new Map<string, string>()

/** The same of a name. */
export function safeName(text: string): string | null {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= most) known.clear()
  const name = safeId(text)
  if (name !== null) known.set(name, name)
  return name
}

/** A model's name; `unknown` where it has not the shape of one. */
export const nameOf = (model: string): string => safeName(model) ?? 'unknown'
