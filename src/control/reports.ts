/** Receipts, newest first: `GET /_omni/reports` and one of them. */

import { Failure } from '../canonical/failure.ts'
import { StorageError } from '../storage/errors.ts'
import type { ControlRequest, ControlRoute, Viewer } from './route.ts'

const mostOnPage = 200

export const reports: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/reports',
    access: 'owner',
    query: ['limit', 'cursor'],
    run: async ({ viewer, query }, { store }) => {
      const keyId = keyOf(viewer)
      const page = await store.receipts
        .list({ limit: readLimit(query.limit), ...(query.cursor === undefined ? {} : { cursor: query.cursor }), ...(keyId === undefined ? {} : { keyId }) })
        .catch(tellCursor)
      const retained = await store.receipts.count(keyId)
      // The lines are JSON already, as they were written.
      return { body: `{"data":[${page.lines.join(',')}],"next_cursor":${JSON.stringify(page.next ?? null)},"retained":${retained}}` }
    },
  },
  { method: 'GET', path: '/_omni/reports/:id', access: 'owner', run: async (request, { store }) => ({ body: await one(request, store) }) },
]

async function one(
  { viewer, params }: ControlRequest,
  store: { readonly receipts: { get(id: string, keyId?: string): Promise<string | undefined> } },
): Promise<string> {
  const line = await store.receipts.get(params.id ?? '', keyOf(viewer))
  if (line === undefined) throw new Failure('not_found', 'There is no receipt of this id.')
  return line
}

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
