/** What a stored text says: undefined where it is no JSON. A hand may have spoiled one row, and all others count for that. */

export function storedJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
