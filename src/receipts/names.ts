/** Names as receipts may tell them: a client or a provider may call anything by any text. */

/** A model's name; `unknown` where it has not the shape of one. */
export const nameOf = (model: string): string => safeName(model) ?? 'unknown'

/** A provider's name for something, if it has the shape of one. */
export function safeName(text: string): string | null {
  return /^[\w.:@/+-]{1,200}$/.test(text) ? text : null
}
