/** An explanation for people: the way of the name, a table of its targets, and a line for each reason. */

import type { Explanation, Obstacle } from '../contract/explain.ts'
import { plain, table, time } from './table.ts'

export function written({ hops, strategy, strategies, attempts, drawn, targets, missing }: Explanation): string {
  const way = hops.map(({ name, by }) => `${plain(name)} (${by.replaceAll('_', ' ')})`).join(' → ')
  const below = strategies.filter((one) => one !== strategy)
  const order = `${strategy}${below.length > 0 ? `, and below it ${below.join(', ')}` : ''}`
  const rows = targets.map((target) => [
    target.waits_for_room ? 'waits' : target.place === null ? '–' : `${target.place}`,
    nameOf(target),
    target.wire ?? '–',
    target.waits_for_room ? '–' : `${Math.round(target.share * 100)} %`,
    target.state.replace('_', ' '),
    String(target.in_flight),
    target.latency_ms === null ? '–' : String(target.latency_ms),
    `${Math.round(target.error_share * 100)} %`,
    target.price === null ? '–' : (target.price / 1e9).toFixed(6),
    String(target.weight),
  ])
  return [
    `${way}\nby ${order}${drawn ? '; the order is drawn anew for each call' : ''}; ${attempts} attempts at most\n`,
    table([['#', 'TARGET', 'WIRE', 'FIRST', 'STATE', 'CALLS', 'MS', 'ERRORS', 'COST $', 'WEIGHT'], ...rows]),
    ...notesOf(targets, missing),
  ].join('\n')
}

type Target = Explanation['targets'][number]

const nameOf = ({ provider, account, model }: Target): string => `${provider}${account === null ? '' : `@${account}`}/${model}`

function notesOf(targets: readonly Target[], missing: Explanation['missing']): readonly string[] {
  const notes = targets.flatMap((target) => target.reasons.map((reason) => `${nameOf(target)}: ${sentenceOf(reason)}${outcomeOf(target)}`))
  const lines = [...notes, ...missing.map(({ model, sentence }) => `${model}: leads nowhere. ${sentence}`)]
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${plain(line)}`)]
}

function outcomeOf({ last_resort: isLastResort, waits_for_room: isWaitedFor }: Target): string {
  if (isWaitedFor) return ', and calls wait for it'
  return isLastResort ? ', and is asked only as the last resort' : ''
}

function sentenceOf(reason: Obstacle): string {
  switch (reason.why) {
    case 'left_alone':
      return `${reason.place} is left alone until ${time(reason.until)} (${reason.reason})`
    case 'proving_itself':
      return `${reason.place} is proving itself, with as many calls as it may have meanwhile`
    case 'full':
      return `${reason.place} has as many calls under way as it may have`
    case 'lacks':
      return `it is known to lack ${reason.needs.join(', ')}`
    case 'cannot_say':
      return `its wire cannot say ${reason.words.join(', ')}`
    case 'context_too_small':
      return `its context is ${reason.tokens} tokens`
    case 'output_too_small':
      return `it writes ${reason.tokens} tokens at most`
    case 'weight_zero':
      return 'it has no share while the others are in'
  }
}
