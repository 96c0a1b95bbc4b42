/** Receipts, newest first: `GET /_omni/reports` and one of them. */

import { Failure } from '../canonical/failure.ts'
import { readRecord } from '../receipts/line.ts'
import { StorageError } from '../storage/errors.ts'
import type { IndexedReceipt, ReceiptFilters, Store } from '../storage/store.ts'
import type { ControlRequest, ControlRoute, Viewer } from './route.ts'

const mostOnPage = 200

export const reports: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/reports',
    access: 'owner',
    action: 'receipts_read',
    query: ['limit', 'cursor'],
    run: async ({ viewer, query }, { store }) => {
      const keyId = keyOf(viewer)
      const page = await store.receipts
        .list({ limit: readLimit(query.limit), ...(query.cursor === undefined ? {} : { cursor: query.cursor }), ...own(keyId) })
        .catch(tellCursor)
      const retained = await store.receipts.count(own(keyId), 10_000)
      return { body: { data: page.receipts.map(shown), next_cursor: page.next ?? null, retained } }
    },
  },
  {
    method: 'GET',
    path: '/_omni/reports/:id',
    access: 'owner',
    action: 'receipts_read',
    run: async (request, { store }) => ({ body: await one(request, store) }),
  },
]

async function one({ viewer, params }: ControlRequest, { receipts }: Store): Promise<object> {
  const receipt = await receipts.get(params.id ?? '', own(keyOf(viewer)))
  if (receipt === undefined) throw new Failure('not_found', 'There is no receipt of this id.')
  return shown(receipt)
}

const own = (keyId: string | undefined): ReceiptFilters => (keyId === undefined ? {} : { dimensions: [{ names: ['key_id'], values: [keyId] }] })
const shown = ({ body, known }: IndexedReceipt): object => (body === undefined ? known : readRecord(body))

function keyOf(viewer: Viewer): string | undefined {
  return viewer.role === 'admin' ? undefined : viewer.keyId
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 50
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostOnPage)
    throw new Failure('invalid_value', `\`limit\` must be a whole number from 1 to ${mostOnPage}.`, { param: 'limit' })
  return limit
}

function tellCursor(error: unknown): never {
  if (error instanceof StorageError && error.reason === 'bad_cursor')
    throw new Failure('invalid_value', 'The cursor is not one that a page of receipts gave.', { param: 'cursor' })
  throw error
}
