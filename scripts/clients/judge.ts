/** Judges one run of a client: a list of what went wrong, each a sentence; empty where all went well. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Received } from '../../test/upstream/index.ts'
import type { Client, Task } from './client.ts'
import { callId, farewell, isCalled, signature, toolNames, type Ear } from './model.ts'
import type { Ran } from './run.ts'

/** What a receipt says that matters here. */
export interface Receipt {
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly attempts_count: number
  readonly outcome: string
  readonly error: string | null
  readonly dropped: readonly string[]
}

export interface Run {
  readonly client: Client
  readonly task: Task
  readonly ran: Ran
  /** Whether the provider speaks the client's own wire: then nothing is lost at all. */
  readonly isOwnWire: boolean
  readonly ear: Ear
  readonly requests: readonly Received[]
  readonly receipts: readonly Receipt[]
  /** The methods of the calls, as the log has them. */
  readonly methods: readonly string[]
  /** What the model behind the gateway cannot be told. */
  readonly loses: readonly string[]
  /** The tools that it offered on its own wire, where that is known. */
  readonly ownTools: readonly string[] | undefined
}

/**
 * What is right to lose where the provider has no word for it: what saves money or styles the asking, what only the client's vendor can run,
 * and thoughts in plain words: what proves them is judged by itself.
 */
const spared: ReadonlySet<string> = new Set(
  'cache_mark cache_ttl hosted_tool parallel_tools reasoning signature strict_format system_position top_k unknown_field unknown_header user'.split(' '),
)

export async function judge(run: Run): Promise<string[]> {
  return [...judgeProcess(run), ...(await judgeEffect(run)), ...judgeRequests(run), ...judgeTools(run), ...judgeReceipts(run)]
}

function judgeProcess({ ran }: Run): string[] {
  const faults = ran.exit === 0 ? [] : [ran.exit === null ? 'it had to be killed' : `it ended with ${ran.exit}`]
  return ran.output.includes(farewell) ? faults : [...faults, 'it did not print what the model said last']
}

async function judgeEffect({ ran, task }: Run): Promise<string[]> {
  const faults: string[] = []
  for (const { leaves } of task.uses) {
    if (leaves === undefined) continue
    const text = await readFile(join(ran.work, leaves.file), 'utf8').catch(() => '')
    if (!text.includes(leaves.text)) faults.push(`${leaves.file} does not hold what the tool was told to write`)
  }
  return faults
}

function judgeRequests({ client, task, isOwnWire, ear, requests }: Run): string[] {
  const last = requests.at(-1)
  if (last === undefined) return ['no request reached the provider']
  const faults = [client.introduces, task.prompt].filter((text) => !last.body.includes(text)).map((text) => `“${text}” did not reach the provider`)
  for (const name of isOwnWire ? client.passes : []) if (last.header(name) === undefined) faults.push(`the header ${name} did not reach the provider`)
  if (ear.signs && task.uses.length > 0 && !last.body.includes(signature)) faults.push('the thought did not come back with its signature')
  const results = ear.results(last)
  for (const [place, { comesBack }] of task.uses.entries()) {
    const back = results.find(({ id }) => id === callId(place))
    if (back === undefined) faults.push(`no result came back to the call’s id, but to ${results.map(({ id }) => id).join(', ') || 'none'}`)
    else if (!back.said.includes(comesBack)) faults.push(`the result lacks “${comesBack}”: ${back.said.slice(0, 200)}`)
  }
  return faults
}

function judgeTools({ task, ear, requests, ownTools = [] }: Run): string[] {
  const arrived = toolNames(ear, requests)
  const missing = [...ownTools, ...task.uses.map(({ tool }) => tool)].filter((tool) => !arrived.some((name) => isCalled(tool, name)))
  return missing.length === 0 ? [] : [`these tools did not reach the provider: ${missing.join(', ')}`]
}

function judgeReceipts({ client, isOwnWire, receipts, requests, methods, loses }: Run): string[] {
  const told = receipts.reduce((sum, { attempts_count: attempts }) => sum + attempts, 0)
  const faults = told === requests.length ? [] : [`${requests.length} requests reached the provider, and receipts tell of ${told}`]
  if (!methods.includes(client.method) || new Set(methods).size > 1) faults.push(`it asked by ${methods.join(', ') || 'no call that is logged'}`)
  for (const { outcome, error } of receipts) if (outcome !== 'completed') faults.push(`a receipt says ${outcome}${error === null ? '' : `, ${error}`}`)
  const lost = new Set(receipts.flatMap(({ dropped }) => dropped).filter((word) => isOwnWire || !(spared.has(word) || loses.includes(word))))
  return lost.size === 0 ? faults : [...faults, `lost on the way: ${[...lost].join(', ')}`]
}
