/** How chains that were given to the running gateway stand beside those of the file. */

import { isObject, type JsonObject } from '../base/json.ts'
import { chainSchema } from '../config/chain-entry.ts'
import { checkChain, settle } from '../config/chains.ts'
import { findFlaws } from '../config/circles.ts'
import { directoryOf } from '../config/directory.ts'
import type { ChainSettings, Settings } from '../config/settings.ts'
import type { StoredChain } from '../storage/store.ts'
import { storedJson } from './stored-json.ts'

/** A chain that was not removed. */
export type LivingChain = StoredChain & { readonly body: string }

export const isLiving = (chain: StoredChain): chain is LivingChain => chain.body !== null

export interface Joined {
  /** Those of the file, with the stored chains that count. */
  readonly settings: Settings
  /** By name: why a stored chain does not count, or not as it stands. Bounded by the chains. */
  readonly problems: ReadonlyMap<string, string>
}

export function isTaken(name: string, { chains, aliases }: Settings): boolean {
  return Object.hasOwn(aliases, name) || chains.some((chain) => chain.name === name)
}

/**
 * The file comes first where it names one too. What a chain leads to may have gone since it was stored: then the rest of it goes on,
 * and only what leads in a circle or to too much is left out.
 */
export function joinStored(file: Settings, rows: readonly StoredChain[]): Joined {
  const problems = new Map<string, string>()
  const chains = rows.filter(isLiving).flatMap((row) => {
    const read = isTaken(row.name, file) ? 'The file has this name too, and comes first: remove one of them.' : readRow(row, file)
    if (typeof read !== 'string') return [read]
    problems.set(row.name, read)
    return []
  })
  const names = chains.map(({ name }) => name)
  const directory = directoryOf({ ...file, chains: [...file.chains, ...chains] })
  for (const [name, sentence] of findFlaws(names, directory)) problems.set(name, `It ${sentence}`)
  const counting = chains.filter(({ name }) => !problems.has(name))
  for (const chain of counting) {
    const problem = (path: readonly string[], sentence: string) => problems.set(chain.name, `${path.join('.')}: ${sentence}`)
    checkChain([], chain, directory, { problem, warn: () => {} })
  }
  return { settings: { ...file, chains: [...file.chains, ...counting] }, problems }
}

/** Or why it cannot be read: another version of the gateway may have written what this one does not know. */
function readRow({ name, body }: LivingChain, file: Settings): ChainSettings | string {
  const { data } = chainSchema.safeParse(storedJson(body))
  return data === undefined ? 'This version of the gateway cannot read it.' : settle(name, data, file)
}

/** As it was given, with its targets as a list of names and objects: the schema takes one text for them too. What it cannot read stays as it is. */
export function inShape(given: JsonObject): JsonObject {
  const { data } = chainSchema.safeParse(given)
  if (data === undefined) return given
  const said = Array.isArray(given.targets) ? given.targets : []
  const targets = data.targets.map(({ model }, at) => {
    const one = said[at]
    return isObject(one) ? { ...one, model } : model
  })
  return { ...given, targets }
}
