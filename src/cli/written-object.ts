/** An object that a person wrote, in YAML or JSON: from a file, or from standard input as `-`. */

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { Place } from '../base/place.ts'
import { faults } from '../config/document.ts'
import { Complaint } from './command.ts'
import { plain } from './table.ts'

export interface Written {
  readonly value: object
  /** Where something of it stands in the text, both from 1: it, its name where that is wanted, or what it should stand in. */
  readonly positionOf: (place: Place, isOfName?: boolean) => Position
}

export interface Position {
  readonly line: number
  readonly column: number
}

/** Throws `Complaint`, with `expected` where it is something else than an object. */
export async function readWritten(file: string, expected: string): Promise<Written> {
  const written = parseText(await readText(file), file)
  const { value } = written
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...written, value }
  throw new Complaint(expected)
}

async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Complaint(`${plain(file)} cannot be read.`, { cause })
  }
}

function parseText(said: string, file: string): { readonly value: unknown; readonly positionOf: Written['positionOf'] } {
  const lines = new LineCounter()
  const document = parseDocument(said, { lineCounter: lines, prettyErrors: false })
  const positionAt = (offset: number): Position => {
    const { line, col: column } = lines.linePos(offset)
    return { line, column }
  }
  const positionOf = (place: Place, isOfName = false): Position => {
    const node = isOfName ? nameIn(document, place) : document.getIn(place, true)
    if (isNode(node) && node.range) return positionAt(node.range[0])
    return place.length === 0 ? positionAt(0) : positionOf(place.slice(0, -1))
  }
  const [broken] = document.errors
  if (broken !== undefined) {
    const { line, column } = positionAt(broken.pos[0])
    throw unread(`${placeOf(file)}:${line}:${column}`, faults[broken.code] ?? 'the text cannot be read here', broken)
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), positionOf }
  } catch (cause) {
    throw unread(placeOf(file), 'its anchors multiply, or one is missing', cause)
  }
}

function nameIn(document: Document, place: Place): unknown {
  const parent = document.getIn(place.slice(0, -1), true)
  return isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(place.at(-1)))?.key : undefined
}

/** As compilers name it, so that editors find it. */
export const placeOf = (file: string): string => (file === '-' ? 'standard input' : plain(file))

const unread = (place: string, fault: string, cause: unknown): Complaint => new Complaint(`${place}: That is neither YAML nor JSON: ${fault}.`, { cause })
