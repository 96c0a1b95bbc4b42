/** From where the gateway may be called and controlled: two lists of networks each, that no operator can shut themselves out by. */

import { now } from '../base/clock.ts'
import { among, readAddress } from '../base/networks.ts'
import { Failure } from '../canonical/failure.ts'
import { addressLists, type AddressesResource, type AddressLists } from '../contract/addresses.ts'
import type { Edges } from '../gateway/snapshot.ts'
import type { StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import { checkVersion, parseBody } from './resource.ts'
import type { ControlRequest, ControlRoute } from './route.ts'
import { storedJson } from './stored-json.ts'

const kind = 'addresses'
/** There is one of them. */
const id = 'all'
const path = '/_omni/addresses'

export const addresses: readonly ControlRoute[] = [
  {
    method: 'GET',
    path,
    access: 'admin',
    roles: ['admin', 'operator', 'auditor', 'viewer'],
    isOfInstallation: true,
    run: async ({ address }, { store }) => ({ body: shown(await store.objects.get(kind, id), address) }),
  },
  {
    method: 'PUT',
    path,
    access: 'admin',
    roles: ['admin', 'operator'],
    isOfInstallation: true,
    action: 'addresses_stored',
    query: ['version'],
    body: { type: 'object' },
    run: put,
  },
]

async function put(request: ControlRequest, control: Control) {
  const lists = parseBody(addressLists, request.body)
  const before = await control.store.objects.get(kind, id)
  checkVersion(request, before?.version, true)
  if (edgesFor(lists)?.mayControl(request.address) === false)
    throw new Failure('conflict', 'These lists would shut out whoever sends them: add your own address to `control.allow`, or take it out of `control.deny`.', {
      param: 'control',
    })
  const next = { kind, id, tenant: null, version: (before?.version ?? 0) + 1, body: JSON.stringify(lists), changedAt: now() } as const
  await control.store.objects.put(next)
  control.tell('the lists of addresses were stored', { version: next.version })
  const changes = [{ kind, id, before: before === undefined ? null : formOf(before), after: formOf(next) }] as const
  return { body: shown(next, request.address), changes }
}

const formOf = (row: StoredObject | undefined) => ({ ...listsOf(row), version: row?.version ?? 0 })

const shown = (row: StoredObject | undefined, you: string): AddressesResource => ({ ...formOf(row), you })

const listsOf = (row: StoredObject | undefined): AddressLists => addressLists.parse(storedJson(row?.body ?? '{}'))

/** Undefined where there are no lists: then nobody's address is looked at. */
export function edgesOf([row]: readonly StoredObject[]): Edges | undefined {
  return row === undefined ? undefined : edgesFor(listsOf(row))
}

function edgesFor({ data, control }: AddressLists): Edges | undefined {
  const isEmpty = [data, control].every(({ allow, deny }) => allow.length + deny.length === 0)
  return isEmpty ? undefined : { mayCall: passing(data), mayControl: passing(control) }
}

/** Where there is a list, nobody gets in whose address cannot be told. */
function passing({ allow, deny }: AddressLists['data']): (address: string) => boolean {
  if (allow.length + deny.length === 0) return () => true
  const isAllowed = allow.length === 0 ? (address: string) => readAddress(address) !== undefined : among(allow)
  const isDenied = among(deny)
  return (address) => isAllowed(address) && !isDenied(address)
}
