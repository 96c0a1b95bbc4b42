/** The programs that take turns in the bench: how each is started in front of an upstream, and how it is asked. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './exchange.ts'
import type { Job } from './load.ts'
import type { Question, SubjectName } from './lanes.ts'
import { installPortkey } from './portkey.ts'
import { file, findFreePort, start, until, watched, type Process } from './process.ts'

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
const nodeFlags = ['--max-semi-space-size=64']
const chatPath = '/v1/chat/completions'
const model = 'gpt-4o-mini'
const ownModels = { chat: `openai/${model}`, messages: 'anthropic/claude-sonnet-4-20250514' }

/** `upstreamPort` is the provider's, on this machine. */
export function startSubject(name: SubjectName, upstreamPort: number, place: Place): Promise<Subject> {
  switch (name) {
    case 'direct':
      return Promise.resolve({ name, job: jobs(upstreamPort, () => model, {}) })
    case 'bare':
      return startBare(upstreamPort, place)
    case 'plain':
    case 'governed':
      return startOurs(name, upstreamPort, place)
    case 'portkey':
      return startPortkey(upstreamPort, place)
  }
}

/** The question of the lane as this subject wants it asked. */
function jobs(port: number, modelOf: (question: Question) => string, headers: Job['headers']): Subject['job'] {
  return (question, concurrency, milliseconds) => {
    const name = question.isIdle ? `${modelOf(question)}-idle` : modelOf(question)
    return { port, path: chatPath, headers, body: ask(name, question), concurrency, milliseconds }
  }
}

async function startBare(upstreamPort: number, place: Place): Promise<Subject> {
  const port = await findFreePort()
  const process = await start({ core: place.subjectCore, ...watched(file('bare-proxy.ts'), [String(port), `http://127.0.0.1:${upstreamPort}`], nodeFlags) })
  return answering({ name: 'bare', process, job: jobs(port, () => model, {}) })
}

async function startPortkey(upstreamPort: number, place: Place): Promise<Subject> {
  const port = await findFreePort()
  const entry = installPortkey(place.cache)
  const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' }
  const command = watched(entry, [`--port=${port}`, '--headless'], nodeFlags)
  const process = await start({ core: place.subjectCore, ...command, env })
  const headers = { authorization: 'Bearer sk-bench', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1` }
  return answering({ name: 'portkey', process, job: jobs(port, () => model, headers) })
}

/** `governed` is the product as it is installed; `plain` is the same assembled without sinks. */
async function startOurs(name: 'plain' | 'governed', upstreamPort: number, place: Place): Promise<Subject> {
  const port = await findFreePort()
  const { env, folder } = configure(port, upstreamPort, place)
  const command = name === 'plain' ? watched(file('ours.ts'), [], nodeFlags) : watched(productEntry, ['start'], nodeFlags)
  const process = await start({ core: place.subjectCore, ...command, env: { ...env, ...(name === 'plain' && { OMNI_AUTH_TOKENS: '' }) }, stdout: 'pipe', cwd: folder })
  await until(() => isReady(port), 20_000)
  const headers: Job['headers'] = name === 'plain' ? {} : { authorization: `Bearer ${readFirstKey(folder)}` }
  return answering({ name, process, job: jobs(port, ({ isTranslated }) => (isTranslated ? ownModels.messages : ownModels.chat), headers) })
}

/** The command line's own file, as `omni start` runs it. */
export const productEntry = file('../src/cli/main.ts')

/** A data directory of its own, with both providers at the upstream. */
export function configure(port: number, upstreamPort: number, place: Place): { readonly env: { readonly [name: string]: string }; readonly folder: string } {
  const folder = mkdtempSync(join(place.scratch, 'ours-'))
  const upstream = `http://127.0.0.1:${upstreamPort}`
  const config = join(folder, 'omni.yaml')
  writeFileSync(config, `providers:\n  openai: { key: sk-bench, baseUrl: "${upstream}/v1" }\n  anthropic: { key: sk-bench, baseUrl: "${upstream}" }\n`)
  return { folder, env: { OMNI_PORT: String(port), OMNI_DATA_DIR: folder, OMNI_CONFIG: config } }
}

export const readFirstKey = (folder: string): string => readFileSync(join(folder, 'first.key'), 'utf8').trim()

const isReady = (port: number): Promise<boolean> => fetch(`http://127.0.0.1:${port}/health/readiness`).then((answer) => answer.ok)

async function answering(subject: Subject): Promise<Subject> {
  const { port, path, headers, body } = subject.job({}, 1, 0)
  const url = `http://127.0.0.1:${port}${path}`
  const isAnswered = async (): Promise<boolean> => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
    await answer.text()
    return answer.ok
  }
  try {
    await until(isAnswered, 20_000)
    return subject
  } catch (error) {
    await subject.process?.stop()
    throw new Error(`${subject.name} does not answer`, { cause: error })
  }
}
