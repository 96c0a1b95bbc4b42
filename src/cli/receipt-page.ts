/** One receipt as a page for people: what answered, what it took, what it cost, what was changed on the way, and what vouches for it. */

import type { AttemptRecord, PassedOver, ShownReceipt } from '../contract/receipts.ts'
import { plain, table, time } from './table.ts'

const barWidth = 40
/** Receipts of older versions know less: what is not there is not shown. */
type Shown = Partial<ShownReceipt> & Pick<ShownReceipt, 'id'>

export function writePage(receipt: Shown): string {
  const sections = [
    ['', head(receipt)],
    ['Model', claim(receipt)],
    ['Tokens', tokens(receipt)],
    ['Cost', cost(receipt)],
    ['Time', timeline(receipt)],
    ['Attempts', attempts(receipt)],
    ['On the way', delta(receipt)],
    ['Decided', decided(receipt)],
    ['Kept', kept(receipt)],
  ] as const
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [...(title === '' ? [] : [title]), ...lines.map((line) => (title === '' ? line : `  ${line}`))].join('\n'))
    .join('\n\n')
}

/** Undefined and null are not told; everything else is, made harmless. */
const told = (...parts: readonly unknown[]): string =>
  parts
    .filter((part) => part !== undefined && part !== null && part !== '')
    .map((part) => plain(String(part)))
    .join(' · ')

const named = (name: string, value: unknown): string => (value === undefined || value === null ? '' : `${name} ${String(value)}`)

const isInterrupted = ({ completeness }: Shown): boolean => completeness !== undefined && completeness !== 'complete'

/** Who asks, from the widest: receipts name them by their ids. */
const askers = [
  ['tenant', 'tenant_id'],
  ['team', 'team_id'],
  ['agent', 'agent_id'],
  ['user', 'user_id'],
  ['key', 'key_id'],
  ['environment', 'environment'],
  ['cost center', 'cost_center'],
  ['by', 'auth_method'],
  ['client', 'client'],
] as const

function head(receipt: Shown): string[] {
  const { id, created_at: at = null, outcome, status, error, notices = [] } = receipt
  const ending = isInterrupted(receipt)
    ? 'interrupted: the process ended first, and nobody knows how the call did'
    : told(outcome, named('status', status), error)
  return [
    told(id, ending),
    told(time(at), named('request', receipt.request_id), named('trace', receipt.trace_id)),
    told(...askers.map(([name, signal]) => named(name, receipt[signal]))),
    ...(notices.length > 0 ? [told(`look at: ${notices.join(', ').replaceAll('_', ' ')}`)] : []),
  ].filter((line) => line !== '')
}

function claim(receipt: Shown): string[] {
  const { requested_model: asked, resolved_model: resolved, claimed_model: claimed, provider } = receipt
  const way = [named('asked', asked), named('sent to', provider && told(`${provider}/${resolved}`)), named('answered as', claimed)].filter(
    (part) => part !== '',
  )
  return [
    way.map(plain).join(' → '),
    told(
      named('claim', receipt.verification),
      receipt.substrate?.replaceAll('_', ' '),
      receipt.upstream_host,
      receipt.region,
      named('account', receipt.account),
      receipt.runtime_mode,
    ),
    told(
      named('chain', receipt.route),
      receipt.strategy,
      named('found by', receipt.route_reason?.replaceAll('_', ' ')),
      named('fell back:', receipt.fallback_reason),
    ),
    told(named('provider’s request', receipt.upstream_request_id), named('answer', receipt.response_id), named('fingerprint', receipt.fingerprint)),
    told(receipt.operation, receipt.surface, named('over', receipt.wire), receipt.stream === true ? 'stream' : null, named('tier', receipt.service_tier)),
  ].filter((line) => line !== '')
}

const bar = (share: number): string => '█'.repeat(Math.round(Math.max(0, Math.min(1, share)) * barWidth)) || (share > 0 ? '▏' : '')

