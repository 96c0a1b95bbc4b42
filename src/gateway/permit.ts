/** Whether a caller may come here at all, and which targets of a plan are for it. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { isGranted, mayGo } from '../policy/access.ts'
import { narrowed, targetsOf, type Plan } from '../routing/plan.ts'
import type { Target } from '../routing/target.ts'
import type { Surface } from '../surfaces/surface.ts'
import type { AnyCall } from './call.ts'
import type { Caller } from './snapshot.ts'

/** Throws `Failure` (`insufficient_scope`) where the key is not for this API. */
export function permit({ access }: Caller, { name }: Pick<Surface, 'name'>): void {
  if (access?.surfaces !== undefined && !access.surfaces.includes(name)) throw new Failure('insufficient_scope', `Your key may not use this API (\`${name}\`).`)
}

/** The plan without targets that the caller may not use, whatever name led to them. Throws `Failure` (`model_not_allowed`) where none is left. */
export function permitted({ caller, named, fallbacks }: AnyCall, plan: Plan): Plan {
  const { access = {}, grants } = caller
  if (caller.access === undefined && !plan.root.hasSponsored) return plan
  const at = now()
  const allowed = narrowed(plan, ({ connection: { name: provider, region, isSponsored }, model: id }) => {
    const destination = { provider, model: id, region, asked: named, fallbacks, isSponsored }
    return mayGo(access, destination) && isGranted(grants, destination, at)
  })
  if (firstOf(allowed) === undefined && firstOf(plan) !== undefined)
    throw new Failure('model_not_allowed', 'Your key may not use this model, or none of those who serve it.', { param: 'model' })
  return allowed
}

/** Of a chain of thousands the first is found without looking at the others. */
export function firstOf({ root, allows }: Plan): Target | undefined {
  return root.leaves.find(({ target }) => allows === undefined || allows(target))?.target
}

/** For a plan that is asked of several. */
export const hasSeveral = (plan: Plan): boolean => plan.root.leaves.length > 1 && targetsOf(plan).length > 1
