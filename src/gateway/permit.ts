/** Whether a caller may come here at all, and which targets of a plan are for it. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { barrierOf, barriers, isGranted, type Barrier, type Circle, type Destination } from '../policy/access.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { narrowed, targetsOf, type Plan } from '../routing/plan.ts'
import type { Target } from '../routing/target.ts'
import type { Surface } from '../surfaces/surface.ts'
import type { AnyCall } from './call.ts'
import type { Caller } from './snapshot.ts'

/** Throws `Failure` (`insufficient_scope`) where the key is not for this API. */
export function permit({ access, circles }: Caller, { name }: Pick<Surface, 'name'>, { record }: Pick<Receipt, 'record'>): void {
  if (access?.surfaces === undefined || access.surfaces.includes(name)) return
  const circle = circles?.find(({ access: { surfaces } }) => surfaces?.includes(name) === false)
  record.refused_by = nameOf('surfaces', circle)
  throw new Failure('insufficient_scope', `Your key may not use this API (\`${name}\`): it is not in ${listOf('APIs', circle)}.`)
}

/** The plan without targets that the caller may not use, whatever name led to them. Throws `Failure` (`model_not_allowed`) where none is left. */
export function permitted({ caller, named, fallbacks }: AnyCall, plan: Plan, { record }: Pick<Receipt, 'record'>): Plan {
  const { access = {}, circles, grants } = caller
  if (caller.access === undefined && !plan.root.hasSponsored) return plan
  const at = now()
  const destinationOf = ({ connection: { name: provider, region, isSponsored }, model: id }: Target): Destination => {
    return { provider, model: id, region, asked: named, fallbacks, isSponsored }
  }
  const barrierTo = (destination: Destination): Barrier | undefined =>
    barrierOf(access, destination) ?? (isGranted(grants, destination, at) ? undefined : 'invitation')
  const allowed = narrowed(plan, (target) => barrierTo(destinationOf(target)) === undefined)
  if (firstOf(allowed) !== undefined || firstOf(plan) === undefined) return allowed
  const kept = targetsOf(plan).map((target) => ({ destination: destinationOf(target), barrier: barrierTo(destinationOf(target)) }))
  // Of several targets it is the last barrier that any of them came to which left nobody.
  const last = barriers.findLast((one) => kept.some(({ barrier }) => barrier === one)) ?? 'models'
  const { destination } = kept.find(({ barrier }) => barrier === last)!
  const circle = circles?.find((one) => barrierOf(one.access, destination) === last)
  record.refused_by = nameOf(last, circle)
  throw new Failure('model_not_allowed', sentences[last](circle), { param: 'model' })
}

const sentences: { readonly [one in Barrier]: (circle: Circle | undefined) => string } = {
  providers: (circle) => `None of the providers that serve this model is in ${listOf('providers', circle)}.`,
  regions: (circle) => `None of the providers that your key may use for this model is in ${listOf('regions', circle)}.`,
  models: (circle) => `This model is not in ${listOf('models', circle)}.`,
  invitation: () => 'This model is for those who have an invitation, and your key has redeemed none that opens it now.',
}

/** Clients are told whose list it is, and not what the operator calls them. */
function listOf(what: string, circle: Circle | undefined): string {
  if (circle === undefined) return `all the lists of ${what} that hold for your key`
  return circle.of === 'key' ? `your key’s list of ${what}` : `the list of ${what} of your key’s ${circle.of}`
}

/** As receipts tell it: `team:research models`. */
const nameOf = (what: Barrier | 'surfaces', circle: Circle | undefined): string => (circle === undefined ? what : `${circle.of}:${circle.id} ${what}`)

/** Of a chain of thousands the first is found without looking at the others. */
export function firstOf({ root, allows }: Plan): Target | undefined {
  return root.leaves.find(({ target }) => allows === undefined || allows(target))?.target
}

/** For a plan that is asked of several. */
export const hasSeveral = (plan: Plan): boolean => plan.root.leaves.length > 1 && targetsOf(plan).length > 1