function tokens(receipt: Shown): string[] {
  const { prompt_tokens: input, completion_tokens: output, total_tokens: total, segments = [] } = receipt
  if (input === undefined || input === null) return ['unavailable']
  const most = Math.max(input, output ?? 0, 1)
  const rows = segments.map(({ segment, tokens: count, source, confidence }) => [
    segment.replaceAll('_', ' '),
    count === null ? '–' : String(count),
    source,
    source === 'unavailable' ? '' : confidence.toFixed(2),
    count === null ? '' : bar(count / most),
  ])
  const difference = (name: string, value: number | null | undefined) =>
    value === undefined || value === null ? '' : `${name} ${value >= 0 ? '+' : ''}${value}`
  const differences = told(difference('in', receipt.prompt_difference), difference('out', receipt.completion_difference))
  return [
    ...table([['', 'TOKENS', 'SOURCE', 'TRUST', ''], ...rows]).split('\n'),
    told(`in ${input}, out ${output ?? '–'}, together ${total ?? '–'}`, receipt.usage_source, named('trust', receipt.usage_confidence)),
    ...(differences === '' ? [] : [`the provider’s count less our estimate: ${differences}`]),
  ]
}

/** Nano-dollars as dollars, with all their digits. */
export function dollars(nano: number | bigint): string {
  const digits = String(nano).replace('-', '').padStart(10, '0')
  const cents = digits.slice(-9).replace(/0{1,7}$/, '')
  return `${nano < 0 ? '-' : ''}$${digits.slice(0, -9)}.${cents}`
}

const money = (nano: number | null | undefined): string | null => (nano === undefined || nano === null ? null : dollars(nano))

function cost(receipt: Shown): string[] {
  const { cost_availability: availability = 'unknown', budgets } = receipt
  const total = money(receipt.total_cost)
  const parts = [named('provider', money(receipt.cost)), named('platform fee', money(receipt.platform_fee)), named('list price', money(receipt.list_cost))]
  return [
    told(total ?? 'unknown', availability.replaceAll('_', ' '), ...parts),
    told(
      named('prices', receipt.price_version),
      receipt.price_source,
      named('reserved', money(receipt.budget_reserved)),
      named('settled', money(receipt.budget_settled)),
    ),
    told(budgets && named('charged to', budgets.map((charge) => chargeOf(String(charge))).join(', '))),
  ].filter((line) => line !== '')
}

/** `budget:team-ml|day@1795219200000`: the counter of a budget, and when its period began. */
function chargeOf(charge: string): string {
  const at = charge.lastIndexOf('@')
  const from = Number(charge.slice(at + 1))
  return from > 0 ? `${charge.slice(0, at)} from ${time(from)}` : charge.slice(0, at)
}

/** The stages of a call, each with the signal that ends it. A stage that was not told is part of the next. */
const stages = [
  ['read', 'parsed_after'],
  ['decide', 'decided_after'],
  ['prepare, wait', 'sent_after'],
  ['connect', 'connected_after'],
  ['first byte', 'first_byte_after'],
  ['first word', 'first_token_after'],
  ['answer', 'duration'],
] as const

const ms = (ns: number): string => (ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)

/** A bar where it lies in the whole time. */
function drawn(from: number, to: number, whole: number): string {
  if (whole <= 0) return ''
  const start = Math.min(barWidth - 1, Math.floor((from / whole) * barWidth))
  const end = Math.min(barWidth, Math.max(start + 1, Math.round((to / whole) * barWidth)))
  return `${' '.repeat(start)}${'█'.repeat(end - start)}`
}

/** Calls of a key wait for one another before they are read, and others after that: it was the first where the time after the reading has no room for it. */
function waitAtTheDoor({ queued, duration = 0, parsed_after: read, sent_after: sent }: Shown): number {
  const untilRead = read ?? duration
  const after = (sent ?? duration) - untilRead
  return typeof queued === 'number' && queued > after && queued <= untilRead ? queued : 0
}

