/** How far names lead: none in a circle, none through too many others, and none to more targets than can be kept in mind. */

import { isWildcard, mayMake, wildcardsAfter, writtenOut } from '../base/wildcard.ts'
import { endOf, mostNames, nameFor, type Directory } from './directory.ts'
import type { ChainTarget } from './settings.ts'

/** Each account of each target counts: each has a health of its own. */
const mostTargets = 10_000

interface Size {
  readonly names: number
  readonly targets: number
}

const nothing: Size = { names: 0, targets: 0 }

/** What is wrong with names that these lead to, or with themselves: a sentence each. */
export function findFlaws(names: Iterable<string>, directory: Directory): ReadonlyMap<string, string> {
  const sizes = new Map<string, Size>()
  const flaws = new Map<string, string>()
  const measure = (name: string, trail: readonly string[]): Size => {
    const at = trail.indexOf(name)
    const size = sizes.get(name)
    if (at !== -1) flaws.set(name, `leads back to itself: ${[...trail.slice(at), name].join(' → ')}.`)
    else if (trail.length + (size?.names ?? 1) > mostNames) flaws.set(trail[0]!, `leads through more than ${mostNames} names, one after the other.`)
    else return size ?? remember(name, [...trail, name])
    return nothing
  }
  const remember = (name: string, trail: readonly string[]): Size => {
    const [steps, targets] = stepsOf(name, directory)
    const inner = steps.map((step) => measure(step, trail))
    const size = {
      names: 1 + inner.reduce((most, one) => Math.max(most, one.names), 0),
      targets: inner.reduce((sum, one) => sum + one.targets, targets),
    }
    if (size.targets > mostTargets) flaws.set(name, `leads to more than ${mostTargets} targets, with all chains in it and all accounts of providers.`)
    sizes.set(name, size)
    return size
  }
  for (const name of names) measure(name, [])
  return flaws
}

/** The names that a name leads to, and how many targets beside them. */
function stepsOf(name: string, directory: Directory): readonly [steps: readonly string[], targets: number] {
  const chain = directory.chains.get(name)
  if (chain !== undefined) {
    const steps = chain.targets.map(({ model }) => nameFor(model, directory))
    const targets = chain.targets.filter((_, index) => steps[index] === undefined)
    return [steps.filter((step) => step !== undefined), targets.reduce((sum, target) => sum + accountsOf(target, directory), 0)]
  }
  const wildcard = directory.wildcards.find((one) => writtenOut(one) === name)
  const to = wildcard?.to ?? directory.aliases.get(name) ?? name
  if (wildcard === undefined || !isWildcard(to)) return [[nameFor(to, directory)].filter((step) => step !== undefined), 1]
  const exact = [...directory.chains.keys(), ...directory.aliases.keys()].filter((one) => mayMake(wildcard, one))
  return [[...exact, ...wildcardsAfter(wildcard, directory.wildcards).map(writtenOut)], 1]
}

function accountsOf({ model, account }: ChainTarget, directory: Directory): number {
  const end = account === undefined ? endOf(model, directory) : undefined
  return end?.kind === 'model' ? end.at.accounts.length : 1
}
