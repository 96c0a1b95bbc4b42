/** What every object has in common that governs calls: listed, read, stored and removed by id, each change with its version. */

import { z } from 'zod'
import { now } from '../base/clock.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { writtenPlace } from '../base/place.ts'
import { Failure } from '../canonical/failure.ts'
import { readSent } from '../contract/problems.ts'
import type { DocumentProblem } from '../policy/document.ts'
import type { ObjectKind, StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import type { Change, ControlAnswer, ControlRequest, ControlRoute, Role, Viewer } from './route.ts'
import { storedJson } from './stored-json.ts'

export interface Resource<Body> {
  readonly kind: ObjectKind
  /** Plural, as in the path. */
  readonly name: string
  readonly schema: z.ZodType<Body>
  /** Users that may read it, and those that may change it, for their tenant; the operator may both. */
  readonly readers: readonly Role[]
  readonly writers: readonly Role[]
  /** Users of a tenant change none of them. */
  readonly isWrittenByInstallation?: boolean
  /** What was counted under its id outlives it: nobody else's is made under that. */
  readonly isCounted?: boolean
  /** One that is there though nobody stored it. */
  readonly implied?: StoredObject
  /** Whose it is; null where it is the installation's. */
  readonly tenantOf: (body: Body, id: string) => string | null
  /** Throws `Failure` where the body is sound by itself and does not fit what else there is. */
  readonly check?: (body: Body, id: string, context: Checking) => void | Promise<void>
  /** Throws `Failure` where it cannot be removed. */
  readonly checkRemoval?: (object: Shown<Body>, context: Checking) => void | Promise<void>
}

export interface Checking {
  readonly control: Control
  readonly request: ControlRequest
}

export interface Shown<Body> {
  readonly id: string
  readonly tenant: string | null
  readonly version: number
  readonly changed_at: number
  readonly body: Body
}

/** All of them are read for a snapshot. */
const mostObjects = 100_000
const idPattern = /^[\w.-]{1,64}$/

export function resourceRoutes<Body>(resource: Resource<Body>): readonly ControlRoute[] {
  const { kind, name, readers, writers: roles, isWrittenByInstallation: isOfInstallation = false } = resource
  const writing = { access: 'admin', roles, isOfInstallation, query: ['version'] } as const
  const path = `/_omni/${name}` as const
  return [
    {
      method: 'GET',
      path,
      access: 'admin',
      roles: readers,
      run: async (request, control) => ({ body: { data: await listShown(resource, request.viewer, control) } }),
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      access: 'admin',
      roles: readers,
      run: async (request, control) => ({ body: flat(await findShown(resource, request, control)) }),
    },
    {
      method: 'PUT',
      path: `${path}/:id`,
      ...writing,
      action: `${kind}_stored`,
      body: { type: 'object' },
      detail: () => z.toJSONSchema(resource.schema, { io: 'input', unrepresentable: 'any' }),
      run: (request, control) => put(resource, request, control),
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      ...writing,
      action: `${kind}_removed`,
      run: (request, control) => remove(resource, request, control),
    },
  ]
}

/** Those that the viewer may see. A user of a tenant sees what is its tenant's. */
async function listShown<Body>(resource: Resource<Body>, viewer: Viewer, control: Control): Promise<readonly object[]> {
  const { kind, implied } = resource
  const rows = await control.store.objects.list(kind)
  const isStored = implied === undefined || rows.some(({ id, body }) => id === implied.id && body !== null)
  return livingOf(resource, isStored ? rows : [implied, ...rows])
    .filter(({ tenant }) => maySee(viewer, tenant))
    .map(flat)
}

/** The route that tells what is known of an object beside what is stored of it, to whoever may read that. */
export const tellRoute = <Body>(resource: Resource<Body>, name: string, tell: (shown: Shown<Body>, control: Control) => Promise<object>): ControlRoute => ({
  method: 'GET',
  path: `/_omni/${resource.name}/:id/${name}`,
  access: 'admin',
  roles: resource.readers,
  run: async (request, control) => ({ body: await tell(await findShown(resource, request, control), control) }),
})

export async function findShown<Body>(resource: Resource<Body>, { params, viewer }: ControlRequest, control: Control): Promise<Shown<Body>> {
  const { kind, implied } = resource
  const id = params.id ?? ''
  const row = (await livingRow(kind, id, control)) ?? (implied?.id === id ? implied : undefined)
  const [found] = row === undefined ? [] : livingOf(resource, [row])
  if (found === undefined || !maySee(viewer, found.tenant)) throw missing(resource)
  return found
}

/** Undefined also where it was removed. */
export async function livingRow(kind: ObjectKind, id: string, { store }: Pick<Control, 'store'>): Promise<StoredObject | undefined> {
  const row = await store.objects.get(kind, id)
  return row === undefined || row.body === null ? undefined : row
}

async function put<Body>(resource: Resource<Body>, request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const { kind } = resource
  const id = request.params.id ?? ''
  if (!idPattern.test(id)) throw new Failure('invalid_value', 'An id is 1 to 64 letters, digits or any of `_.-`.', { param: 'id' })
  const body = parseBody(resource.schema, request.body)
  const row = await control.store.objects.get(kind, id)
  const before = row === undefined || row.body === null ? undefined : row
  const tenant = resource.tenantOf(body, id)
  if (before !== undefined && !maySee(request.viewer, before.tenant)) throw missing(resource)
  if (!maySee(request.viewer, tenant)) throw new Failure('insufficient_scope', 'You may change what is your tenant’s alone.', { param: 'tenant' })
  await resource.check?.(body, id, { control, request })
  checkTaken(resource, tenant, row, request.viewer)
  checkVersion(request, before?.version, true)
  if (row === undefined) await refuseFull(control)
  const next = { kind, id, tenant, version: (row?.version ?? 0) + 1, body: JSON.stringify(body), changedAt: now() }
  await control.store.objects.put(next)
  control.tell('an object was stored', { kind, id, version: next.version })
  const shown = flat({ id, tenant, version: next.version, changed_at: next.changedAt, body })
  return { status: before === undefined ? 201 : 200, body: shown, changes: [changeOf(before, next)] }
}

/** Throws `Failure` where the id is another tenant's, or was and is counted under. Whose, only those are told who may see it. */
function checkTaken<Body>({ isCounted = false }: Resource<Body>, tenant: string | null, row: StoredObject | undefined, viewer: Viewer): void {
  if (row === undefined || row.tenant === tenant || (row.body === null && !isCounted)) return
  throw new Failure('conflict', maySee(viewer, row.tenant) ? takenBy(row.tenant) : 'What was counted under this id is another’s: take another id.', {
    param: 'tenant',
  })
}

const takenBy = (tenant: string | null): string =>
  tenant === null
    ? 'It belongs to the installation: say no `tenant`, or take another id.'
    : `It belongs to the tenant \`${tenant}\`: say so (\`tenant\`), or take another id.`

async function remove<Body>(resource: Resource<Body>, request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const { kind } = resource
  const found = await findShown(resource, request, control)
  const { id, tenant, version } = found
  checkVersion(request, version, false)
  await resource.checkRemoval?.(found, { control, request })
  await control.store.objects.put({ kind, id, tenant, version: version + 1, body: null, changedAt: now() })
  control.tell('an object was removed', { kind, id, version })
  return { body: { id, removed: true }, changes: [{ kind, id, before: flat(found), after: null }] }
}

/** What was stored in the place of what stood there. */
export const changeOf = (before: StoredObject | undefined, after: StoredObject): Change => ({
  kind: after.kind,
  id: after.id,
  before: before === undefined ? null : flatRow(before),
  after: flatRow(after),
})

function flatRow(row: StoredObject): object | null {
  const { id, tenant, version, changedAt: changed_at } = row
  const body = bodyOf(row)
  return body === undefined ? null : { id, tenant, version, changed_at, ...body }
}

/** Throws `Failure` where there is no room for another one. */
export async function refuseFull({ store }: Control): Promise<void> {
  if ((await store.objects.count()) >= mostObjects) throw new Failure('too_many_items', `There are ${mostObjects} objects already.`)
}

/** Those of a kind that were not removed. One that another version of the gateway wrote and this one cannot read is passed over. */
export function livingOf<Body>({ kind, schema }: Pick<Resource<Body>, 'kind' | 'schema'>, rows: readonly StoredObject[]): readonly Shown<Body>[] {
  return rows.flatMap((row) => {
    if (row.kind !== kind || row.body === null) return []
    const { success, data } = schema.safeParse(storedJson(row.body))
    return success ? [{ id: row.id, tenant: row.tenant, version: row.version, changed_at: row.changedAt, body: data }] : []
  })
}

/** What is the installation's, its own people see. */
export function maySee(viewer: Viewer, tenant: string | null): boolean {
  if (viewer.role === 'admin') return true
  return viewer.role === 'user' && (viewer.tenant === null || viewer.tenant === tenant)
}

function flat<Body>({ body, ...shown }: Shown<Body>): object {
  return { ...shown, ...body }
}

/** Throws `Failure` that names the field. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const read = readSent(schema, body)
  if ('data' in read) return read.data
  const [{ path, problem }] = read.problems as readonly [DocumentProblem]
  const param = writtenPlace(path)
  throw new Failure('invalid_value', `The body is not what this call takes: ${param === '' ? '' : `\`${param}\`: `}${problem}.`, {
    ...(param !== '' && { param }),
  })
}

/** Whoever changes something says which one they saw. */
export function checkVersion({ query, ifMatch }: Pick<ControlRequest, 'query' | 'ifMatch'>, before: number | undefined, isNeeded: boolean): void {
  const said = query.version ?? ifMatch?.replaceAll('"', '')
  if (said === undefined && (before === undefined || !isNeeded)) return
  const now = `It is at version ${before ?? 0}.`
  if (said === undefined)
    throw new Failure('conflict', `It exists: say which version is to be replaced, by \`?version=${before}\` or \`if-match\`.`, { param: 'version' })
  if (said !== String(before ?? 0)) throw new Failure('conflict', `It was changed meanwhile. ${now} Read it again.`, { param: 'version' })
}

function missing({ kind }: Pick<Resource<unknown>, 'kind'>): Failure {
  return new Failure('not_found', `There is no ${kind} of this id.`)
}

/** What a stored body says, for whoever builds a snapshot: undefined where it is no object. */
export function bodyOf({ body }: StoredObject): JsonObject | undefined {
  const read = storedJson(body)
  return isObject(read) ? read : undefined
}
