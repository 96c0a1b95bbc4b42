/** The command `omni`, run beside a gateway as its operator would: in the same folder, with the same environment. */

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Gateway } from '../gateway.ts'

const entry = fileURLToPath(new URL('../../bin/omni.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `omni` with these words. `input` is its standard input. */
export async function omni(
  gateway: Gateway,
  words: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: { readonly [name: string]: string } } = {},
): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env
  const port = new URL(gateway.url).port
  const child = spawn(process.execPath, [entry, ...words], {
    cwd: gateway.dataDir,
    env: { PATH, HOME, OMNI_PORT: port, OMNI_DATA_DIR: gateway.dataDir, ...env },
    stdio: 'pipe',
  })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
