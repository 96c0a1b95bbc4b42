/** How chains that were given to the running gateway stand beside those of the file. */

import { chainSchema } from '../config/chain-entry.ts'
import { readStoredChain, settle } from '../config/chains.ts'
import { findFlaws } from '../config/circles.ts'
import { directoryOf } from '../config/directory.ts'
import { ConfigError } from '../config/problems.ts'
import type { ChainSettings, Settings } from '../config/settings.ts'
import type { StoredChain } from '../storage/store.ts'

/** A chain that was not removed. */
export type LivingChain = StoredChain & { readonly body: string }

export const isLiving = (chain: StoredChain): chain is LivingChain => chain.body !== null

export function isTaken(name: string, { chains, aliases }: Settings): boolean {
  return Object.hasOwn(aliases, name) || chains.some((chain) => chain.name === name)
}

/**
 * The settings with those stored chains that count. The file comes first where it names one too. What a chain leads to may have gone
 * since it was stored: then the rest of it goes on, and only what leads in a circle or to too much is left out.
 */
export function withStored(settings: Settings, rows: readonly StoredChain[]): Settings {
  const stored = rows.filter(isLiving).filter(({ name }) => !isTaken(name, settings))
  const chains = stored.flatMap((row) => read(row, settings) ?? [])
  const all = { ...settings, chains: [...settings.chains, ...chains] }
  const flaws = findFlaws(
    chains.map(({ name }) => name),
    directoryOf(all),
  )
  return flaws.size === 0 ? all : { ...settings, chains: [...settings.chains, ...chains.filter(({ name }) => !flaws.has(name))] }
}

/** Undefined where an older or newer version of the gateway wrote what this one does not know. */
function read({ name, body }: LivingChain, settings: Settings): ChainSettings | undefined {
  const { data } = chainSchema.safeParse(JSON.parse(body))
  return data && settle(name, data, settings)
}

/** Why it does not count, or not as it stands; undefined where it does. `settings` are those of the file, `rows` all that are stored. */
export function problemOf({ name, body }: LivingChain, settings: Settings, rows: readonly StoredChain[]): string | undefined {
  if (isTaken(name, settings)) return 'The file has this name too, and comes first: remove one of them.'
  try {
    readStoredChain(name, JSON.parse(body), withStored(settings, rows))
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
