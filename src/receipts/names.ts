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
    'ya29\\.[\\w-]{16}',
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

const none: readonly string[] = []
/** Shorter ones are the made-up keys of local servers: words that names may hold. */
const leastSecret = 8

/** Whether one of the secrets stands in a text as it is. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  for (const secret of secrets) if (secret.length >= leastSecret && secret.length <= text.length && text.includes(secret)) return true
  return false
}

/** Tells the names of one call: of the secrets that go with it none, whatever their shape. Servers say back what they were sent. */
export class Teller {
  /** The keys that the caller shows. */
  shown = none
  /** Our secrets to whoever is asked now. */
  sent = none

  isSecret(text: string): boolean {
    return holdsSecret(text, this.shown) || holdsSecret(text, this.sent)
  }

  id(text: string | undefined): string | null {
    return text === undefined || this.isSecret(text) ? null : safeId(text)
  }

  name(text: string | undefined): string | null {
    return text === undefined || this.isSecret(text) ? null : safeName(text)
  }

  /** `unknown` where it cannot be told. */
  model(text: string): string {
    return this.name(text) ?? 'unknown'
  }

  labels(labels: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | null {
    return labels === undefined ? null : Object.fromEntries(Object.entries(labels).filter(([, label]) => !this.isSecret(label)))
  }
}
