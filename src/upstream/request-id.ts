/** What a provider calls a request, so that the operator can ask it about one. */

/** In the order in which they are believed: vendors differ in the name. */
const names = ['request-id', 'x-request-id', 'x-amzn-requestid', 'dg-request-id'] as const

export function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of names) if (headers[name] !== undefined) return headers[name]
  return undefined
}
