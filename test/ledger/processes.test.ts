/** Logs and the processes that write them: two at once, one that is killed, one whose disk is full. */

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { hashesFile, intentsFile, linesFile, listLogs, lockFile } from '../../src/ledger/layout.ts'
import { takeLock } from '../../src/ledger/lock.ts'
import { readFromPosition } from '../../src/ledger/read.ts'
import { receipts } from './options.ts'
import { assertRight, makeFolder, openAt } from './place.ts'

const writer = new URL('writer.ts', import.meta.url).pathname
const children = new Set<Child>()
after(() => children.forEach(({ child }) => child.kill('SIGKILL')))

interface Child {
  readonly child: ChildProcessByStdio<null, Readable, null>
  readonly lines: AsyncIterator<string>
  readonly ended: Promise<void>
}

function begin(
  folder: string,
  { size = 40, fileBlocks, what = 'receipts' }: { readonly size?: number; readonly fileBlocks?: number; readonly what?: string } = {},
): Child {
  const command = fileBlocks === undefined ? [process.execPath] : ['sh', '-c', `ulimit -S -f ${fileBlocks}; exec "$0" "$@"`, process.execPath]
  const child = spawn(command[0]!, [...command.slice(1), writer, folder, String(size), what], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const found = { child, ended, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
  children.add(found)
  return found
}

async function hear({ lines }: Child): Promise<string> {
  const { value, done } = await lines.next()
  assert.ok(done !== true)
  return value
}

async function kill(each: Child): Promise<void> {
  each.child.kill('SIGKILL')
  await each.ended
  children.delete(each)
}

async function textsOf(folder: string, id: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const batch of readFromPosition(folder, id, 0)) found.push(...batch.map(({ line }) => line.slice(23)))
  return found
}

/** Linux alone can change the limits of another process. */
const noLimits = (): string | false => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    return 'the limit of a running process is set by prlimit, which is not here'
  }
}

const countOf = (texts: readonly string[]): Map<string, number> => {
  const found = new Map<string, number>()
  for (const text of texts.filter((each) => each.startsWith('receipt'))) {
    const { id } = JSON.parse(text.slice(8)) as { id: string }
    found.set(id, (found.get(id) ?? 0) + 1)
  }
  return found
}

describe('a lock', () => {
  test('is held by one, in this process and in others, and given back', async () => {
    const folder = makeFolder()
    const log = await openAt(folder)
    assert.equal(takeLock(lockFile(log.folder)), undefined)
    const other = begin(folder)
    assert.notEqual((await hear(other)).split(' ')[0], log.id)
    await kill(other)
    await log.close()
    const lock = takeLock(lockFile(log.folder))
    assert.ok(lock !== undefined)
    lock.release()
  })

  test('of a process that is killed is free, and its log gone on with', async () => {
    const folder = makeFolder()
    const [one, two] = [begin(folder), begin(folder)]
    const ids = [await hear(one), await hear(two)].map((line) => line.split(' ')[0]!)
    assert.equal(new Set(ids).size, 2)
    assert.deepEqual(listLogs(folder), ids.toSorted())
    await kill(one)
    const log = await openAt(folder)
    assert.equal(log.id, ids[0])
    await log.close()
    await kill(two)
  })
})

test('[B19] killed 24 times while it writes, a log has each receipt and each call once, and verifies', async () => {
  const folder = makeFolder()
  for (let point = 0; point < 24; point += 1) {
    // Batches of 300 cross a border in some of the rounds.
    const each = begin(folder, { size: 300 })
    let [, size] = (await hear(each)).split(' ').map(Number)
    for (let batch = 0; batch < point % 5; batch += 1) size = Number(await hear(each))
    await new Promise((resolve) => setTimeout(resolve, point % 7))
    await kill(each)
    const log = await openAt(folder)
    assert.ok(log.size >= size!, `${log.size} entries, ${size} were said to be there`)
    await log.close()
  }
  await assertRight(folder)
  const [id] = listLogs(folder)
  assert.equal(listLogs(folder).length, 1)
  const counts = countOf(await textsOf(folder, id!))
  assert.ok(counts.size > 4096)
  assert.deepEqual(
    [...counts].filter(([, count]) => count !== 1),
    [],
  )
})

describe('a full disk', { skip: process.platform === 'win32' && 'Windows has no limit on the size of files' }, () => {
  test('[B15] keeps the log whole: nothing half-written stays, and it is said', async () => {
    const folder = makeFolder()
    const each = begin(folder, { fileBlocks: 100 })
    const [id] = (await hear(each)).split(' ')
    let last = 0
    let said = await hear(each)
    while (!said.startsWith('full')) {
      last = Number(said)
      said = await hear(each)
    }
    assert.equal(said, `full ${last}`)
    assert.equal(await hear(each), `full ${last}`)
    const log = join(folder, id!)
    assert.ok(readFileSync(linesFile(log, 0), 'utf8').endsWith('}\n'))
    assert.equal(readFileSync(linesFile(log, 0), 'utf8').split('\n').length - 1, last)
    assert.equal(statSync(hashesFile(log, 0)).size, last * 32)
    assert.ok(readFileSync(intentsFile(log, 0), 'utf8').endsWith('}\n'))
    await assertRight(folder)
    await kill(each)
    const later = await openAt(folder)
    assert.deepEqual([later.id, (await later.append(receipts(1, 'later'))).length], [id, 1])
    await later.close()
    await assertRight(folder)
  })

  test('[B15] is written to again by the same process when there is room', { skip: noLimits() }, async () => {
    const folder = makeFolder()
    const each = begin(folder, { fileBlocks: 100 })
    await hear(each)
    let said = await hear(each)
    while (!said.startsWith('full')) said = await hear(each)
    const last = Number(said.split(' ')[1])
    execFileSync('prlimit', ['--pid', String(each.child.pid), '--fsize=unlimited:'])
    while (said.startsWith('full')) said = await hear(each)
    assert.equal(Number(said), last + 40)
    while (Number(said) < 5000) said = await hear(each)
    await kill(each)
    await assertRight(folder)
    const log = await openAt(folder)
    await log.close()
    await assertRight(folder)
    const counts = countOf(await textsOf(folder, log.id))
    assert.deepEqual(
      [...counts].filter(([, count]) => count !== 1),
      [],
    )
  })

  test('[B15] refuses the intents of a turn together, leaves none of them behind, and takes others when there is room', { skip: noLimits() }, async () => {
    const folder = makeFolder()
    const each = begin(folder, { fileBlocks: 100, what: 'intents' })
    const [id] = (await hear(each)).split(' ')
    let said = await hear(each)
    while (!said.startsWith('full')) said = await hear(each)
    const open = Number(said.split(' ')[1])
    const file = intentsFile(join(folder, id!), 0)
    assert.equal(readFileSync(file, 'utf8').split('\n').length - 1, open)
    execFileSync('prlimit', ['--pid', String(each.child.pid), '--fsize=unlimited:'])
    while (said.startsWith('full')) said = await hear(each)
    assert.equal(Number(said), open + 40)
    await kill(each)
    const written = readFileSync(file, 'utf8').split('\n').length - 1
    const log = await openAt(folder)
    assert.equal(log.size, written + 2)
    await log.close()
    await assertRight(folder)
  })
})
