/** Opens a log to write: the first that nobody holds and that is as its last checkpoint says, or else a new one. */

import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { now } from '../base/clock.ts'
import { asText, writeCanonical } from '../base/json.ts'
import { uuid7 } from '../base/ids.ts'
import { Tree } from '../receipts/merkle.ts'
import { vouch } from '../receipts/note-keys.ts'
import { signerOf } from '../receipts/note.ts'
import type { Signer } from '../receipts/note.ts'
import type { NewEntry } from './batch.ts'
import { finishErasure, readErasure } from './erase.ts'
import { LogError, toLogError } from './errors.ts'
import { GrowingFile, replaceFile, syncFolder } from './files.ts'
import { Intents, readIntents } from './intents.ts'
import type { SigningKey } from './keys.ts'
import { checkpointsFile, firstOf, keysFile, listLogs, listSegments, lockFile, originOf, segmentEntries, segmentsFile } from './layout.ts'
import { scan } from './lines.ts'
import { takeLock } from './lock.ts'
import type { Lock } from './lock.ts'
import { ReceiptLog } from './log.ts'
import { Segment } from './segment.ts'
import { readTail } from './tail.ts'
import type { Tail } from './tail.ts'

export interface LogOptions {
  /** The folder of all logs, `receipts` in the data directory. */
  readonly folder: string
  readonly key: SigningKey
  readonly instance: string
  readonly version: string
  /** SHA-256 in hex, of the gateway's own files. */
  readonly build: string
  /** SHA-256 in hex, of the effective configuration without secrets, as it is at that moment. */
  config(): string
  /** The receipt, as canonical JSON, of a call that a process had begun when it ended, by its intent. Undefined where there is nothing to tell. */
  recover(intent: string): string | undefined
  /** Intents of calls of this process that are under way, by their ids, where it opens a log again: they are carried on with, and not told of. */
  readonly living?: ReadonlyMap<string, string>
  /** The log that it wrote before, where it opens one again: in another, its calls would be told of twice. */
  readonly own?: string
  /** A log that is not written to any more (`damaged`), or a checkpoint that could not be written. */
  report(log: string, error: LogError): void
}

/** Rejects with `LogError` where the folder cannot be written to. */
export async function openLog(options: LogOptions): Promise<ReceiptLog> {
  try {
    return await findLog(options)
  } catch (error) {
    throw toLogError(error)
  }
}

async function findLog(options: LogOptions): Promise<ReceiptLog> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  for (const id of listLogs(options.folder).toSorted((one, other) => Number(other === options.own) - Number(one === options.own))) {
    const log = await tryLog(options, id, options.living)
    if (log !== undefined) return log
  }
  for (;;) {
    const id = `log_${uuid7()}`
    mkdirSync(join(options.folder, id), { mode: 0o700 })
    await syncFolder(options.folder)
    // Another process that looks for a log may have seen it first.
    const log = await tryLog(options, id, options.living)
    if (log !== undefined) return log
  }
}

/** Tells the ends of calls that processes which are gone had begun in other logs. Those that are written to are left alone. Rejects with `LogError`. */
export async function mendLogs(options: LogOptions): Promise<void> {
  for (const id of listLogs(options.folder)) {
    if (readIntents(join(options.folder, id)).size === 0) continue
    const log = await tryLog(options, id)
    await log?.close()
  }
}

/** For what must still be done to a log that nobody writes any more; it is to be closed again. Undefined as below. Rejects with `LogError`. */
export const openIdleLog = (options: LogOptions, id: string): Promise<ReceiptLog | undefined> => tryLog(options, id)

/** Undefined where another holds it, and where it is not to be written to. */
async function tryLog(options: LogOptions, id: string, carried: ReadonlyMap<string, string> = new Map()): Promise<ReceiptLog | undefined> {
  const folder = join(options.folder, id)
  const lock = takeLock(lockFile(folder))
  if (lock === undefined) return undefined
  try {
    return await enter(options, { id, lock, carried })
  } catch (error) {
    lock.release()
    const found = toLogError(error)
    if (!(found instanceof LogError) || found.reason !== 'damaged') throw found
    options.report(id, found)
    return undefined
  }
}

interface Held {
  readonly id: string
  readonly lock: Lock
  /** Open calls that it goes on with. */
  readonly carried: ReadonlyMap<string, string>
}

