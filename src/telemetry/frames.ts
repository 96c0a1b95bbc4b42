/** Where an error came from, of which nothing but that may be told: its message may quote what a client or a provider said. */

import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Origin {
  /** The name of its class, or `unknown` where that is no plain name. */
  readonly error: string
  /** Innermost first: `src/gateway/serve.ts:48`, relative to the package; of Node's own, `node:…`. */
  readonly frames: readonly string[]
}

const mostFrames = 16
/** Errors wrap errors; a circle of them has no end. */
const mostCauses = 8

const root = dirname(dirname(import.meta.dirname))
const rootUrl = pathToFileURL(`${root}/`).href
const frame = /^ {4}at (?:.* \()?((?:file:\/\/|node:|\/|[A-Za-z]:\\)[^()]+):(\d+):\d+\)?$/

/** Of the error that lies at the bottom of it. */
export function originOf(thrown: unknown): Origin {
  let error = thrown
  for (let depth = 0; depth < mostCauses && error instanceof Error && error.cause instanceof Error; depth += 1) error = error.cause
  if (!(error instanceof Error)) return { error: typeof error, frames: [] }
  const { name } = error.constructor
  return { error: /^[A-Za-z]\w{0,63}$/.test(name) ? name : 'unknown', frames: framesOf(error) }
}

/** A message may have lines that look like frames: what is not known to lie behind it is not told. */
function framesOf({ stack, message }: Error): readonly string[] {
  const at = typeof stack === 'string' ? stack.indexOf(message) : -1
  if (at === -1) return []
  const lines = stack!.slice(at + message.length).split('\n')
  return lines.flatMap((line) => placeIn(line) ?? []).slice(0, mostFrames)
}

function placeIn(line: string): string | undefined {
  const [, file, number] = frame.exec(line) ?? []
  if (file === undefined) return undefined
  const name = file.startsWith(rootUrl) ? file.slice(rootUrl.length) : file.startsWith(root) ? file.slice(root.length + 1).replaceAll('\\', '/') : file
  return /^(src|dist|bin|node_modules|node:[\w.-]+)(\/[\w.@+-]+)*$/.test(name) ? `${name}:${number}` : undefined
}
