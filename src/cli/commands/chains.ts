/** `omni chains`: lists of targets under a name, and where a call of a given shape would go. */

import { needFlags, type Explanation, type Obstacle } from '../../contract/explain.ts'
import { ask } from '../api.ts'
import type { Arguments, Command } from '../command.ts'
import { table, time } from '../table.ts'

const needs: Readonly<Record<string, string>> = Object.fromEntries(needFlags.map((need) => [`--${need}`, 'the call needs this of its model']))

/** Options that go on to the gateway under their own names. */
const said = {
  '--route <chain>': 'the chain that the call names (`omni_route`)',
  '--provider <name>': 'the provider that it names (`omni_provider`)',
  '--fallbacks <models>': 'what it names as `extra.fallbacks`, with commas between',
  '--surface <wire>': 'the API that it comes on: openai-chat, openai-responses, anthropic-messages, gemini-generate, …',
  '--session <id>': 'the session that it belongs to',
  '--input-tokens <n>': 'tokens that it brings',
  '--output-tokens <n>': 'tokens that it may be answered',
  '--stream': 'it asks for a stream',
} as const

export const chains: readonly Command[] = [
  {
    usage: 'chains explain <model>',
    help: 'where a call would go now, in which order, and why not elsewhere',
    options: { ...said, ...needs, '--json': 'for programs' },
    run: async ({ values, options }) => {
      const found = await ask<Explanation>('GET', `/_omni/routes/explain?${queryOf(values.model ?? '', options)}`)
      console.log(options['--json'] ? JSON.stringify(found) : written(found))
      return 0
    },
  },
]

function queryOf(model: string, options: Arguments['options']): string {
  const given = Object.entries(options).filter(([flag, value]) => value !== undefined && flag !== '--json')
  return new URLSearchParams([['model', model], ...given.map(([flag, value]) => [flag.slice(2).replaceAll('-', '_'), String(value)])]).toString()
}

function written({ hops, strategy, strategies, drawn, targets, missing }: Explanation): string {
  const way = hops.map(({ name, by }) => `${name} (${by.replaceAll('_', ' ')})`).join(' → ')
  const below = strategies.filter((one) => one !== strategy)
  const order = `${strategy}${below.length > 0 ? `, and below it ${below.join(', ')}` : ''}`
  const rows = targets.map((target) => [
    target.place === null ? '–' : `${target.place}`,
    `${target.provider}${target.account === null ? '' : `@${target.account}`}/${target.model}`,
    target.wire ?? '–',
    `${Math.round(target.share * 100)} %`,
    target.state.replace('_', ' '),
    String(target.in_flight),
    target.latency_ms === null ? '–' : String(target.latency_ms),
    `${Math.round(target.error_share * 100)} %`,
    target.price === null ? '–' : (target.price / 1e9).toFixed(6),
    String(target.weight),
  ])
  return [
    `${way}\nby ${order}${drawn ? '; the order is drawn anew for each call' : ''}\n`,
    table([['#', 'TARGET', 'WIRE', 'FIRST', 'STATE', 'CALLS', 'MS', 'ERRORS', 'COST $', 'WEIGHT'], ...rows]),
    ...notesOf(targets, missing),
  ].join('\n')
}

function notesOf(targets: Explanation['targets'], missing: Explanation['missing']): readonly string[] {
  const notes = targets.flatMap(({ provider, account, model, last_resort: isLast, reasons }) =>
    reasons.map(
      (reason) =>
        `  ${provider}${account === null ? '' : `@${account}`}/${model}: ${sentenceOf(reason)}${isLast ? ', and is asked only as the last resort' : ''}`,
    ),
  )
  const lines = [...notes, ...missing.map(({ model, sentence }) => `  ${model}: leads nowhere. ${sentence}`)]
  return lines.length === 0 ? [] : ['', ...lines]
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
