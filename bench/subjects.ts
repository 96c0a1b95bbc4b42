/** The programs that take turns in the bench: how each is started in front of an upstream, and how it is asked. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from '../test/gateway.ts'
import { ask } from './exchange.ts'
import type { Job } from './load.ts'
import type { Question, SubjectName } from './lanes.ts'
import { installPortkey } from './portkey.ts'
import { questionOf, wireNames } from './wires.ts'
import { govern } from './everything.ts'
import { file, originOf, start, until, watched, type Command, type Process } from './process.ts'

/** Where everything of one run is. */
export interface Place {
  /** Kept between runs. */
  readonly cache: string
  /** Removed at the end. */
  readonly scratch: string
  readonly subjectCore: number
  readonly loadCore: number
}

export interface Subject {
  readonly name: SubjectName
  /** Undefined for the upstream itself, asked without anything between. */
  readonly process?: Process
  job(question: Question, concurrency: number, milliseconds: number): Job
}

/** A larger young generation for every Node program alike: it was measured to help each of them by about a tenth. */
const laneFlags: readonly string[] = ['--max-semi-space-size=64']
const chatPath = '/v1/chat/completions'
const model = 'gpt-4o-mini'

/** `upstreamPort` is the provider's, on this machine; `flags` are Node's. */
export function startSubject(name: SubjectName, upstreamPort: number, place: Place, flags = laneFlags): Promise<Subject> {
  switch (name) {
    case 'direct':
      return Promise.resolve({ name, job: jobs(upstreamPort) })
    case 'bare':
      return begin({ name, place, flags }, (port) => ({ path: file('bare-proxy.ts'), args: [String(port), originOf(upstreamPort)], job: jobs(port) }))
    case 'least':
      return begin({ name, place, flags }, (port) => least(port, upstreamPort, place))
    case 'plain':
    case 'governed':
    case 'everything':
      return begin({ name, place, flags }, (port) => ours(name, port, upstreamPort, place))
    case 'portkey':
      return begin({ name, place, flags }, (port) => portkey(port, upstreamPort, place))
  }
}

/** A program and how it is asked. */
interface Program {
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Command['env']
  readonly cwd?: string
  readonly job: Subject['job']
  /** Done when it answers, before it is measured. */
  readonly prepare?: () => Promise<void>
}

/** The question of the lane as this subject wants it asked; headers are read when there is something to ask, for a key is made by the start. */
function jobs(port: number, modelOf: (question: Question) => string = () => model, headers: () => Job['headers'] = () => ({})): Subject['job'] {
  return (question, concurrency, milliseconds) => {
    const name = question.isIdle ? `${modelOf(question)}-idle` : modelOf(question)
    const asked = question.surface === undefined ? { path: chatPath, body: ask(name, question) } : questionOf(question.surface, name)
    return { port, ...asked, isStreamed: question.isStreamed === true, headers: headers(), concurrency, milliseconds }
  }
}

function least(port: number, upstreamPort: number, place: Place): Program {
  const args = [String(port), originOf(upstreamPort), mkdtempSync(join(place.scratch, 'least-'))]
  const headers = { authorization: `Bearer omni_${'k'.repeat(43)}` }
  const job = jobs(
    port,
    () => model,
    () => headers,
  )
  return { path: file('least.ts'), args, job }
}

function portkey(port: number, upstreamPort: number, place: Place): Program {
  const headers = { authorization: 'Bearer sk-bench', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${originOf(upstreamPort)}/v1` }
  const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' }
  return {
    path: installPortkey(place.cache),
    args: [`--port=${port}`, '--headless'],
    env,
    job: jobs(
      port,
      () => model,
      () => headers,
    ),
  }
}

/** `governed` is the product as it is installed, and `everything` with all that can govern a call; `plain` is the same assembled without sinks. */
function ours(name: 'plain' | 'governed' | 'everything', port: number, upstreamPort: number, place: Place): Program {
  const { env, folder } = configure(port, upstreamPort, place, name === 'everything' ? ', prices: openai' : '')
  const modelOf = ({ wire = 'openai-chat' }: Question): string => `${wire}/${model}`
  if (name === 'plain') return { path: file('ours.ts'), args: [], env: { ...env, OMNI_AUTH_TOKENS: '' }, cwd: folder, job: jobs(port, modelOf) }
  const job = jobs(port, modelOf, () => ({ authorization: `Bearer ${readFirstKey(folder)}` }))
  return { path: productEntry, args: ['start'], env, cwd: folder, job, ...(name === 'everything' && { prepare: () => govern(port, folder) }) }
}

/** The command line's own file, as `omni start` runs it. */
export const productEntry = file('../bin/omni.js')

/** A provider of each wire: whose kind it is, and what beside its address must be said. */
const kinds: { readonly [wire in (typeof wireNames)[number]]: { readonly like: string; readonly key: string; readonly base: string } } = {
  'openai-chat': { like: 'openai', key: 'sk-bench', base: '/v1' },
  'openai-responses': { like: 'openai', key: 'sk-bench', base: '/v1' },
  'anthropic-messages': { like: 'anthropic', key: 'sk-bench', base: '' },
  'gemini-generate': { like: 'gemini', key: 'sk-bench', base: '/v1beta' },
  'bedrock-converse': { like: 'bedrock, region: us-east-1', key: 'sk-bench', base: '' },
  'cohere-chat': { like: 'cohere', key: 'sk-bench', base: '' },
}

/** A data directory of its own, with a provider of each wire at the upstream; the path tells the upstream which. */
export function configure(
  port: number,
  upstreamPort: number,
  place: Place,
  more = '',
): { readonly env: { readonly [name: string]: string }; readonly folder: string } {
  const folder = mkdtempSync(join(place.scratch, 'ours-'))
  const upstream = originOf(upstreamPort)
  const config = join(folder, 'omni.yaml')
  const entries = wireNames.map((wire) => {
    const { like, key, base } = kinds[wire]
    return `  ${wire}: { like: ${like}, key: ${key}, wires: [${wire}], baseUrl: "${upstream}/${wire}${base}"${more} }\n`
  })
  writeFileSync(config, `providers:\n${entries.join('')}`)
  return { folder, env: { OMNI_PORT: String(port), OMNI_DATA_DIR: folder, OMNI_CONFIG: config } }
}

export const readFirstKey = (folder: string): string => readFileSync(join(folder, 'first.key'), 'utf8').trim()

/** Starts it on a port of its own, and waits until it answers as it will be asked. */
async function begin(
  { name, place, flags }: { name: SubjectName; place: Place; flags: readonly string[] },
  describe: (port: number) => Program,
): Promise<Subject> {
  const { path, args, env, cwd, job, prepare } = describe(await findFreePort())
  const process = await start({ core: place.subjectCore, ...watched(path, args, flags), stdout: 'pipe', ...(env && { env }), ...(cwd && { cwd }) })
  const isAnswered = async (): Promise<boolean> => {
    const { port, headers, body } = job({}, 1, 0)
    const answer = await fetch(originOf(port) + chatPath, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
    await answer.text()
    return answer.ok
  }
  try {
    await until(isAnswered, 20_000)
    await prepare?.()
    return { name, process, job }
  } catch (error) {
    await process.stop()
    throw new Error(`${name} does not answer`, { cause: error })
  }
}
