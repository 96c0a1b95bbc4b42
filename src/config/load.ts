/** From the file, the environment and the command line to the settings: all of it is checked before any of it counts. */

import { hint } from '../base/nearest.ts'
import { providers } from '../providers/index.ts'
import { readAlerts } from './alerts.ts'
import { readDetectors } from './detectors.ts'
import { connectProviders } from './connect.ts'
import { lined, nothingRead, readDocument, type Environment, type Read } from './document.ts'
import { overlay, type Overlaid, type Overrides } from './environment.ts'
import { explain, type Placer } from './explain.ts'
import { readConfigFile } from './file.ts'
import { ConfigError, type Problem, type Report } from './problems.ts'
import { readPrices } from './prices.ts'
import { checkRoutes, readChains } from './routes.ts'
import { checkListening, checkResolvers, readAuth } from './safety.ts'
import { schema, type Given } from './schema.ts'
import type { ConnectedProvider, Settings } from './settings.ts'
import { readSinks } from './sinks.ts'

export interface Sources {
  readonly env: Environment
  /** The path of the file; `OMNI_CONFIG` or `./omni.yaml` where absent. */
  readonly file?: string
  /** What was said on the command line, by the path of the setting. */
  readonly overrides?: Overrides
  /** Gives the text of a file, or undefined where there is none. */
  readonly readFile?: (path: string) => string | undefined
}

export interface Loaded {
  readonly settings: Settings
  /** The file that was read; undefined where there is none. */
  readonly file?: string
  readonly warnings: readonly string[]
}

const defaultFile = 'omni.yaml'

export const fileOf = ({ env, file }: Pick<Sources, 'env' | 'file'>): string => file ?? (env.OMNI_CONFIG || defaultFile)

/** Pure but for `readFile`. Throws `ConfigError` with every problem there is. */
export function loadSettings({ env, file, overrides = {}, readFile = readConfigFile }: Sources): Loaded {
  const path = fileOf({ env, ...(file !== undefined && { file }) })
  const text = readFile(path)
  if (text === undefined && path !== defaultFile) throw new ConfigError([{ path: '', from: path, sentence: 'There is no such file.' }])
  // Whoever writes a file in two steps has emptied it in between: that must not take every provider away.
  if (text?.trim() === '') throw new ConfigError([{ path: '', from: path, sentence: 'The file is empty: write settings into it, or remove it.' }])
  const read = text === undefined ? nothingRead : readDocument(text, env)
  const overlaid = overlay(read.value, env, overrides)
  const problems: Problem[] = [...read.problems]
  const warnings = [...overlaid.warnings]
  const place = placer(read, overlaid)
  const { data, error } = schema.safeParse(overlaid.value)
  if (error) problems.push(...error.issues.flatMap((issue) => explain(issue, place)))
  if (problems.length > 0 || data === undefined) throw new ConfigError(problems, path)
  const report = {
    problem: (where: readonly string[], sentence: string) => problems.push(place(where, sentence)),
    warn: (sentence: string) => warnings.push(sentence),
  }
  const settings = settle(data, env, report)
  if (problems.length > 0) throw new ConfigError(problems, path)
  return { settings, ...(text !== undefined && { file: path }), warnings }
}

/** Says of a setting where it was said: by an option, a variable, or in a line of the file. */
function placer({ lineOf, variables }: Read, { from }: Overlaid): Placer {
  return (path, sentence) => {
    const name = path.join('.')
    const said = from.get(name)
    const variable = variables.get(name)
    return {
      path: name,
      ...(said === undefined ? lined(path.length === 0 ? undefined : lineOf(path)) : { from: said }),
      sentence: variable === undefined ? sentence : `${sentence} (It is read from ${variable}.)`,
    }
  }
}

