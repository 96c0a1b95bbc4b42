/** Names as receipts may tell them: a client or a provider may call anything by any text. */

/** Clients paste keys where names belong, and servers say back what they were sent: how the keys of vendors, clouds and our own begin. */
const secret = [
  '[a-z]{0,3}[sprc]k[-_][\\w-]{16,}',
  'omni_\\w{16,}',
  '(?:xai|pplx|nvapi|tgp)[-_][\\w-]{32,}',
  '(?:gh[a-z]|hf|r8|fw|github_pat|glpat)[-_]\\w{16,}',
  'AIza[\\w-]{30,}',
  'A[KS]IA[A-Z0-9]{16}',
  'eyJ[\\w-]{8,}\\.',
].join('|')

/** At most 200 characters, no space, and no part that is a secret. */
const safe = new RegExp(`^(?!(?:[^/:@]*[/:@])*(?:${secret}))[\\w.:@/+-]{1,200}$`)

/** A model's name; `unknown` where it has not the shape of one. */
export const nameOf = (model: string): string => safeName(model) ?? 'unknown'

/** A provider's name for something, if it has the shape of one. */
export function safeName(text: string): string | null {
  return safe.test(text) ? text : null
}
