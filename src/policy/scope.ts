/** Whose calls a limit, a budget, a policy or a credential is about. */

/** `all`, or one of these with its id: `tenant:acme`, `key:key_…`. */
export type Scope = 'all' | `${Holding}:${string}`

/** What a caller may belong to, the widest first. */
export const holdings = ['tenant', 'team', 'agent', 'user', 'key'] as const
export type Holding = (typeof holdings)[number]

/** Who asks, as far as rules may go by it; undefined where the key says nothing of it. */
export interface Holder {
  readonly tenant: string
  readonly team?: string | undefined
  readonly agent?: string | undefined
  readonly user?: string | undefined
  /** Null where client auth is off. */
  readonly key: string | null
}

export const scopePattern = /^(all|(tenant|team|agent|user|key):[\w.-]{1,64})$/

export function isIn(scope: Scope, holder: Holder): boolean {
  if (scope === 'all') return true
  const at = scope.indexOf(':')
  return holder[scope.slice(0, at) as Holding] === scope.slice(at + 1)
}
