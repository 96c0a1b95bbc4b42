/** An object that a person wrote, in YAML or JSON: from a file, or from standard input as `-`. */

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'
import { Complaint } from './command.ts'
import { plain } from './table.ts'

/** Throws `Complaint`, with `expected` where it is something else than an object. */
export async function readWritten(file: string, expected: string): Promise<object> {
  const written = parseText(await readText(file))
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) return written
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

function parseText(said: string): unknown {
  try {
    return parse(said, { maxAliasCount: 100 })
  } catch (cause) {
    const [place] = (cause as { readonly linePos?: readonly { readonly line: number; readonly col: number }[] }).linePos ?? []
    throw new Complaint(`That is neither YAML nor JSON.${place === undefined ? '' : ` Look at line ${place.line}, column ${place.col}.`}`, { cause })
  }
}
