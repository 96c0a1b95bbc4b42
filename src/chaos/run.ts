/** Drives a gateway through scenarios, in every way that makes sense, and gathers what is to be said of it. */

import { randomBytes } from 'node:crypto'
import { askGateway, type ClientApi } from './asking.ts'
import { grades, judge, type Grade, type Outcome } from './judge.ts'
import { modelOf } from './entries.ts'
import { wantOf, type Scenario, type Way } from './scenario.ts'
import type { Simulator } from './simulator.ts'

export interface Campaign {
  readonly simulator: Pick<Simulator, 'calls'>
  /** Of the gateway, without a slash at the end. */
  readonly gateway: string
  readonly key: string
  /** What stands before `/` in the models' names; a `*` in it stands for the scenario's name. */
  readonly prefix: string
  readonly scenarios: readonly Scenario[]
  readonly api: ClientApi
  /** Milliseconds that one call may take. */
  readonly bound: number
  /** Scenarios at a time; each of them goes one way after the other. */
  readonly lanes: number
}

export interface Finding {
  readonly scenario: string
  readonly streams: boolean
  readonly hasFallback: boolean
  readonly grade: Grade
  readonly says: string
  readonly status: number | null
  readonly calls: number
  /** Milliseconds. */
  readonly took: number
}

/** Streams come first: what is learned from them about the provider does no harm to a whole answer. */
const ways: readonly Way[] = [
  { streams: true, hasFallback: false },
  { streams: true, hasFallback: true },
  { streams: false, hasFallback: false },
  { streams: false, hasFallback: true },
]

/** Resolves when every call has ended, in the order of the scenarios. Never rejects. */
export async function runCampaign(campaign: Campaign): Promise<readonly Finding[]> {
  const findings: Finding[][] = campaign.scenarios.map(() => [])
  const waiting = campaign.scenarios.entries()
  const lane = async (): Promise<void> => {
    for (const [at, scenario] of waiting) findings[at] = await goEveryWay(campaign, scenario)
  }
  await Promise.all(Array.from({ length: campaign.lanes }, lane))
  return findings.flat()
}

async function goEveryWay(campaign: Campaign, scenario: Scenario): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const way of ways) if (wantOf(scenario, way) !== null) findings.push(await go(campaign, scenario, way))
  return findings
}

async function go({ simulator, gateway, key, prefix, api, bound }: Campaign, scenario: Scenario, way: Way): Promise<Finding> {
  const { streams, hasFallback } = way
  const label = nextLabel()
  const fallback = hasFallback ? { fallback: modelOf(prefix, 'sound', label) } : {}
  const observed = await askGateway({ gateway, key, api, bound, streams, model: modelOf(prefix, scenario.name, label), ...fallback })
  const outcome: Outcome = { ...observed, calls: simulator.calls(`${scenario.name}.${label}`) }
  const { grade, says } = judge(scenario, way, outcome)
  const { status = null, calls, took } = outcome
  return { scenario: scenario.name, streams, hasFallback, grade, says, status, calls, took: Math.round(took) }
}

/** A gateway may still leave alone what it was asked for an hour ago: names are of this run alone. */
const ofThisRun = randomBytes(3).toString('hex')
let labels = 0
const nextLabel = (): string => `${ofThisRun}n${++labels}`

/** Scenarios that the gateway never asked the provider for, in any way: whatever it said then, they were not tested. */
export function untested(findings: readonly Finding[]): readonly string[] {
  const asked = new Set(findings.flatMap(({ scenario, calls }) => (calls > 0 ? scenario : [])))
  return [...new Set(findings.map(({ scenario }) => scenario))].filter((name) => !asked.has(name))
}

/** How many findings have each grade. */
export const countGrades = (findings: readonly Finding[]): Readonly<Record<Grade, number>> =>
  Object.fromEntries(grades.map((grade) => [grade, findings.filter((finding) => finding.grade === grade).length])) as Record<Grade, number>
