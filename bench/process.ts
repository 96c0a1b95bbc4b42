/** A process under measure or beside it: started on a core of its own, watched through /proc, and ended by its own id. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Process {
  readonly pid: number
  /** Seconds of processor time since it began, all threads and both modes; /proc counts in hundredths. */
  cpuSeconds(): number
  /** Bytes of memory now in use. */
  residentBytes(): number
  /** Sends a message over the process channel and waits for the answer. */
  ask<T>(message: unknown): Promise<T>
  stop(): Promise<void>
}

export interface Command {
  readonly core: number
  readonly program: string
  readonly args: readonly string[]
  readonly env?: { readonly [name: string]: string }
  /** What to do with its stdout; a pipe is read and thrown away, as a log collector would. */
  readonly stdout?: 'ignore' | 'pipe'
  readonly cwd?: string
}

const ticksPerSecond = 100
const stoppedWithin = 5000
/** The most characters of stderr that are kept to explain a failed start. */
const mostStderr = 20_000

/** A program of this folder, run by the Node that runs the bench. */
export const script = (name: string, ...args: readonly string[]): Pick<Command, 'program' | 'args'> => ({
  program: process.execPath,
  args: [file(name), ...args],
})

/** A Node program under measure: with Node's flags, and the probe loaded before it. */
export function watched(path: string, args: readonly string[], flags: readonly string[]): Pick<Command, 'program' | 'args'> {
  return { program: process.execPath, args: [...flags, '--import', file('probe.ts'), path, ...args] }
}

export const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export async function start(command: Command): Promise<Process> {
  const { PATH = '', HOME = '' } = process.env
  const pinned = ['-c', String(command.core), command.program, ...command.args]
  const child = spawn('taskset', pinned, {
    env: { PATH, HOME, ...command.env },
    stdio: ['ignore', command.stdout ?? 'ignore', 'pipe', 'ipc'],
    ...(command.cwd && { cwd: command.cwd }),
  })
  await once(child, 'spawn')
  child.stdout?.resume()
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => (said = (said + piece).slice(-mostStderr)))
  // A process that dies is found by the next question to it; stderr tells why.
  child.on('error', (error) => (said += error.message))
  return {
    pid: child.pid!,
    cpuSeconds: () => readCpuSeconds(child.pid!),
    residentBytes: () => readResidentBytes(child.pid!),
    ask: <T>(message: unknown) => ask<T>(child, message, () => said),
    stop: () => stop(child),
  }
}

/** Waits until `isReady` holds; rejects after `ms`. */
export async function until(isReady: () => Promise<boolean>, ms: number, pause = 25): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await isReady().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`not ready within ${ms} ms`)
    await setTimeout(pause)
  }
}

/** Fields 14 and 15 behind the name, which may hold spaces. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

export function readResidentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

async function ask<T>(child: ChildProcess, message: unknown, said: () => string): Promise<T> {
  if (child.exitCode !== null) throw new Error(`a process of the bench has ended with ${child.exitCode}: ${said()}`)
  const done = new AbortController()
  const { signal } = done
  const gone = once(child, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`a process of the bench ended with ${code}: ${said()}`)))
  child.send(message as object)
  const answer = await Promise.race([once(child, 'message', { signal }), gone])
  gone.catch(() => {})
  done.abort()
  return answer[0] as T
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const isLate = await Promise.race([exited.then(() => false), setTimeout(stoppedWithin, true, { ref: false })])
  if (isLate) child.kill('SIGKILL')
  await exited
}

export const originOf = (port: number): string => `http://127.0.0.1:${port}`
