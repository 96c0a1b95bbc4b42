/** The rules that every answer keeps, whatever was asked: shape of errors, content type, request id, whether a retry can help. */

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { reasons, type ReasonRow } from '../../src/canonical/failure.ts'
import type { Gateway } from '../gateway.ts'
import type { Told } from './scene.ts'

const jsonType = 'application/json; charset=utf-8'

/** I1, I2, I4 for what is never said to a client, I9; and C56, for they are on every answer too. */
export function holdRules(told: Told, method = 'POST'): void {
  const { status, headers, text } = told
  const seen = `${status} ${text.slice(0, 300)}`
  assert.match((headers['x-request-id'] as string) ?? 'none', /^[\w.-]{8,128}$/, `no x-request-id on ${seen}`)
  assert.equal(headers['cache-control'], 'no-store', `cache-control on ${seen}`)
  assert.equal(headers.vary, 'Authorization, Origin', `vary on ${seen}`)
  assert.equal(headers['access-control-allow-origin'], undefined, 'no foreign origin is let in')
  assert.doesNotMatch(text, /upstream-key-of-/, 'a provider’s key is in an answer')
  if (status < 400) return
  if (method === 'HEAD') return assert.equal(text, '')
  assert.equal(headers['content-type'], jsonType, seen)
  holdError(told)
}

/** One error, in the envelope of its surface and with a row of the table behind it. */
function holdError({ surface, status, headers, text }: Told): void {
  const body = JSON.parse(text) as { readonly type?: string; readonly request_id?: string; readonly error: { readonly [field: string]: unknown } }
  if (surface === 'cohere') return assert.deepEqual(Object.keys(body).sort(), ['id', 'message'], text)
  const { error } = body
  assert.ok(typeof error?.message === 'string' && error.message.length > 0, text)
  if (surface === 'gemini') {
    assert.deepEqual([error.code, Object.keys(body)], [status, ['error']], text)
    assert.ok(
      Object.values(reasons).some((row) => row.status === status && row.gemini === error.status),
      `no row of the table has ${error.status as string} with ${status}`,
    )
    return
  }
  if (surface === 'messages') {
    assert.deepEqual(Object.keys(body).sort(), ['error', 'request_id', 'type'], text)
    assert.equal(body.type, 'error')
    assert.equal(body.request_id, headers['x-request-id'])
    assert.deepEqual(Object.keys(error).sort(), ['message', 'type'], text)
    const rows = Object.values(reasons).filter(
      (row) => row.messages === error.type && (row.status === status || ('messagesStatus' in row && row.messagesStatus === status)),
    )
    assert.ok(rows.length > 0, `no row of the table has ${error.type} with ${status}`)
    if (rows.every(({ retry }) => !retry)) assert.equal(headers['x-should-retry'], 'false', text)
    return
  }
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type'], text)
  // Several rows may have one code for clients.
  const rows = Object.entries<ReasonRow>(reasons).flatMap(([name, row]) => ((row.code ?? name) === error.code ? [row] : []))
  assert.ok(rows.length > 0, `${error.code} is no code of the table`)
  assert.ok(error.param === null || typeof error.param === 'string')
  const retries = headers['x-should-retry'] === undefined
  assert.ok(
    rows.some((row) => row.status === status && row.openai === error.type && row.retry === retries),
    `status, type or x-should-retry on ${text}`,
  )
}

/** I5: the process that was started still runs and answers, and complained of nothing. */
export async function holdAlive(gateway: Gateway): Promise<void> {
  process.kill(gateway.pid, 0)
  const answer = await fetch(`${gateway.url}/healthz`)
  assert.equal(answer.status, 200)
  assert.doesNotMatch(gateway.stderr(), /unhandled|uncaught|RangeError|MaxListeners|Deprecation/i)
}

/** Bytes of memory that the process holds (Linux). */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
}

/** Seconds of processor time that the process has taken, in steps of 10 ms (Linux). */
export function secondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = text.slice(text.lastIndexOf(')')).split(' ').slice(12, 14)
  return (Number(user) + Number(system)) / 100
}

/** File descriptors that the process has open (Linux). */
export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Runs `work` and gives the most memory that the process held meanwhile, in bytes above what it held before. */
export async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = memoryOf(pid)
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(pid))
  }, 10)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return Math.max(most, memoryOf(pid)) - before
}

export const noProc = process.platform !== 'linux' && 'memory is read from /proc, which only Linux has'
