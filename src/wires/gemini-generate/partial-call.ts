/** A call whose arguments come piece by piece, each with the path of what it belongs to, as Vertex AI streams them. https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { listed } from './own.ts'

/** A path of more steps, or a list with more in it, is no argument that anybody wrote. */
const mostSteps = 64
const mostItems = 10_000

export class GrowingCall {
  #part: JsonObject = {}
  #call: JsonObject = {}
  /** As large as the arguments, which the gateway bounds with the answer. */
  readonly #args: JsonObject = Object.create(null) as JsonObject

  /** Whether a call is not whole, or says its arguments in pieces. */
  static isPiece({ willContinue, partialArgs }: JsonObject): boolean {
    return willContinue === true || partialArgs !== undefined
  }

  /** Whether the call is whole now. */
  grow({ functionCall, ...part }: JsonObject): boolean {
    const { willContinue, partialArgs, args, ...call } = isObject(functionCall) ? functionCall : {}
    this.#part = { ...this.#part, ...part }
    this.#call = { ...this.#call, ...call }
    if (isObject(args)) Object.assign(this.#args, args)
    for (const piece of listed(partialArgs)) if (isObject(piece)) this.#add(piece)
    return willContinue !== true
  }

  /** The part as it would have come whole. */
  get whole(): JsonObject {
    return { ...this.#part, functionCall: { ...this.#call, args: this.#args } }
  }

  #add(piece: JsonObject): void {
    const steps = stepsOf(typeof piece.jsonPath === 'string' ? piece.jsonPath : '')
    const value = valueOf(piece)
    const last = steps.pop()
    if (last === undefined || value === undefined || steps.length > mostSteps) return
    let at: JsonObject | Json[] = this.#args
    for (const [place, step] of steps.entries()) at = inside(at, step, typeof (steps[place + 1] ?? last) === 'number')
    const earlier = get(at, last)
    put(at, last, typeof earlier === 'string' && typeof value === 'string' ? earlier + value : value)
  }
}

function valueOf({ stringValue, numberValue, boolValue, nullValue }: JsonObject): Json | undefined {
  return nullValue === undefined ? (stringValue ?? numberValue ?? boolValue) : null
}

type Step = string | number

/** `$.a.b[0]['c d']`. https://www.rfc-editor.org/rfc/rfc9535 */
function stepsOf(path: string): Step[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d{1,9})\]|\[(?:'([^']*)'|"([^"]*)")\]/g)].map(([, plain, place, single, double]) =>
    place === undefined ? (plain ?? single ?? double ?? '') : Number(place),
  )
}

function get(at: JsonObject | Json[], step: Step): Json | undefined {
  return Object.hasOwn(at, step) ? (at as JsonObject)[step] : undefined
}

function put(at: JsonObject | Json[], step: Step, value: Json): void {
  if (!Array.isArray(at)) Object.defineProperty(at, step, { value, writable: true, enumerable: true, configurable: true })
  else if (typeof step === 'number' && step <= at.length && step < mostItems) at[step] = value
}

function inside(at: JsonObject | Json[], step: Step, isList: boolean): JsonObject | Json[] {
  const known = get(at, step)
  if (isObject(known) || Array.isArray(known)) return known
  const made: JsonObject | Json[] = isList ? [] : (Object.create(null) as JsonObject)
  put(at, step, made)
  return made
}
