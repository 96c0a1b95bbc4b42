/** `omni doctor`: what is wrong, and what to do about it; also when nothing runs. */

import { mendedVersion } from '../../../bin/runtime.js'
import type { ChainResource } from '../../contract/chains.ts'
import { ask } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { readConfiguration } from '../configuration.ts'
import { plain } from '../table.ts'

interface Finding {
  readonly isFine: boolean
  readonly text: string
}

export const doctor: Command = {
  usage: 'doctor',
  help: 'look for what is wrong with this installation',
  run: async () => {
    const findings = [checkRuntime(), ...checkConfiguration(), ...(await checkRunning())]
    for (const { isFine, text } of findings) console.log(`${isFine ? 'ok ' : '!! '} ${text}`)
    return findings.every(({ isFine }) => isFine) ? 0 : 1
  },
}

function checkRuntime(): Finding {
  const mended = mendedVersion(process.version)
  if (mended === undefined) return { isFine: true, text: `Node.js ${process.version}` }
  return { isFine: false, text: `Node.js ${process.version} has known security holes (CVE-2026-111497 among them): move to ${mended} or newer.` }
}

function checkConfiguration(): readonly Finding[] {
  try {
    const { settings, file, warnings } = readConfiguration({})
    const connected = settings.providers.map(({ name }) => name).join(', ')
    return [
      { isFine: true, text: `configuration ${file === undefined ? 'from the environment alone' : `in ${file}`}; connected: ${connected}` },
      ...warnings.map((text) => ({ isFine: false, text })),
    ]
  } catch (error) {
    if (error instanceof Complaint) return [{ isFine: false, text: error.message }]
    throw error
  }
}

function newest(waiting: readonly string[]): Finding {
  if (waiting.length === 0) return { isFine: true, text: 'it runs on the newest configuration' }
  return { isFine: false, text: `changes of ${waiting.join(', ')} wait for a restart; all else runs on the newest configuration` }
}

interface Sink {
  readonly name: string
  readonly fault: string | null
}

/** Of what the running gateway says, what is looked at here. */
interface Status {
  readonly version: string
  readonly counters: readonly Sink[]
  readonly problem: string | null
  readonly waits_for_restart: readonly string[]
  readonly required: boolean
  readonly receipts_waiting: number
  readonly receipts_dropped: number
  readonly receipts_behind: number
  readonly receipts_fault: string | null
  readonly index_fault: string | null
  readonly intents_lost: number
  readonly anchors: readonly Sink[]
  readonly exports: readonly Sink[]
}

function checkReceipts(status: Status): readonly Finding[] {
  const { required, receipts_fault: fault, receipts_waiting: waiting, index_fault: indexFault, receipts_behind: behind, anchors, exports } = status
  const soWhat = required ? 'Calls are refused, since receipts are required' : 'Calls go on'
  return [
    fault === null
      ? { isFine: true, text: `receipts are written; ${waiting} wait` }
      : { isFine: false, text: `receipts cannot be written: ${plain(fault)} ${soWhat}; ${waiting} receipts wait in memory.` },
    indexFault === null
      ? { isFine: true, text: `receipts are indexed; the index is ${behind} entries behind` }
      : { isFine: false, text: `receipts cannot be indexed: ${plain(indexFault)} The index is ${behind} entries behind.` },
    { isFine: status.receipts_dropped === 0, text: `${status.receipts_dropped} receipts were dropped` },
    { isFine: status.intents_lost === 0, text: `${status.intents_lost} calls went to a provider and could not be written down before` },
    ...checkSinks('anchor', anchors),
    ...checkSinks('export', exports),
  ]
}

const checkSinks = (kind: string, sinks: readonly Sink[]): readonly Finding[] =>
  sinks.map(({ name, fault }) => ({
    isFine: fault === null,
    text: `the ${kind} ${plain(name)} ${fault === null ? 'is reached' : `is not reached: ${plain(fault)}`}`,
  }))

const checkCounters = (stores: readonly Sink[]): readonly Finding[] =>
  stores.map(({ name, fault }) => ({
    isFine: fault === null,
    text: fault === null ? `what counts limits and budgets is there: ${plain(name)}` : `what counts limits or budgets is away: ${plain(name)}. ${plain(fault)}`,
  }))

async function checkRunning(): Promise<readonly Finding[]> {
  try {
    const status = await ask<Status>('GET', '/_omni/status')
    const { data: chains } = await ask<{ readonly data: readonly ChainResource[] }>('GET', '/_omni/chains')
    return [
      { isFine: true, text: `a gateway of version ${status.version} runs` },
      status.problem === null ? newest(status.waits_for_restart) : { isFine: false, text: `it runs on an older configuration: ${status.problem}` },
      ...checkReceipts(status),
      ...checkCounters(status.counters),
      ...chains.flatMap(({ name, problem }) => (problem === null ? [] : [{ isFine: false, text: `the stored chain ${plain(name)}: ${plain(problem)}` }])),
    ]
  } catch (error) {
    if (error instanceof Complaint) return [{ isFine: true, text: `no gateway was asked: ${error.message}` }]
    throw error
  }
}
