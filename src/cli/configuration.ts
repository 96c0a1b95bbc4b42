/** The configuration that a command finds: the same as the gateway that it starts, or talks to. */

import { loadSettings, type Loaded } from '../config/load.ts'
import type { Overrides } from '../config/environment.ts'
import { ConfigError } from '../config/problems.ts'
import { Complaint } from './command.ts'

/** Throws `Complaint` with every problem there is. */
export function readConfiguration(overrides: Overrides): Loaded {
  try {
    return loadSettings({ env: process.env, overrides })
  } catch (error) {
    if (error instanceof ConfigError) throw new Complaint(error.message, { cause: error })
    throw error
  }
}
