/** `omni prices`: what models cost, and the taking of a newer table. */

import { readFileSync } from 'node:fs'
import type { ModelPriceResource, PriceTableResource, RefreshedPrices } from '../../contract/prices.ts'
import { ask } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { table } from '../table.ts'

export const prices: readonly Command[] = [
  {
    usage: 'prices show <model>',
    help: 'what a million tokens of each kind cost, as `openai/gpt-5`',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const path = (values.model ?? '').split('/').map(encodeURIComponent).join('/')
      const [found, known] = await Promise.all([
        ask<ModelPriceResource>('GET', `/_omni/prices/models/${path}`),
        ask<PriceTableResource>('GET', '/_omni/prices'),
      ])
      console.log(options['--json'] ? JSON.stringify(found) : shown(found, known))
      return 0
    },
  },
  {
    usage: 'prices refresh',
    help: 'take a newer table: ours, or the data.json of genai-prices; what changes is shown first',
    options: {
      '--file <file>': 'the table, as a file',
      '--url <url>': 'the table, fetched by the gateway; nothing is fetched otherwise',
      '--yes': 'take it, and not only show what changes',
      '--json': 'for programs',
    },
    run: async ({ options }) => {
      const given = sourceOf(options['--file'], options['--url'])
      const found = await ask<RefreshedPrices>('POST', options['--yes'] === true ? '/_omni/prices' : '/_omni/prices/changes', given)
      console.log(options['--json'] ? JSON.stringify(found) : told(found))
      return 0
    },
  },
]

function sourceOf(file: string | boolean | undefined, url: string | boolean | undefined): { readonly url: string } | { readonly table: unknown } {
  if (typeof url === 'string' && file === undefined) return { url }
  if (typeof file !== 'string' || url !== undefined) throw new Complaint('Say where the table is: by `--file`, or by `--url`. Nothing is fetched by itself.')
  try {
    return { table: JSON.parse(readFileSync(file, 'utf8')) as unknown }
  } catch (cause) {
    throw new Complaint(`${file} cannot be read as JSON.`, { cause })
  }
}

function shown({ provider, model, source, version, since, covered, tiers }: ModelPriceResource, { date }: PriceTableResource): string {
  if (source === null) return `Nobody knows what ${provider}/${model} costs. Say it in \`prices:\` of omni.yaml.`
  const lines = new Map(tiers.flatMap(({ rates }) => rates.map(({ part, above }) => [`${part} ${above}`, { part, above }])))
  const rows = [...lines.values()].map(({ part, above }) => [
    part,
    above === 0 ? '' : String(above),
    part === 'call' ? 'call' : 'million',
    ...tiers.map(({ rates }) => rates.find((rate) => rate.part === part && rate.above === above)?.dollars ?? '–'),
  ])
  const origin = source === 'operator' ? 'The operator’s own prices' : `By the catalogue, as of ${date}`
  const from = since === null ? '' : `, valid since ${new Date(since).toISOString().slice(0, 10)}`
  const plan = covered.length === 0 ? [] : [`A subscription covers: ${covered.join(', ')}.`]
  return [table([['FOR', 'ABOVE', 'PER', ...tiers.map(({ tier }) => `${tier.toUpperCase()} $`)], ...rows]), '', `${origin} (${version})${from}.`, ...plan].join(
    '\n',
  )
}

/** Lines of each kind that are shown; `--json` has all. */
const mostShown = 40

function told({ version, date, models, taken, added, removed, changed }: RefreshedPrices): string {
  const known = changed.filter(({ from, to }) => from !== null && to !== null)
  const raised = known.filter(({ from, to }) => Number(from) < Number(to))
  const lowered = known.filter(({ from, to }) => Number(from) > Number(to))
  const other = changed.filter((change) => !known.includes(change))
  const lines = (name: string, rows: readonly string[]) => [
    `${name}: ${rows.length}`,
    ...rows.slice(0, mostShown).map((row) => `  ${row}`),
    ...(rows.length > mostShown ? [`  and ${rows.length - mostShown} more`] : []),
  ]
  const written = ({ model, part, above, from, to }: RefreshedPrices['changed'][number]) =>
    `${model} ${part}${above === 0 ? '' : ` above ${above}`}: ${from ?? 'unknown'} → ${to ?? 'unknown'}`
  return [
    `${version} of ${date}, with ${models} models`,
    ...lines('added', added),
    ...lines('removed', removed),
    ...lines('raised', raised.map(written)),
    ...lines('lowered', lowered.map(written)),
    ...lines('known now, or no more', other.map(written)),
    taken ? 'It is taken: calls that arrive now are billed by it.' : 'Nothing was changed. Run it again with --yes to take it.',
  ].join('\n')
}
