/** How clients of an API go on from an answer by its id, instead of sending the conversation again. */

import type { Json, JsonObject } from '../base/json.ts'

/** What a request refers to, of what somebody may keep. */
export interface References {
  /** The answer that it goes on from. */
  readonly previous: string | undefined
  /** Items that stand in the request by their id alone. */
  readonly items: readonly { readonly id: string; readonly at: number }[]
}

/** What a client was told that it may refer to later. */
export interface Told {
  readonly id: string
  /** The answer as it was sent. */
  readonly response: JsonObject
  /** The items of it that can be given back. */
  readonly output: readonly Json[]
  /** Whether the provider says that it keeps the answer; undefined where it does not say. */
  readonly isKept: boolean | undefined
  /** The answer is whole: nothing more will be said of it. */
  readonly isFinished: boolean
}

export interface Recall {
  /** Undefined where the request refers to nothing. Throws `Failure` where it refers to what can only be known to a provider. */
  refersTo(body: JsonObject): References | undefined
  /** Whether the client wants to refer to the answer later. */
  wantsKept(body: JsonObject): boolean
  /** Whether the client means to come back for the answer instead of waiting for it. */
  isBackground(body: JsonObject): boolean
  /** What the model is given, as items. */
  items(body: JsonObject): readonly Json[]
  /** The fields that say so, and those that are no longer said. */
  resumed(items: readonly Json[]): { readonly set: JsonObject; readonly remove: readonly string[] }
  /** What a whole answer tells; undefined where it has no id. */
  read(answer: JsonObject): Told | undefined
  /** The names of the events of a stream that hold the answer so far, and of those that hold one item of it. */
  readonly events: { readonly answer: ReadonlySet<string>; readonly item: string }
}
