/** What a call takes of the counters of its limits and budgets. */

import { idOfBudget, idOfLimit, isOfCaller, withValue } from './counter-id.ts'
import type { CounterTerms } from './counter.ts'
import type { Budget, Each, Limit } from './limit.ts'
import { caseless, listsModel } from './models.ts'
import { periodOf } from './periods.ts'
import { isIn, type Holder } from './scope.ts'

/** A call, as far as counters go by it. */
export interface Demand extends Used {
  readonly model: string
  readonly provider: string
  readonly labels: Readonly<Record<string, string>> | null
}

/** What it uses: at most, before it is made, and really, after it. */
export interface Used {
  /** Tokens in and out. */
  readonly tokens: number
  /** Nano-dollars; null where nobody knows the price. */
  readonly cost: number | null
}

/** So much of one counter. */
export interface Want {
  readonly terms: CounterTerms
  readonly amount: number
  readonly rule: Limit | Budget
}

/** What may be about the calls of one caller. */
export interface Charges {
  readonly limits: readonly Charge<Limit>[]
  readonly budgets: readonly Charge<Budget>[]
}

/** A rule for one caller. */
interface Charge<Rule> {
  readonly rule: Rule
  /** Of its counter, with the values that the caller alone decides. */
  readonly id: string
  /** What else it is kept by. */
  readonly byCall: readonly Each[]
  /** Every call of the caller goes to one counter. */
  readonly isFixed: boolean
  readonly termsAt: (id: string, at: number) => CounterTerms
  /** What the call before went to: most are to the same model. */
  last: Last | undefined
}

interface Last {
  readonly model: string
  readonly provider: string
  readonly labels: Demand['labels']
  /** Undefined where the rule is not about the call. */
  readonly terms: CounterTerms | undefined
  /** When the terms end, in milliseconds since 1970. */
  readonly until: number
}

const none: readonly Want[] = []

/** The part that is made once for a caller; undefined where nothing is about its calls. */
export function chargesFor(holder: Holder, limits: readonly Limit[], budgets: readonly Budget[]): Charges | undefined {
  const isOurs = ({ tenant, scope }: Limit | Budget): boolean => (tenant === null || tenant === holder.tenant) && isIn(scope, holder)
  const charges = {
    limits: limits.filter(isOurs).map((rule) => chargeOf(rule, holder, idOfLimit(rule), (id) => termsOfLimit(rule, id))),
    budgets: budgets.filter(isOurs).map((rule) => chargeOf(rule, holder, idOfBudget(rule), (id, at) => termsOfBudget(rule, id, at))),
  }
  return charges.limits.length + charges.budgets.length === 0 ? undefined : charges
}

function chargeOf<Rule extends Limit | Budget>(rule: Rule, holder: Holder, begin: string, termsAt: Charge<Rule>['termsAt']): Charge<Rule> {
  const id = rule.each.filter(isOfCaller).reduce((name, each) => withValue(name, each, holder[each]), begin)
  const byCall = rule.each.filter((each) => !isOfCaller(each))
  return { rule, id, byCall, isFixed: byCall.length + rule.models.length + rule.providers.length === 0, termsAt, last: undefined }
}

/** What the call takes of its limits, if it may go on. */
export const wantsOfLimits = ({ limits }: Charges, demand: Demand): readonly Want[] => wantsOf(limits, demand, 0)

/** What it takes of the budgets for the periods that `at` (milliseconds since 1970) is in. */
export const wantsOfBudgets = ({ budgets }: Charges, demand: Demand, at: number): readonly Want[] => wantsOf(budgets, demand, at)

function wantsOf(charges: readonly Charge<Limit | Budget>[], demand: Demand, at: number): readonly Want[] {
  if (charges.length === 0) return none
  const wants: Want[] = []
  for (let index = 0; index < charges.length; index += 1) {
    const charge = charges[index]!
    const terms = termsOf(charge, demand, at)
    const amount = terms === undefined ? 0 : amountOf(charge.rule, demand)
    // What takes nothing of a limit is not refused by it; how a budget stands has to be known.
    if (terms !== undefined && (amount > 0 || 'period' in charge.rule)) wants.push({ terms, amount, rule: charge.rule })
  }
  return wants
}

/** How much of the rule's counter that is: what was used less than a whole unit counts as one. */
export function amountOf(rule: Limit | Budget, { tokens, cost }: Used): number {
  const measure = 'measure' in rule ? rule.measure : 'cost'
  if (measure === 'requests' || measure === 'concurrency') return 1
  return Math.min(Math.max(Math.ceil((measure === 'tokens' ? tokens : cost) ?? 0), 0), Number.MAX_SAFE_INTEGER)
}

/** The first rule that lets no call through whose price nobody knows: a limit of cost, or a budget that does not say `allow`. */
export function refusingUnpriced({ limits, budgets }: Charges, demand: Demand, at: number): Limit | Budget | undefined {
  const isAbout = (charge: Charge<Limit | Budget>): boolean => termsOf(charge, demand, at) !== undefined
  const limit = limits.find((charge) => charge.rule.measure === 'cost' && isAbout(charge))
  return (limit ?? budgets.find((charge) => charge.rule.unpriced === 'refuse' && isAbout(charge)))?.rule
}

function termsOf(charge: Charge<Limit | Budget>, demand: Demand, at: number): CounterTerms | undefined {
  const { last } = charge
  if (last !== undefined && at < last.until && (charge.isFixed || isLike(last, demand, charge.byCall))) return last.terms
  const terms = isAbout(charge.rule, demand) ? charge.termsAt(idFor(charge, demand), at) : undefined
  const until = terms?.kind === 'window' ? (terms.to ?? Infinity) : Infinity
  charge.last = { model: demand.model, provider: demand.provider, labels: demand.labels, terms, until }
  return terms
}

function isLike(last: Last, demand: Demand, byCall: readonly Each[]): boolean {
  if (last.model !== demand.model || last.provider !== demand.provider) return false
  for (let index = 0; index < byCall.length; index += 1) if (valueOf(byCall[index]!, last) !== valueOf(byCall[index]!, demand)) return false
  return true
}

/** Models as the provider calls them, alone or behind its name. */
function isAbout({ models, providers }: Limit | Budget, { model, provider }: Demand): boolean {
  if (providers.length > 0 && !providers.includes(provider)) return false
  return models.length === 0 || listsModel(models, provider, model)
}

function idFor({ id, byCall }: Charge<unknown>, demand: Demand): string {
  let name = id
  for (const each of byCall) name = withValue(name, each, each === 'model' ? caseless(demand.model) : valueOf(each, demand))
  return name
}

const labelAt = 'label:'.length

function valueOf(each: Each, { model, provider, labels }: Pick<Demand, 'model' | 'provider' | 'labels'>): string | undefined {
  if (each === 'model') return model
  if (each === 'provider') return provider
  const name = each.slice(labelAt)
  return labels !== null && Object.hasOwn(labels, name) ? labels[name] : undefined
}

/** What comes at once may be more or less than what comes in a window: it fills up as fast. */
export function termsOfLimit({ measure, amount, window, burst = amount }: Limit, id: string): CounterTerms {
  if (measure === 'concurrency') return { kind: 'slots', id, capacity: amount }
  if (amount === 0) return { kind: 'bucket', id, capacity: 0, period: window }
  return { kind: 'bucket', id, capacity: burst, period: Math.ceil((window * burst) / amount) }
}

function termsOfBudget({ amount, period, timeZone }: Budget, id: string, at: number): CounterTerms {
  const { from, to, before } = periodOf(period, timeZone, at)
  return { kind: 'window', id, capacity: amount, from, to, before }
}
