/** The names of places, as `leaf.ts` gives them: `target:openai@east/gpt-4o`, `account:openai@east#1a2b3c4d`, `provider:openai`, `quota:shared`; and `key:…`. */

interface PlaceName {
  readonly kind: 'provider' | 'account' | 'target' | 'quota' | 'key'
  /** Null where it is no single provider's, as are the two below. */
  readonly provider: string | null
  readonly account: string | null
  readonly model: string | null
}

const ofProvider = /^(?:provider|account|target):([^@/#]+)(?:@([^/#]+))?(?:#\w+)?(?:\/([^]*))?$/

export function readPlace(name: string): PlaceName {
  const [, provider = null, account = null, model = null] = ofProvider.exec(name) ?? []
  return { kind: name.slice(0, name.indexOf(':')) as PlaceName['kind'], provider, account, model }
}
