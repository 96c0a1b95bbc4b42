/** Loaded into a gateway that is to be looked into: on SIGUSR2 it writes what it holds to `inside.json` in its folder. */

import { renameSync, writeFileSync } from 'node:fs'
import { Session, type Runtime } from 'node:inspector/promises'
import { once } from 'node:events'
import { isMainThread, type Worker } from 'node:worker_threads'
import type { Held } from './inside.ts'

/** Bounded by the threads of the gateway. */
const threads = new Map<Worker, string>()

if (isMainThread) {
  process.on('worker', (worker: Worker) => {
    threads.set(worker, `${worker.threadName ?? 'thread'} ${worker.threadId}`)
    worker.once('exit', () => threads.delete(worker))
  })
  process.on('SIGUSR2', () => void look())
}

async function look(): Promise<void> {
  const session = new Session()
  session.connect()
  // Each of them collects first.
  const largest = [...(await largestOf(session, 'Map')), ...(await largestOf(session, 'Set')), ...(await largestOf(session, 'Array'))]
  session.disconnect()
  const told = {
    heap: process.memoryUsage().heapUsed,
    threads: Object.fromEntries(await Promise.all([...threads].map(async ([worker, name]) => [name, await heapOf(worker)] as const))),
    largest: largest.toSorted((one, other) => other.size - one.size),
  }
  writeFileSync('inside.part', JSON.stringify(told))
  renameSync('inside.part', 'inside.json')
}

/** A snapshot collects first; nobody wants the snapshot itself. */
async function heapOf(worker: Worker): Promise<number> {
  await once((await worker.getHeapSnapshot()).resume(), 'end')
  return (await worker.getHeapStatistics()).used_heap_size
}

const objectOf = ({ result }: { readonly result: Runtime.RemoteObject }): string => result.objectId!

async function largestOf(session: Session, kind: string): Promise<readonly Held[]> {
  const prototype = objectOf(await session.post('Runtime.evaluate', { expression: `${kind}.prototype` }))
  const { objects } = await session.post('Runtime.queryObjects', { prototypeObjectId: prototype })
  const { result, exceptionDetails } = await session.post('Runtime.callFunctionOn', {
    objectId: objects.objectId!,
    functionDeclaration: pick,
    arguments: [{ value: kind }],
    returnByValue: true,
  })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description)
  return (result.value as readonly Omit<Held, 'kind'>[]).map((held) => ({ kind, ...held }))
}

/** Runs on the list of all. Some only inherit from the prototype, or count otherwise: theirs is the kind's own way to count. */
const pick = `function (kind) {
  const count = kind === 'Array' ? (held) => held.length : Object.getOwnPropertyDescriptor(globalThis[kind].prototype, 'size').get
  const sizeOf = (held) => { try { return count.call(held, held) } catch { return 0 } }
  const largest = this.filter((held) => held !== this && sizeOf(held) > 100).sort((one, other) => sizeOf(other) - sizeOf(one)).slice(0, 20)
  return largest.map((held) => {
    const [first] = held
    return { size: sizeOf(held), sample: String(Array.isArray(first) ? first[0] : first).slice(0, 60) }
  })
}`
