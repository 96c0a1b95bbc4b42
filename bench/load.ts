/** The load: a process of its own that asks over raw keep-alive sockets as fast as it is answered, and tells what it saw. */

import { connect, type Socket } from 'node:net'
import { plateau, summarize, type Spread } from './statistics.ts'
import { tokens } from './exchange.ts'

export interface Job {
  readonly port: number
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  readonly isStreamed: boolean
  readonly concurrency: number
  readonly milliseconds: number
}

export interface Seen {
  readonly answers: number
  readonly seconds: number
  /** Milliseconds from the question to the last byte. */
  readonly latency: Spread
  /** Milliseconds from the question to the first word of a stream, or the first byte of a whole answer. */
  readonly firstWord: Spread
  /** The share of waits between 35 and 45 ms: where Nagle's algorithm meets a delayed acknowledgement. */
  readonly plateau: number
}

/** The most waits kept of a run; the first of them. */
const mostSamples = 400_000
const firstToken = Buffer.from(tokens[0]!)
const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/** What all sockets of a job write down. */
class Notes {
  readonly latencies: number[] = []
  readonly firstWords: number[] = []
  readonly gaps: number[] = []
  answers = 0
  /** The time is up: answers that have begun are read to their end, so that what they cost is counted with them. */
  isOver = false

  add(list: number[], value: number): void {
    if (list.length < mostSamples) list.push(value)
  }
}

/** One socket: asks, reads the answer to its end, asks again. */
class Asker {
  readonly #socket: Socket
  readonly #question: Buffer
  readonly #notes: Notes
  readonly #fail: (error: Error) => void
  readonly #finish: () => void
  #asked = 0
  #last = 0
  #hasWord = false
  #isStream = false
  /** Body bytes still to come; -1 before the head, Infinity in a chunked body. */
  #missing = -1
  #isDone = false

  constructor(job: Job, notes: Notes, fail: (error: Error) => void, finish: () => void) {
    this.#question = write(job)
    this.#notes = notes
    this.#fail = fail
    this.#finish = finish
    this.#isStream = job.isStreamed
    this.#socket = connect({ port: job.port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.#socket.on('error', fail)
    this.#socket.on('close', () => this.#isDone || fail(new Error('the connection was closed')))
  }

  ask(): void {
    this.#missing = -1
    this.#hasWord = false
    this.#last = this.#asked = performance.now()
    this.#socket.write(this.#question)
  }

  end(): void {
    this.#isDone = true
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    const now = performance.now()
    const arrived = this.#missing === -1 ? this.#readHead(bytes) : bytes.length
    this.#missing -= arrived
    if (!this.#hasWord && (!this.#isStream || bytes.includes(firstToken))) {
      this.#hasWord = true
      this.#notes.add(this.#notes.firstWords, now - this.#asked)
    } else if (this.#isStream) this.#notes.add(this.#notes.gaps, now - this.#last)
    this.#last = now
    const isWhole = this.#missing === Infinity ? bytes.subarray(-lastChunk.length).equals(lastChunk) : this.#missing <= 0
    if (!isWhole || this.#isDone) return
    if (!this.#hasWord) return this.#fail(new Error('a stream ended without a word'))
    this.#notes.answers += 1
    this.#notes.add(this.#notes.latencies, now - this.#asked)
    if (this.#notes.isOver) this.#finish()
    else this.ask()
  }

  /** Heads come in one packet on the loopback. Gives the body bytes behind it. */
  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf(headEnd)
    const head = bytes.toString('latin1', 0, end)
    if (end === -1 || !head.startsWith('HTTP/1.1 200')) this.#fail(new Error(`not an answer: ${bytes.toString('utf8', 0, 600)}`))
    const length = /content-length: (\d+)/i.exec(head)
    this.#missing = length ? Number(length[1]) : Infinity
    return bytes.length - end - headEnd.length
  }
}

function write(job: Job): Buffer {
  const headers = { host: '127.0.0.1', 'content-type': 'application/json', 'content-length': Buffer.byteLength(job.body), ...job.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${job.path} HTTP/1.1\r\n${lines.join('')}\r\n${job.body}`)
}

/** Rejects at the first answer that is not a 200, and when a connection breaks. */
async function run(job: Job): Promise<Seen> {
  const notes = new Notes()
  const { promise: broken, reject: fail } = Promise.withResolvers<never>()
  const finished: Promise<void>[] = []
  const askers = Array.from({ length: job.concurrency }, () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    finished.push(promise)
    return new Asker(job, notes, fail, resolve)
  })
  const began = performance.now()
  for (const asker of askers) asker.ask()
  setTimeout(() => (notes.isOver = true), job.milliseconds)
  try {
    await Promise.race([Promise.all(finished), broken])
  } finally {
    for (const asker of askers) asker.end()
  }
  const { answers, latencies, firstWords, gaps } = notes
  const waits = { latency: summarize(latencies), firstWord: summarize(firstWords), plateau: Math.max(plateau(firstWords), plateau(gaps)) }
  return { answers, seconds: (performance.now() - began) / 1000, ...waits }
}

/** Connections that wait on streams which say their first word and then nothing; one job at a time. */
const held: Socket[] = []

/** Opens `concurrency` streams, a hundred at a time, and leaves them open. Gives how many have said their first word. */
async function hold(job: Job): Promise<{ readonly open: number }> {
  const question = write(job)
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: job.port, host: '127.0.0.1', noDelay: true }, () => socket.write(question))
      held.push(socket)
      socket.on('error', reject)
      socket.on('data', (bytes: Buffer) => bytes.includes(firstToken) && resolve())
    })
  for (let opened = 0; opened < job.concurrency; opened += 100) await Promise.all(Array.from({ length: 100 }, open))
  return { open: held.filter((socket) => !socket.destroyed).length }
}

function release(): { readonly open: number } {
  for (const socket of held.splice(0)) socket.destroy()
  return { open: 0 }
}

export type Order = { readonly do: 'run' | 'hold'; readonly job: Job } | { readonly do: 'release' }

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'run':
      return run(order.job)
    case 'hold':
      return hold(order.job)
    case 'release':
      return release()
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (result) => process.send!({ result }),
    (error: Error) => process.send!({ failed: error.message }),
  )
})
