/** Alerts: what operators were told of, and whether those who should hear it can be reached. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { notice, type AlertResource } from '../contract/alerts.ts'
import type { TracedNotice } from '../storage/notices.ts'
import type { ControlRoute } from './route.ts'

const mostShown = 200

export const alerts: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/alerts',
    access: 'admin',
    roles: ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'],
    run: async ({ viewer }, control) => {
      const tenant = viewer.role === 'user' ? (viewer.tenant ?? undefined) : undefined
      const found = await control.store.notices.list({ tenant, most: mostShown })
      return { body: { data: found.map(shown) } }
    },
  },
  {
    method: 'POST',
    path: '/_omni/alerts/test',
    access: 'admin',
    roles: ['owner', 'admin', 'operator'],
    isOfInstallation: true,
    action: 'alerts_tested',
    run: async (_request, control) => {
      const data = await control.testAlerts({
        type: 'alerts.test',
        subject: 'A test of the gateway’s alerts',
        text: `Somebody asked the gateway on ${new Date(now()).toISOString()} to say this. Nothing has happened.`,
        data: {},
      })
      if (data.length === 0)
        throw new Failure(
          'not_found',
          'Nobody is told of alerts: `alerts` had none when the gateway started, and what was written there since counts from its next start.',
        )
      return { body: { data } }
    },
  },
]

function shown({ id, tenant, at, body, receivers }: TracedNotice): AlertResource {
  return {
    id,
    tenant,
    at,
    ...notice.parse(JSON.parse(body)),
    receivers: receivers.map(({ name, tries, toldAt, isGivenUp }) => ({ name, tries, told_at: toldAt, given_up: isGivenUp })),
  }
}
