/** The names of places, as `leaf.ts` gives them: `target:openai@east/gpt-4o`, `account:openai@east#1a2b3c4d`, `provider:openai`, `quota:shared`; and `key:…`. */

import { idOf, type Connection } from './target.ts'

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

export function accountPlace(connection: Connection): string {
  const { secretMark } = connection
  return `account:${idOf(connection)}${secretMark === undefined ? '' : `#${secretMark}`}`
}

/** Tells whether a place is of one of these connections: of what targets share, whether one of them says its name. Keys are of nobody's connection. */
export function placesOf(connections: readonly Connection[]): (place: string) => boolean {
  const ids = new Set(connections.map(idOf))
  const others = new Set(connections.flatMap((one) => [`provider:${one.name}`, accountPlace(one), `quota:${one.quota}`]))
  return (place) => {
    const { kind, provider, account } = readPlace(place)
    if (kind === 'key') return true
    return kind === 'target' ? provider !== null && ids.has(idOf({ name: provider, account: account ?? undefined })) : others.has(place)
  }
}