async function enter(options: LogOptions, { id, ...held }: Held): Promise<ReceiptLog> {
  const folder = join(options.folder, id)
  const [signer, former] = signersOf(options.key, originOf(id))
  if (!existsSync(keysFile(folder))) await beginKeys(folder, signer)
  const tail = await readTail(folder, id)
  const writer = [signer, former].find((each) => each?.key.id === tail.keys.at(-1)!.key.id)
  if (writer === undefined) throw new LogError('damaged', 'The log was signed with a key that is not here. Nothing is written to it any more.')
  await tail.mend()
  const lost = new Map([...(await openCalls(folder))].filter(([call]) => options.living?.has(call) !== true))
  const log = await putTogether(options, { id, ...held, folder, signer: writer, tail, lost })
  try {
    await begin(log, options, { tail, lost })
  } catch (error) {
    await log.abandon()
    throw error
  }
  return log
}

function signersOf({ current, former }: SigningKey, origin: string): readonly [Signer, Signer | undefined] {
  return [signerOf(origin, current), former === undefined ? undefined : signerOf(origin, former)]
}

async function beginKeys(folder: string, signer: Signer): Promise<void> {
  if (listSegments(folder).length > 0) throw new LogError('damaged', 'The log has lost the list of its keys. Nothing is written to it any more.')
  await replaceFile(keysFile(folder), `${vouch(signer, undefined, { time: now(), from: 0 })}\n`)
}

/** The intents that no receipt closed since: receipts of calls that were open are nowhere before the first file of intents. */
async function openCalls(folder: string): Promise<ReadonlyMap<string, string>> {
  const open = readIntents(folder)
  if (open.size === 0) return open
  const [from = 0] = listSegments(folder, 'intents')
  for (const first of listSegments(folder).filter((each) => each >= from)) {
    for (const { says } of (await scan(folder, first, ['receipt'])).told) open.delete(asText(says['id']))
  }
  return open
}

interface Found extends Held {
  readonly folder: string
  readonly signer: Signer
  readonly tail: Tail
  /** Calls that have no receipt, and whose process is gone. */
  readonly lost: ReadonlyMap<string, string>
}

async function putTogether({ config, build, report }: LogOptions, { tail, lost, carried, ...found }: Found): Promise<ReceiptLog> {
  const { folder } = found
  const [roots, tree] = [new Tree(), new Tree()]
  for (const root of tail.roots) roots.add(root)
  for (const leaf of tail.leaves) tree.add(leaf)
  await using opened = new AsyncDisposableStack()
  const toClose = async <T extends Segment | GrowingFile>(file: Promise<T>): Promise<T> => opened.adopt(await file, (each) => each.close())
  const segment = await toClose(Segment.open(folder, tail.first, { tree, bytes: tail.bytes }))
  const files = {
    segments: await toClose(GrowingFile.open(segmentsFile(folder))),
    checkpoints: await toClose(GrowingFile.open(checkpointsFile(folder))),
    keys: await toClose(GrowingFile.open(keysFile(folder))),
  }
  await syncFolder(folder)
  const intents = new Intents(folder, tail.first, new Map([...lost, ...carried]))
  opened.move()
  return new ReceiptLog({ ...found, roots, segment, intents, files, last: tail.last, config, build, report })
}

async function finishErasures(log: ReceiptLog, { erasures, first }: Tail): Promise<void> {
  try {
    const told = erasures.map(readErasure)
    // A line behind the last checkpoint may be anybody's: none may take away the segment that is being written.
    const isOurs = (before: number): boolean => before <= first && firstOf(before) === before
    if (!told.every((each) => !('before' in each) || isOurs(each.before))) throw new LogError('refused')
    // As when it was told: the last checkpoint must not be one within a segment that goes.
    if (told.some((each) => 'before' in each)) await log.checkpoint()
    for (const each of told) await finishErasure(log.folder, each)
  } catch (error) {
    // What cannot be erased: the gateway never wrote that it was.
    throw error instanceof LogError && (error.reason === 'refused' || error.reason === 'missing') ? new LogError('damaged') : error
  }
}

/** What is owed from before, then that a process began to write, and a checkpoint of it. */
async function begin(log: ReceiptLog, options: LogOptions, { tail, lost }: Pick<Found, 'tail' | 'lost'>): Promise<void> {
  await finishErasures(log, tail)
  const entries: NewEntry[] = []
  for (const [id, intent] of lost) {
    const text = options.recover(intent)
    if (text === undefined) log.forget(id)
    else entries.push({ kind: 'receipt', text, closes: id })
  }
  for (let at = 0; at < entries.length; at += segmentEntries) await log.append(entries.slice(at, at + segmentEntries))
  const { instance, version, build } = options
  await log.append([{ kind: 'start', text: writeCanonical({ at: now(), build, config: options.config(), instance, version }) }])
  await log.adopt(options.key.current)
  await log.checkpoint()
}
