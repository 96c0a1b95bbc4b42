/** What is known at the door, before anything of a request is read: the names we answer to, where requests come from, and who sent wrong keys. */

import type { Failure, Reason } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { identifyClient } from '../gateway/identify.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { addressReader, type AddressOf } from './addresses.ts'
import { Throttle } from './throttle.ts'

export interface Door {
  readonly hosts: ReadonlySet<string>
  readonly addressOf: AddressOf
  readonly throttle: Throttle
  /** Hears how a request failed before it became a call: who was turned away at the door leaves a number. */
  readonly refused: (failure: Failure) => void
}

const turnedAway: ReadonlySet<Reason> = new Set<Reason>(['invalid_api_key', 'too_many_wrong_keys', 'admin_key_misused', 'address_not_allowed'])

export function openDoor(settings: Settings, metrics: Metrics, log: Log): Door {
  const throttle = new Throttle({
    tell: ({ admin, ...keys }) => {
      if (keys.wrong > 0) log.tell('warn', 'wrong keys were sent in the last minute', keys)
      if (admin > 0) log.tell('warn', 'the admin key was sent where clients’ keys belong in the last minute', { times: admin })
    },
  })
  const refused = ({ reason }: Failure) => turnedAway.has(reason) && metrics.refuse(reason)
  return { hosts: hostsOf(settings), addressOf: addressReader(settings.trustedProxies), throttle, refused }
}

/** Tells who asks; wrong keys count. */
export function identifierOf({ throttle }: Pick<Door, 'throttle'>): Gateway['identify'] {
  return (client, snapshot) => {
    try {
      return identifyClient(client, snapshot)
    } catch (error) {
      throw throttle.judge(error, client)
    }
  }
}

/** Loopback's names, where we listen, and what the operator added. */
function hostsOf({ host, hosts }: Settings): ReadonlySet<string> {
  return new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host, ...hosts].map((name) => name.toLowerCase()))
}
