/** What a call needs of whoever answers it: a scan of the body as it came, for choosing between targets of which some are known to lack something. */

import type { Needs } from '../catalog/abilities.ts'
import type { WireName } from '../canonical/chat.ts'
import type { Target } from '../routing/target.ts'
import type { AnyCall } from './call.ts'

/** Throws nothing, and reads the body once at most. What is no chat needs nothing. */
export function needsOf(_call: AnyCall): Needs {
  return { bits: 0, input: 0, output: 0 }
}

/** Bits of what the target's wire refuses to say of a request that came on another one; 0 where both speak the same. */
export function lacksOnWire(_target: Target, _asked: WireName): number {
  return 0
}
