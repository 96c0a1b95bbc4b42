/** What of a request a target's wire refuses to say: whoever is asked next has to know the words. */

import { needsIn, type Need } from '../catalog/abilities.ts'
import type { WireName } from '../canonical/chat.ts'
import { pickWire, type Target } from '../routing/target.ts'
import { wireOf } from '../wires/index.ts'
import type { Word } from '../wires/losses.ts'

/** What wires call each need where they declare that they cannot say it. */
const wordOf: { readonly [need in Need]: Word } = {
  images: 'image',
  documents: 'document',
  audio: 'audio',
  video: 'video',
  tools: 'tools',
  schema: 'format',
  json: 'format',
  speech: 'modalities',
  drawing: 'modalities',
  choices: 'choices',
  logprobs: 'logprobs',
}

/** `bits` are needs of a request that came on `asked`. None where both speak one wire, since then it is passed on as it came. */
export function unsaidOf({ connection, model }: Target, asked: WireName, bits: number): readonly Word[] {
  const name = pickWire(connection.provider, model, asked)
  if (name === undefined || name === asked) return []
  const { cannotSay } = wireOf(name)
  return [...new Set(needsIn(bits).map((need) => wordOf[need]))].filter((word) => cannotSay[word] === 'refuse')
}
