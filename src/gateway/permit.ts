/** Whether a caller may come here at all, and which targets of a plan are for it. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { barrierOf, barriers, isGranted, type Barrier } from '../policy/access.ts'
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
  const barrierTo = ({ connection: { name: provider, region, isSponsored }, model: id }: Target): Barrier | undefined => {
    const destination = { provider, model: id, region, asked: named, fallbacks, isSponsored }
    return barrierOf(access, destination) ?? (isGranted(grants, destination, at) ? undefined : 'invitation')
  }
  const allowed = narrowed(plan, (target) => barrierTo(target) === undefined)
  if (firstOf(allowed) === undefined && firstOf(plan) !== undefined) throw refusalBy(targetsOf(plan).map(barrierTo))
  return allowed
}

const sentences: { readonly [one in Barrier]: string } = {
  providers:
    'None of the providers that serve this model is in all the lists of providers that hold for your key: its own, its team’s, its agent’s and its tenant’s.',
  regions: 'None of the providers that your key may use for this model is in a region that your tenant’s calls may go to.',
  models: 'This model is not in all the lists of models that hold for your key: its own, its team’s, its agent’s and its tenant’s.',
  invitation: 'This model is for those who have an invitation, and your key has redeemed none that opens it now.',
}

/** Of several targets it is the last barrier that any of them came to which left nobody. */
function refusalBy(found: readonly (Barrier | undefined)[]): Failure {
  const last = barriers.findLast((barrier) => found.includes(barrier)) ?? 'models'
  return new Failure('model_not_allowed', sentences[last], { param: 'model' })
}

/** Of a chain of thousands the first is found without looking at the others. */
export function firstOf({ root, allows }: Plan): Target | undefined {
  return root.leaves.find(({ target }) => allows === undefined || allows(target))?.target
}

/** For a plan that is asked of several. */
export const hasSeveral = (plan: Plan): boolean => plan.root.leaves.length > 1 && targetsOf(plan).length > 1
