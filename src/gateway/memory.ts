/** What the life of a call needs of whoever remembers answers. */

import type { Json, JsonObject } from '../base/json.ts'

/** Where an id leads, that an answer told: of the answer, or of one of its items. */
export interface AnswerPlace {
  readonly id: string
  /** The answer's. */
  readonly responseId: string
  /** Who keeps it: the name of a connection, or null where it is kept here. */
  readonly connection: string | null
}

/** An answer that is kept here, with all that the model was given for it. */
export interface KeptAnswer {
  readonly id: string
  readonly input: readonly Json[]
  readonly output: readonly Json[]
  /** As it was sent. */
  readonly response: JsonObject
}

/** `owner` says whose they are: what one key was told, no other finds. */
export interface Memory {
  /** Whether answers are kept here at all. */
  readonly keeps: boolean
  find(owner: string, ids: readonly string[]): Promise<readonly AnswerPlace[]>
  load(owner: string, id: string): Promise<KeptAnswer | undefined>
  /** Whether there was one. */
  remove(owner: string, id: string): Promise<boolean>
  /** Notes that a connection keeps an answer. Never throws and never waits. */
  note(owner: string, answer: { readonly id: string; readonly itemIds: readonly string[]; readonly connection: string; readonly model: string }): void
  /** Keeps an answer here. Never throws and never waits. */
  keep(owner: string, answer: KeptAnswer, model: string): void
}

/** The answers of one connection to a client, which live as long as it does. */
export interface Turns {
  find(id: string): KeptAnswer | undefined
  put(answer: KeptAnswer): void
  /** The client wants no answer yet: only to have said what it said. */
  readonly isWarmUp: boolean
}
