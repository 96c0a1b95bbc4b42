/** Whether calls should come here: what `GET /health/readiness` says, to everybody and in words of ours. */

import type { Counters } from './counters.ts'
import type { Data } from './data.ts'
import type { Plane } from './plane.ts'
import type { Recorder } from './recorder.ts'

export interface Readiness {
  readonly isReady: boolean
  readonly body: { readonly status: string; readonly config: string; readonly dependencies: Readonly<Record<string, string>> }
}

interface Asked {
  readonly state: { readonly isDraining: boolean }
  readonly plane: Pick<Plane, 'problem' | 'snapshot'>
  readonly data: Pick<Data, 'store'>
  readonly recorder: Recorder
  readonly counters: Pick<Counters, 'state'>
}

/** A database that is away stops no call; receipts that cannot be written do where they are required. */
export async function readReadiness({ state, plane, data, recorder, counters }: Asked): Promise<Readiness> {
  const ping = data.store.ping().then(
    () => true,
    () => false,
  )
  // Who is not ready is asked nothing, and no call would find out that the disk has room again.
  const [hasDatabase] = await Promise.all([ping, recorder.check()])
  const { canWrite } = recorder
  const status = state.isDraining ? 'draining' : canWrite || !plane.snapshot.receipts.isRequired ? 'ready' : 'unavailable'
  const config = plane.problem === undefined ? 'current' : 'stale'
  return {
    isReady: status === 'ready',
    body: {
      status,
      config,
      dependencies: { database: tell(hasDatabase), receipts: tell(canWrite), ...(counters.state !== null && { counters: tell(counters.state === 'ok') }) },
    },
  }
}

const tell = (isThere: boolean): string => (isThere ? 'ok' : 'unavailable')
