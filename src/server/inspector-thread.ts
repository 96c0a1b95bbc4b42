/** The thread that looks through long texts, so that calls with short ones need not wait for it. */

import { parentPort } from 'node:worker_threads'
import type { Detector } from '../policy/detector.ts'
import { compileDetector, inspect } from '../policy/detectors/index.ts'
import type { InspectionAsked, InspectionReply } from './inspector-messages.ts'

/** By their numbers. The gateway ends the thread before it has told it of too many. */
const detectors = new Map<number, Detector>()

parentPort!.on('message', (asked: InspectionAsked) => parentPort!.postMessage({ inspected: answer(asked) } satisfies InspectionReply))

/** Findings of one detector that are told: the gateway reads each of them, and all other calls wait for that. Where there are more it has failed. */
const mostFindings = 50_000

function answer({ passages, detectors: wanted }: InspectionAsked): InspectionReply['inspected'] {
  try {
    for (const { number, terms } of wanted) if (terms !== undefined) detectors.set(number, compileDetector(terms))
    const found = Object.entries(
      inspect(
        passages,
        wanted.map(({ number }) => detectors.get(number)!),
      ),
    )
    return Object.fromEntries(found.map(([name, detected]) => [name, detected.findings.length > mostFindings ? { fault: 'failed' } : detected]))
  } catch {
    return undefined
  }
}
