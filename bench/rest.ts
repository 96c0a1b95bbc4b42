/** What the gateway takes while nothing happens: its memory at rest, its memory with thousands of silent streams, and its time to the first answer. */

import { setTimeout } from 'node:timers/promises'
import { findFreePort } from '../test/gateway.ts'
import { ask } from './exchange.ts'
import { limits, type SubjectName } from './lanes.ts'
import { order, type Bench } from './measure.ts'
import type { LoopDelay } from './probe.ts'
import { script, start, until } from './process.ts'
import { configure, productEntry, readFirstKey, startSubject } from './subjects.ts'
import { repeated, type Repeated } from './statistics.ts'

export interface IdleStreams {
  readonly subject: SubjectName
  readonly idleBytes: number
  readonly streams: number
  readonly streamsBytes: number
}

/** Memory before and while the streams are open. */
export async function holdIdleStreams(name: SubjectName, bench: Bench): Promise<IdleStreams> {
  bench.say(`${limits.idleStreams} idle streams, ${name}`)
  // As it is started by a user: the flags of the lanes buy speed with memory.
  const subject = await startSubject(name, bench.upstreams.streamed, bench.place, [])
  const { process } = subject
  if (!process) throw new Error(`${name} is no process to look at`)
  try {
    await setTimeout(2000)
    const idleBytes = process.residentBytes()
    const job = subject.job({ isStreamed: true, isIdle: true }, limits.idleStreams, 0)
    const { open } = await order<{ open: number }>(bench.load, { do: 'hold', job })
    await setTimeout(3000)
    const streamsBytes = process.residentBytes()
    await order(bench.load, { do: 'release' })
    return { subject: name, idleBytes, streams: open, streamsBytes }
  } finally {
    await process.stop()
  }
}

/** How late the event loop ran in its slowest hundredth while prompts of a million tokens were estimated, one after the other; milliseconds. */
export async function delayOfCounting(bench: Bench): Promise<number> {
  bench.say(`counting ${limits.countedTokens} tokens`)
  const subject = await startSubject('governed', bench.upstreams.whole, bench.place, [])
  const { process } = subject
  if (!process) throw new Error('the gateway is no process to look at')
  try {
    const { headers, port } = subject.job({}, 1, 0)
    const text = 'four '.repeat((limits.countedTokens * 4) / 5)
    const turns = Array.from({ length: 20 }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: text.slice(0, text.length / 20) }))
    const body = JSON.stringify({ model: 'openai-chat/gpt-4o-mini', messages: turns })
    const job = { port, path: '/v1/messages/count_tokens', headers, body, isStreamed: false, concurrency: 1, milliseconds: bench.effort.milliseconds }
    await order(bench.load, { do: 'run', job: { ...job, milliseconds: 500 } })
    await process.ask<LoopDelay>('loop-delay')
    await order(bench.load, { do: 'run', job: { ...job, milliseconds: Math.max(job.milliseconds, 3000) } })
    return (await process.ask<LoopDelay>('loop-delay')).p99
  } finally {
    await process.stop()
  }
}

/** Milliseconds from the start of the process to its first answer, over a fresh data directory each time. */
export async function timeFirstAnswer(bench: Bench): Promise<Repeated> {
  const times: number[] = []
  for (let turn = 0; turn < bench.effort.repetitions; turn += 1) times.push(await timeOneStart(bench))
  return repeated(times)
}

async function timeOneStart({ place, upstreams }: Bench): Promise<number> {
  const port = await findFreePort()
  const { env, folder } = configure(port, upstreams.whole, place)
  const began = performance.now()
  const process = await start({ core: place.subjectCore, ...script(productEntry, 'start'), env, cwd: folder, stdout: 'pipe' })
  const isAnswered = async (): Promise<boolean> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${readFirstKey(folder)}` }
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', headers, body: ask('omni-runtime/smoke') })
    return answer.ok
  }
  try {
    await until(isAnswered, 20_000, 5)
    return performance.now() - began
  } finally {
    await process.stop()
  }
}
