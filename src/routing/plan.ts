/** The result of routing for one call: what may be asked, and by whose order. */

import type { Group } from './leaf.ts'
import type { Chain, Target } from './target.ts'

export type RouteReason = 'chain' | 'alias' | 'prefix' | 'only_provider' | 'default_provider' | 'asked_provider'

/** Made once for a name, and shared by all calls that use it. */
export interface Plan {
  readonly root: Group
  readonly reason: RouteReason
  readonly chain?: Chain | undefined
  /** Who of them may be asked; all where absent. */
  readonly allows?: (target: Target) => boolean
}

/** All that a plan may come to, as the operator wrote them down. */
export function targetsOf({ root, allows }: Plan): readonly Target[] {
  const targets = root.leaves.map(({ target }) => target)
  return allows === undefined ? targets : targets.filter(allows)
}

/** The same plan for those alone that `allows` says. */
export function narrowed(plan: Plan, allows: (target: Target) => boolean): Plan {
  const { allows: before } = plan
  return { ...plan, allows: before === undefined ? allows : (target) => before(target) && allows(target) }
}
