/** Reads the file: YAML with its lines remembered, and `${VARIABLE}` read from the environment. */

import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml'
import type { Problem } from './problems.ts'

export type Environment = { readonly [name: string]: string | undefined }

export interface Read {
  readonly value: { readonly [key: string]: unknown }
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined
  /** By path: the variables that a value was read from. */
  readonly variables: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

export const nothingRead: Read = { value: {}, lineOf: () => undefined, variables: new Map(), problems: [] }

/** `{ key: ${VARIABLE} }` is no YAML, since braces mean something there: two characters that nobody types stand for them while it is parsed, so that lines hold. */
const opened = '\uE000'
const closed = '\uE001'
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
const hidden = new RegExp(`\\$${opened}(\\w+)${closed}`, 'g')

export function readDocument(text: string, env: Environment): Read {
  const lines = new LineCounter()
  const document = parseDocument(text.replace(reference, `$${opened}$1${closed}`), { lineCounter: lines, prettyErrors: false })
  const lineAt = (node: Node | null | undefined) => (node?.range ? lines.linePos(node.range[0]).line : undefined)
  const broken = document.errors.map(({ code, pos }): Problem => ({
    path: '',
    line: lines.linePos(pos[0]).line,
    sentence: `This is not YAML: ${faults[code] ?? 'the text cannot be read here'}.`,
  }))
  if (broken.length > 0) return { ...nothingRead, problems: broken }
  const lineOf = (path: readonly PropertyKey[]) => lineAt(find(document.contents, path))
  const raw = parsed(() => document.toJS({ maxAliasCount: 100 }))
  if (raw === null) return nothingRead
  if (!isRecord(raw)) return { ...nothingRead, problems: [{ path: '', line: 1, sentence: 'The file must hold settings, as `server: { port: 8080 }`.' }] }
  const problems: Problem[] = []
  const variables = new Map<string, string>()
  const value = substitute(raw, [], { env, problems, variables, lineOf })
  return { value: value as Read['value'], lineOf, variables, problems }
}

/** By the codes of the package. */
export const faults: { readonly [code: string]: string } = {
  BAD_INDENT: 'the indentation does not fit, or a bracket above is not closed',
  DUPLICATE_KEY: 'a name stands here twice',
  TAB_AS_INDENT: 'lines are indented with spaces, not tabs',
  MISSING_CHAR: 'a closing bracket, quote or comma is missing',
  MULTIPLE_DOCS: 'one file holds one document',
  BLOCK_AS_IMPLICIT_KEY: 'a line seems to miss its indentation',
}

function parsed(make: () => unknown): unknown {
  try {
    return make()
  } catch {
    // Anchors that multiply: the one thing that parses and cannot be made.
    return undefined
  }
}

export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The node of a name where the last step is one, else of the value. */
function find(node: Node | null, path: readonly PropertyKey[]): Node | null | undefined {
  const [first, ...rest] = path
  if (first === undefined) return node
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(first))
    return rest.length === 0 || !pair ? (pair?.key as Node | undefined) : (find(pair.value as Node | null, rest) ?? (pair.key as Node))
  }
  return isSeq(node) ? find(node.items[Number(first)] as Node, rest) : node
}

interface Lookup {
  readonly env: Environment
  readonly problems: Problem[]
  readonly variables: Map<string, string>
  readonly lineOf: Read['lineOf']
}

function substitute(value: unknown, path: readonly string[], lookup: Lookup): unknown {
  if (typeof value === 'string') return readVariables(value, path, lookup)
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, [...path, String(index)], lookup))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substitute(inner, [...path, key], lookup)]))
}

function readVariables(text: string, path: readonly string[], { env, problems, variables, lineOf }: Lookup): string {
  return text.replace(hidden, (_whole, name: string) => {
    const value = env[name]
    variables.set(path.join('.'), name)
    if (value === undefined) problems.push({ path: path.join('.'), ...lined(lineOf(path)), sentence: `reads the variable ${name}, which is not set.` })
    return value ?? ''
  })
}

/** A line to spread into a problem, where there is one. */
export const lined = (line: number | undefined): { readonly line?: number } => (line === undefined ? {} : { line })
