/** Whether a chain can be followed: its targets lead somewhere, and what is said of them fits. */

import { hint } from '../base/nearest.ts'
import { chainSchema, type GivenChain } from './chain-entry.ts'
import { findFlaws } from './circles.ts'
import { directoryOf, endOf, nameFor, type Directory, type End } from './directory.ts'
import { explain } from './explain.ts'
import { modelName } from './names.ts'
import { ConfigError, type Problem, type Report } from './problems.ts'
import type { ChainSettings, ChainTarget, ConnectedProvider, Settings } from './settings.ts'

/** What holds for a chain that says nothing else. */
export type ChainDefaults = Pick<Settings, 'retry' | 'strict' | 'providerMessages'>

export function settle(name: string, chain: GivenChain, defaults: ChainDefaults): ChainSettings {
  return {
    ...chain,
    name,
    retries: chain.retries ?? defaults.retry.perTarget,
    totalTime: chain.totalTime ?? defaults.retry.totalTime,
    strict: chain.strict ?? defaults.strict,
    providerMessages: chain.providerMessages ?? defaults.providerMessages,
  }
}

/** A chain that is stored in the running gateway, read and checked as one of the file is. */
export interface StoredChain {
  readonly chain: ChainSettings
  readonly warnings: readonly string[]
}

/**
 * `body` is the chain as it would stand in the file, as JSON; `settings` are those that it would join, with the chains that
 * are stored already. Throws `ConfigError`: its problems have paths in the body, as `targets.0.weight`.
 */
export function readStoredChain(name: string, body: unknown, settings: Settings): StoredChain {
  const problems: Problem[] = []
  const warnings: string[] = []
  const place = (path: readonly PropertyKey[], sentence: string): Problem => ({ path: path.join('.'), sentence })
  const report: Report = { problem: (path, sentence) => problems.push(place(path, sentence)), warn: (sentence) => warnings.push(sentence) }
  if (!modelName.test(name)) report.problem([], 'The chain’s name may have letters, digits and `. _ : @ / -`, 200 at most.')
  if (Object.hasOwn(settings.aliases, name)) report.problem([], 'There is an alias of that name.')
  const { data, error } = chainSchema.safeParse(body)
  if (error) problems.push(...error.issues.flatMap((issue) => explain(issue, place, chainSchema)))
  if (data === undefined || problems.length > 0) throw new ConfigError(problems)
  const chain = settle(name, data, settings)
  const directory = directoryOf({ ...settings, chains: [...settings.chains.filter((one) => one.name !== name), chain] })
  checkChain([], chain, directory, report)
  for (const sentence of findFlaws([name], directory).values()) report.problem(['targets'], sentence)
  if (problems.length > 0) throw new ConfigError(problems)
  return { chain, warnings }
}

/** Of a chain full of slips not each is told. */
const mostTold = 20

/** All but circles, which several names make together. Paths that are reported begin with `at`. */
export function checkChain(at: readonly string[], chain: ChainSettings, directory: Directory, report: Report): void {
  const { targets } = chain
  if (targets.length === 0) return report.problem(at, 'has no `targets`: what to try, in order.')
  if (targets.every(({ weight }) => weight === 0)) report.problem([...at, 'targets'], 'have no weight but 0: give one of them more, or leave `weight` out.')
  const ends = targets.map(({ model }) => endOf(model, directory))
  const flaws = targets.flatMap((target, index) => {
    const flaw = flawOf(target, ends[index], directory)
    return flaw === undefined ? [] : [{ path: [...at, 'targets', String(index)], ...flaw }]
  })
  const wrong = flaws.filter(({ isGrave }) => isGrave)
  const doubtful = flaws.filter(({ isGrave }) => !isGrave)
  for (const { path, explain: say } of wrong.slice(0, mostTold)) report.problem(path, say())
  if (wrong.length > mostTold) report.problem([...at, 'targets'], `${wrong.length - mostTold} more of them do not fit.`)
  for (const { path, explain: say } of doubtful.slice(0, mostTold)) report.warn(`${path.join('.')}: ${say()}`)
  if (ends.every((end) => end?.kind === 'later'))
    report.warn(`${[...at, 'targets'].join('.')}: none of them is connected: calls to this chain fail until one is.`)
}

interface Flaw {
  readonly explain: () => string
  /** Whether the chain cannot be taken as it is. */
  readonly isGrave: boolean
}

function flawOf(target: ChainTarget, end: End | undefined, directory: Directory): Flaw | undefined {
  const { model, account } = target
  switch (end?.kind) {
    case 'chain': {
      const said = (['account', 'concurrency'] as const).find((word) => target[word] !== undefined)
      return said && grave(() => `\`${said}\` goes with a model, and \`${model}\` is a chain: say it of the targets there.`)
    }
    case 'model':
      return account === undefined ? undefined : unknownAccount(account, end.at)
    case 'later':
    case 'nowhere':
      // Of an alias it is told where the alias stands.
      return nameFor(model, directory) === undefined ? { explain: end.explain, isGrave: end.kind === 'nowhere' } : undefined
    default:
      return undefined
  }
}

const grave = (explain: () => string): Flaw => ({ explain, isGrave: true })

function unknownAccount(account: string, { name, accounts }: ConnectedProvider): Flaw | undefined {
  const names = accounts.map((one) => one.name)
  if (names.includes(account)) return undefined
  return grave(() => `\`${name}\` has no account \`${account}\`.${hint(account, names)} It has ${names.join(', ')}.`)
}
