/** Hands logs that nobody writes on to the present signing key: after the next rotation nobody would have the one that they were signed with. */

import { join } from 'node:path'
import { splitNotes } from '../receipts/note-bodies.ts'
import { signerOf } from '../receipts/note.ts'
import { readFileOrNothing } from './files.ts'
import { keysFile, listLogs, lockFile, originOf } from './layout.ts'
import { takeLock } from './lock.ts'
import { openIdleLog, type LogOptions } from './open.ts'

/** Resolves to whether no process signs with another key. What is not to be written to stays as it is. Rejects with `LogError`. */
export async function handOnLogs(options: LogOptions): Promise<boolean> {
  let isDone = true
  for (const id of listLogs(options.folder)) {
    const folder = join(options.folder, id)
    const { notes } = splitNotes((await readFileOrNothing(keysFile(folder))).toString())
    const { key } = signerOf(originOf(id), options.key.current)
    if (notes.at(-1)?.includes(`\n${key.text}\n`) !== false) continue
    const log = await openIdleLog(options, id)
    await log?.close()
    if (log === undefined && isHeld(folder)) isDone = false
  }
  return isDone
}

function isHeld(folder: string): boolean {
  const lock = takeLock(lockFile(folder))
  lock?.release()
  return lock === undefined
}
