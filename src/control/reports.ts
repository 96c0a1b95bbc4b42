/** Receipts: a page of those that fit, an export of all of them, their sums, and one with what vouches for it. */

import { StorageError } from '../storage/errors.ts'
import type { Summary } from '../storage/store.ts'
import type { Control } from './control.ts'
import { typeOf, writeExport } from './report-export.ts'
import { noReceipt, readBy, readChoice, readFilters, readLimit, readers, receiptFilters, scoped, summaryFilters, wrong } from './report-query.ts'
import { proveReceipt, showReceipts } from './report-records.ts'
import type { ControlAnswer, ControlRequest, ControlRoute } from './route.ts'

const mostOnPage = 200
/** What a viewer may see is counted so far: more is told as this. */
const mostCounted = 1000
/** Sums of one answer. */
const mostSums = 10_000
const hourMs = 3_600_000

export const reports: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/reports',
    access: 'owner',
    roles: readers,
    action: 'receipts_read',
    query: ['limit', 'cursor', 'format', ...receiptFilters],
    run: async (request, control) => {
      const format = readChoice(request.query, 'format', ['json', 'csv', 'jsonl', 'ocsf'])
      if (format === 'json') return listPage(request, control)
      const paged = (['limit', 'cursor'] as const).find((name) => request.query[name] !== undefined)
      if (paged !== undefined) throw wrong(paged, `\`${paged}\` is for pages of JSON: an export has everything that fits.`)
      return { body: {}, stream: { type: typeOf(format), pieces: writeExport(format, readFilters(request.query, request.viewer), control) } }
    },
  },
  {
    method: 'GET',
    path: '/_omni/reports/summary',
    access: 'owner',
    roles: readers,
    action: 'receipts_read',
    query: ['by', 'per', ...summaryFilters],
    run: async (request, control) => ({ body: await summarize(request, control) }),
  },
  {
    method: 'GET',
    path: '/_omni/reports/:id',
    access: 'owner',
    roles: readers,
    action: 'receipts_read',
    run: async ({ viewer, params }, control) => {
      const receipt = await control.store.receipts.get(params.id ?? '', scoped(viewer))
      if (receipt === undefined) throw noReceipt()
      return { body: await proveReceipt(receipt, control) }
    },
  },
]

async function listPage({ viewer, query }: ControlRequest, control: Control): Promise<ControlAnswer> {
  const { receipts } = control.store
  const { cursor } = query
  const limit = readLimit(query.limit, mostOnPage)
  const page = await receipts.list({ ...readFilters(query, viewer), limit, ...(cursor !== undefined && { cursor }) }).catch(tellCursor)
  const [data, retained] = [await showReceipts(page.receipts, control), await receipts.count(scoped(viewer), mostCounted)]
  return { body: { data, next_cursor: page.next ?? null, retained } }
}

async function summarize({ viewer, query }: ControlRequest, { store }: Control): Promise<string> {
  const per = readChoice(query, 'per', ['total', 'day', 'hour'])
  const by = readBy(query.by)
  const filters = readFilters(query, viewer)
  const sums = await store.receipts.summarize({ ...filters, by, per, most: mostSums })
  if (sums.length >= mostSums) throw wrong('per', `These are ${mostSums} sums or more: ask for a shorter time, for more filters, or for longer periods.`)
  const from = filters.from === undefined ? null : Math.floor(filters.from / hourMs) * hourMs
  const to = filters.to === undefined ? null : Math.ceil(filters.to / hourMs) * hourMs
  return `{"per":"${per}","from":${from},"to":${to},"data":[${sums.map((sum) => writeSum(by, sum)).join(',')}]}`
}

/** Digits as they are: JSON has no largest number. */
function writeSum(by: readonly string[], { period, values, sums }: Summary): string {
  const mean = sums.calls === '0' ? 'null' : String(BigInt(sums.duration) / BigInt(sums.calls))
  const names = by.map((name, at) => `"${name}":${JSON.stringify(values[at])},`).join('')
  const { calls, prompt_tokens: prompt, completion_tokens: completion, cached_tokens: cached, reasoning_tokens: reasoning } = sums
  return `{"period":${period},${names}"calls":${calls},"prompt_tokens":${prompt},"completion_tokens":${completion},"cached_tokens":${cached},"reasoning_tokens":${reasoning},"cost":${sums.cost},"platform_fee":${sums.platform_fee},"calls_of_unknown_cost":${sums.unknown_costs},"duration_mean":${mean},"duration_max":${sums.longest}}`
}

function tellCursor(error: unknown): never {
  if (error instanceof StorageError && error.reason === 'bad_cursor') throw wrong('cursor', 'The cursor is not one that a page of this query gave.')
  throw error
}
