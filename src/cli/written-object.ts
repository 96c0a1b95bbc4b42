/** An object that a person wrote, in YAML or JSON: from a file, or from standard input as `-`. */

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { isNode, LineCounter, parseDocument } from 'yaml'
import type { Place } from '../base/place.ts'
import { Complaint } from './command.ts'
import { plain } from './table.ts'

export interface Written {
  readonly value: object
  /** Where something of it stands in the text, both from 1: it, or what it should stand in. */
  readonly positionOf: (place: Place) => Position
}

export interface Position {
  readonly line: number
  readonly column: number
}

/** Throws `Complaint`, with `expected` where it is something else than an object. */
export async function readWritten(file: string, expected: string): Promise<Written> {
  const written = parseText(await readText(file))
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

function parseText(said: string): { readonly value: unknown; readonly positionOf: Written['positionOf'] } {
  const lines = new LineCounter()
  const document = parseDocument(said, { lineCounter: lines, prettyErrors: false })
  const positionAt = (offset: number): Position => {
    const { line, col: column } = lines.linePos(offset)
    return { line, column }
  }
  const positionOf = (place: Place): Position => {
    const node = document.getIn(place, true)
    if (isNode(node) && node.range) return positionAt(node.range[0])
    return place.length === 0 ? positionAt(0) : positionOf(place.slice(0, -1))
  }
  const [broken] = document.errors
  if (broken !== undefined) throw unread(broken, positionAt(broken.pos[0]))
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), positionOf }
  } catch (cause) {
    // Anchors that multiply.
    throw unread(cause)
  }
}

function unread(cause: unknown, at?: Position): Complaint {
  return new Complaint(`That is neither YAML nor JSON.${at === undefined ? '' : ` Look at line ${at.line}, column ${at.column}.`}`, { cause })
}