function timeline(receipt: Shown): string[] {
  const { duration: whole = 0, attempts: tried = [] } = receipt
  if (isInterrupted(receipt)) return []
  // What earlier attempts took is in the times of the last.
  const last = tried.length > 1 ? (tried.at(-1) as AttemptRecord).at * 1e6 : 0
  const first = waitAtTheDoor(receipt)
  const rows: string[][] = first === 0 ? [] : [['wait for its turn', ms(first), drawn(0, first, whole)]]
  let from = first
  for (const [name, signal] of stages) {
    const until = receipt[signal]
    if (until === undefined || until === null || until < from) continue
    if (last > from && last <= until) {
      rows.push(['attempts before', ms(last - from), drawn(from, last, whole)])
      from = last
    }
    rows.push([name, ms(until - from), drawn(from, until, whole)])
    from = until
  }
  const parts = [named('gateway', inMs(receipt.overhead)), named('provider', inMs(receipt.provider_duration)), named('queued', inMs(receipt.queued))]
  return [
    ...table([['', 'MS', ''], ...rows]).split('\n'),
    told(`${ms(whole)} ms in all`, ...parts, named('pauses', inMs(receipt.retry_pauses)), named('longest silence', inMs(receipt.max_gap))),
    ...(receipt.clock === 'jumped' ? ['the wall clock was set meanwhile'] : []),
  ]
}

const inMs = (ns: number | null | undefined): string | null => (ns === undefined || ns === null || ns === 0 ? null : `${ms(ns)} ms`)

function attempts(receipt: Shown): string[] {
  const tried = (receipt.attempts ?? []) as readonly Partial<AttemptRecord>[]
  const passed = (receipt.passed_over ?? []) as readonly PassedOver[]
  const lines = passed.length > 0 ? [told(`not asked: ${passed.map(({ target, why }) => `${target} (${why.replaceAll('_', ' ')})`).join(', ')}`)] : []
  if (tried.length === 0) return lines
  const whole = (receipt.duration ?? 0) / 1e6
  const rows = tried.map(({ at = 0, ms: took = 0, provider, account, model, status, reason }) => [
    ...[at, took, provider, account, model, status, reason].map((value) => String(value ?? '–')),
    drawn(at, at + took, whole),
  ])
  return [...table([['AT MS', 'TOOK MS', 'PROVIDER', 'ACCOUNT', 'MODEL', 'STATUS', 'CAME TO', ''], ...rows]).split('\n'), ...lines]
}

function delta(receipt: Shown): string[] {
  const { tokens_before: before, tokens_after: after, tokens_saved: saved, dropped = [], transforms = [] } = receipt
  const hasTokens = before !== undefined && before !== null && after !== undefined && after !== null
  return [
    told(
      receipt.context_delta?.replaceAll('_', ' '),
      receipt.lossy === true ? 'something was left out' : null,
      hasTokens ? `${before} → ${after} tokens, ${saved} saved` : null,
    ),
    told(
      transforms.length > 0 ? `done to it: ${transforms.join(', ')}` : null,
      named('redacted', receipt.redactions),
      named('turns left out', receipt.trimmed_turns),
    ),
    told(dropped.length > 0 ? `not told to the target: ${dropped.join(', ')}` : null),
  ].filter((line) => line !== '')
}

function decided(receipt: Shown): string[] {
  const { policy_rules: rules, policy_tags: tags, risk_score: risk } = receipt
  return [
    told(
      receipt.policy_outcome,
      named('refused by', receipt.refused_by),
      named('policies', receipt.policy_version),
      rules && `rules ${rules.join(', ')}`,
      tags && `tags ${tags.join(', ')}`,
    ),
    told(named('risk', risk), receipt.risk_level, named('review', receipt.review_id)),
  ].filter((line) => line !== '')
}

function kept(receipt: Shown): string[] {
  const { log, position, leaf_hash: leaf, expires_at: expires } = receipt
  const hasPlace = log !== undefined && log !== null
  return [
    told(
      receipt.privacy_mode,
      receipt.content_stored === true ? 'the answer is kept, sealed' : 'nothing that was said is stored',
      named('digests:', receipt.content_mode),
    ),
    told(expires ? `until ${time(expires)}` : null, named('config', receipt.config), named('build', receipt.build)),
    told(hasPlace ? `${log} at ${position}` : 'it stands in no log', named('leaf', leaf)),
    told(hasPlace ? vouching(receipt) : null),
  ].filter((line) => line !== '')
}

function vouching({ checkpoint, signer, intact }: Shown): string {
  if (intact === false) return 'the log does not bear this entry out: run omni receipts verify'
  return typeof checkpoint === 'number' ? `in the checkpoint of ${checkpoint}, signed by ${signer}` : 'no checkpoint counts it yet'
}
