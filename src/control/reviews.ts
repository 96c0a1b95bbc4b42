/** Calls that are held for a person: who may decide sees what is asked and decides, once; who asked sees what became of it. */

import { z } from 'zod'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { storedTerms } from '../contract/keys.ts'
import { dollars, nanoDollars } from '../contract/money.ts'
import { approval, denial, reviewStates, type ReviewPage, type ReviewResource } from '../contract/reviews.ts'
import type { Review, ReviewQuery, Verdict } from '../storage/reviews.ts'
import type { Control } from './control.ts'
import { readChoice, readLimit, wrong } from './report-query.ts'
import { maySee, parseBody } from './resource.ts'
import { isOpenTo, nameOf, type Action, type ControlAnswer, type ControlRequest, type ControlRoute, type Role, type Viewer } from './route.ts'

const path = '/_omni/reviews' as const
const readers: readonly Role[] = ['admin', 'operator', 'auditor', 'finance', 'viewer']
const deciders: readonly Role[] = ['admin']

const mostOnPage = 200
/** An approval counts for so many milliseconds at most. */
const longest = 90 * 24 * 3_600_000

export const reviews: readonly ControlRoute[] = [
  { method: 'GET', path, access: 'owner', roles: readers, query: ['state', 'limit', 'cursor'], run: list },
  { method: 'GET', path: `${path}/:id`, access: 'owner', roles: readers, run: showOne },
  decision('approve', 'review_approved', approval, approve),
  decision('deny', 'review_denied', denial, deny),
]

function decision(word: string, action: Action, schema: z.ZodType, read: Read): ControlRoute {
  const detail = () => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const run = (request: ControlRequest, control: Control) => decide(request, control, read)
  return { method: 'POST', path: `${path}/:id/${word}`, access: 'admin', roles: deciders, action, body: { type: 'object' }, detail, run }
}

async function list({ viewer, query }: ControlRequest, { store }: Control): Promise<ControlAnswer> {
  const limit = readLimit(query.limit, mostOnPage)
  const state = query.state === undefined ? undefined : readChoice(query, 'state', reviewStates)
  const before = query.cursor
  if (before !== undefined && !/^rev_[\da-f]{32}$/.test(before)) throw wrong('cursor', 'The cursor is not one that a page gave.')
  const found = await store.reviews.list({ ...ownOf(viewer), limit, ...(state !== undefined && { state }), ...(before !== undefined && { before }) })
  const page: ReviewPage = { data: found.map((review) => show(review, viewer)), next_cursor: found.length === limit ? found.at(-1)!.id : null }
  return { body: page }
}

/** A client sees those of its key, a user of a tenant the tenant's. */
function ownOf(viewer: Viewer): Pick<ReviewQuery, 'key' | 'tenant'> {
  if (viewer.role === 'client') return { key: viewer.keyId }
  return viewer.role === 'user' && viewer.tenant !== null ? { tenant: viewer.tenant } : {}
}

async function showOne(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const review = await find(request, control)
  const content = mayDecide(request.viewer) ? await readContent(review, request.viewer, control) : undefined
  return { body: { ...show(review, request.viewer), ...(content !== undefined && { content }) } }
}

const mayDecide = (viewer: Viewer): boolean => viewer.role === 'admin' || (viewer.role === 'user' && isOpenTo(viewer, { roles: deciders }))

/** Nobody reads what was asked without a note of it. */
async function readContent({ id, tenant }: Review, viewer: Viewer, { store, ledger, openReview }: Control): Promise<string | undefined> {
  const sealed = await store.reviews.content(id, now())
  if (sealed === undefined) return undefined
  await ledger.audit(JSON.stringify({ action: 'review_read', at: now(), by: nameOf(viewer), target: id }))
  return openReview(sealed, tenant, id)
}

/** Throws the same `Failure` for what is somebody else's and for what is not there. */
async function find({ params, viewer }: ControlRequest, { store }: Control): Promise<Review> {
  const found = await store.reviews.get(params.id ?? '')
  const isTheirs = found !== undefined && (viewer.role === 'client' ? found.key === viewer.keyId : maySee(viewer, found.tenant))
  if (!isTheirs) throw new Failure('not_found', 'There is no review of this id.')
  return found
}

type Said = Omit<Verdict, 'by' | 'at'>
type Read = (body: unknown, review: Review, at: number) => Said

async function decide(request: ControlRequest, control: Control, read: Read): Promise<ControlAnswer> {
  const { store, wakeReview, tell } = control
  const review = await find(request, control)
  const at = now()
  const said = read(request.body, review, at)
  if (await isAsking(request.viewer, review, control)) throw new Failure('insufficient_scope', 'The call is one of yours: somebody else has to decide.')
  const by = nameOf(request.viewer)
  if (!(await store.reviews.decide(review.id, { ...said, by, at }))) throw decided((await store.reviews.get(review.id)) ?? review)
  wakeReview(review.id)
  tell('a held call was decided', { id: review.id, state: said.state, by })
  const found = (await store.reviews.get(review.id)) ?? review
  const [before, after] = [review, found].map((one) => show(one, { role: 'admin' })) as [ReviewResource, ReviewResource]
  return { body: show(found, request.viewer), changes: [{ kind: 'review', id: review.id, before, after }] }
}

function approve(body: unknown, review: Review, at: number): Said {
  const { uses, until, budget_usd: budget } = parseBody(approval, body)
  if (until !== undefined && (until <= at || until > at + longest)) throw wrong('until', '`until` is a time within the next 90 days.')
  return {
    state: 'approved',
    uses: uses ?? (until === undefined ? 1 : null),
    endsAt: until ?? at + waitOf(review),
    budget: budget === undefined ? null : nanoDollars(budget),
    reason: null,
  }
}

function deny(body: unknown, review: Review, at: number): Said {
  return { state: 'denied', uses: null, endsAt: at + waitOf(review), budget: null, reason: parseBody(denial, body).reason }
}

/** How long a review may wait for its decision is how long the decision counts. */
const waitOf = ({ createdAt, endsAt }: Review): number => endsAt - createdAt

/** Whether it may be a call of theirs: by the key as it was when it asked, or as it is now; who was shown its secret can call with it. */
async function isAsking(viewer: Viewer, { key, user }: Review, { store }: Control): Promise<boolean> {
  if (viewer.role !== 'user') return false
  if (viewer.userId === user) return true
  const row = key === null ? undefined : await store.keys.get(key)
  const { data } = storedTerms.safeParse(JSON.parse(row?.terms ?? '{}'))
  return data?.user === viewer.userId || data?.known_to.includes(viewer.userId) === true
}

function decided({ state, decidedBy }: Review): Failure {
  const sentence = state === 'pending' || state === 'expired' ? 'Its time is over: nobody decided, which is a no.' : `It was decided before, by ${decidedBy}.`
  return new Failure('conflict', sentence)
}

function show({ createdAt, endsAt, decidedAt, decidedBy, ranFor, estimate, budget, content, ...review }: Review, viewer: Viewer): ReviewResource {
  return {
    ...review,
    estimate_usd: estimate === null ? null : dollars(estimate),
    created_at: createdAt,
    until: endsAt,
    // What was not decided and is over is shown as what it is, before anybody has swept.
    state: review.state === 'pending' && endsAt <= now() ? 'expired' : review.state,
    budget_usd: budget === null ? null : dollars(budget),
    decided_by: viewer.role === 'client' ? null : decidedBy,
    decided_at: decidedAt,
    ran_for: ranFor,
    content_state: content,
  }
}