function settle(given: Given, env: Environment, { problem, warn }: Report): Settings {
  checkListening(given, { problem, warn })
  checkResolvers(given, problem)
  checkLabels(given, problem)
  warnOfWhatIsNotYet(given, warn)
  const connected = connectProviders(given, env, { problem: (path, sentence) => problem(path.length === 0 ? [] : ['providers', ...path], sentence), warn })
  checkHealth(given, problem)
  const routes = {
    aliases: given.aliases,
    chains: readChains(given, { problem, warn }),
    providers: connected,
    defaultProvider: defaultOf(given, connected, { problem, warn }),
  }
  checkRoutes(given, routes, { problem, warn })
  const { server, storage, log } = given
  return {
    ...listeningOf(server),
    auth: readAuth(given, { problem, warn }),
    dataDir: storage.dataDir,
    ...(storage.databaseUrl !== undefined && { databaseUrl: storage.databaseUrl }),
    hasOwnBackup: storage.hasOwnBackup,
    ...(storage.redisUrl !== undefined && { redisUrl: storage.redisUrl }),
    redisPrefix: storage.redisPrefix,
    logLevel: log.level,
    inputHash: log.inputHash,
    ...routes,
    prices: readPrices(given.prices, Object.keys(given.providers), { problem: (path, sentence) => problem(['prices', ...path], sentence), warn }),
    ...sameOf(given),
    receipts: receiptsOf(given, problem),
    alerts: readAlerts(given.alerts, problem),
    detectors: readDetectors(given.detectors, problem),
  }
}

function listeningOf({ tls: { cert, key }, headerBytes, headerTime, bodyIdle, writeIdle, ...same }: Given['server']) {
  return { ...same, ...(cert !== undefined && key !== undefined && { tls: { cert, key } }), http: { headerBytes, headerTime, bodyIdle, writeIdle } }
}

function receiptsOf({ receipts: { waitingRecords: records, waitingBytes: bytes, ...same } }: Given, problem: Report['problem']): Settings['receipts'] {
  return { records, bytes, ...same, ...readSinks(same, problem) }
}

/** What is read as it is written. */
// oxfmt-ignore
const same = [
  'strict', 'failsClosed', 'providerMessages', 'byRequest', 'platformFeePercent', 'retry', 'health', 'queue', 'sessions',
  'deadlines', 'limits', 'metadata', 'upstream', 'media', 'responses', 'reviews',
] as const

const sameOf = (given: Given) => Object.fromEntries(same.map((name) => [name, given[name]])) as Pick<Given, (typeof same)[number]>

/** A setting that is taken and does nothing would be believed. */
function warnOfWhatIsNotYet({ server }: Given, warn: Report['warn']): void {
  if (server.workers > 1) warn('server.workers: one process serves. Several gateways on one data directory or one database share limits and budgets exactly.')
}

function checkHealth({ health: { ejection, longestEjection } }: Given, problem: Report['problem']): void {
  if (ejection > longestEjection) problem(['health', 'ejection'], 'is longer than `health.longestEjection`: make that one longer, or this one shorter.')
}

function checkLabels({ metadata: { keys, metricLabels } }: Given, problem: Report['problem']): void {
  const unknown = metricLabels.filter((label) => !keys.includes(label))
  if (unknown.length > 0) problem(['metadata', 'metricLabels'], `names ${unknown.join(', ')}, which \`metadata.keys\` does not.`)
}

const usual = providers.find(({ isDefault }) => isDefault)!.id

/** It may name a provider that is connected later; a name that nobody knows is a slip. */
function defaultOf({ defaultProvider }: Given, connected: readonly ConnectedProvider[], { problem, warn }: Report): string {
  if (defaultProvider === undefined) return usual
  const choices = connected.map(({ name }) => name)
  const owner = providers.find(({ prefixes }) => prefixes.includes(defaultProvider))
  const found = connected.find(({ name }) => name === defaultProvider) ?? connected.find(({ name }) => name === owner?.id)
  if (found) return found.name
  if (owner) warn(`defaultProvider: ${owner.name} is not connected.`)
  else
    problem(
      ['defaultProvider'],
      `names \`${defaultProvider}\`, which is not connected.${hint(defaultProvider, [...choices, ...providers.flatMap(({ prefixes }) => prefixes)])} Connected are ${choices.join(', ')}.`,
    )
  return owner?.id ?? defaultProvider
}
