/** The texts of a whole answer, and the answer with others in their place. */

import type { Json, JsonObject } from '../base/json.ts'
import type { ChatResponse, Choice } from '../canonical/chat.ts'
import { passagesIn, replaceTexts, type PlacedPassage } from './passages.ts'
import type { Redacted } from './redact.ts'

/** All that it says, but for the odds of its tokens, which say it again. */
export function answerPassages({ choices }: ChatResponse): readonly PlacedPassage[] {
  return passagesIn(choices.map(({ odds: _, ...choice }) => choice) as unknown as Json, 'answer')
}

/** Proofs and odds of words that are no longer there go with them. */
export function editAnswer(response: ChatResponse, passages: readonly PlacedPassage[], redacted: readonly Redacted[]): ChatResponse {
  if (redacted.length === 0) return response
  const edits = redacted.map(({ passage, text }) => ({ passage: passages[passage]!, text }))
  const edited = replaceTexts(response.choices as unknown as JsonObject, edits) as unknown as readonly Choice[]
  const choices = edited.map((choice, at) => (choice === response.choices[at] ? choice : withoutProofs(choice, response.choices[at]!)))
  return { ...response, choices }
}

function withoutProofs({ odds: _, ...choice }: Choice, before: Choice): Choice {
  const blocks = choice.blocks.map((block, at) => {
    if (block === before.blocks[at] || !('signature' in block)) return block
    const { signature: _proof, ...rest } = block
    return rest
  })
  return { ...choice, blocks }
}
