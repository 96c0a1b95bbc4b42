/** The configuration that a command finds: the same as the gateway that it starts, or talks to. */

import { loadSettings, type Loaded, type Sources } from '../config/load.ts'
import type { Overrides } from '../config/environment.ts'
import { ConfigError } from '../config/problems.ts'
import { Complaint } from './command.ts'

/** Throws `Complaint` with every problem there is. */
export const readConfiguration = (overrides: Overrides): Loaded => load({ env: process.env, overrides })

/** Where the running gateway is. A broken file must not keep anybody from one that goes on with an older: then the environment alone says it. */
export function readPlace(): Pick<Loaded['settings'], 'host' | 'port' | 'dataDir'> {
  try {
    return readConfiguration({}).settings
  } catch {
    const { OMNI_CONFIG: _, ...env } = process.env
    return load({ env, readFile: () => undefined }).settings
  }
}

function load(sources: Sources): Loaded {
  try {
    return loadSettings(sources)
  } catch (error) {
    if (error instanceof ConfigError) throw new Complaint(error.message, { cause: error })
    throw error
  }
}
