/** Makes the table of prices out of `@pydantic/genai-prices`: https://github.com/pydantic/genai-prices (MIT). */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProvider } from '@pydantic/genai-prices'
import { convertModel, convertProvider, type SourceProvider } from '../../src/catalog/genai.ts'
import type { PricedModel, PricedProvider, PriceTable, TierRule } from '../../src/catalog/table.ts'
import { providers } from '../../src/providers/index.ts'
import { catalogOf } from '../../src/providers/provider.ts'
import type { Page } from './page.ts'

/** The package does not say when its prices were true: a new version needs a new line. */
const published: { readonly [version: string]: string } = { '0.1.8': '2026-09-23' }

const readBeside = <Rule>(file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { readonly [id: string]: readonly Rule[] }

const tiers = readBeside<TierRule>('prices-tiers.json')

/** Models that cost nothing by their vendor's word. The package has no price for them; the first that fits a name counts. */
const free = readBeside<{ readonly models: readonly string[]; readonly source: string }>('prices-free.json')

const freeAt = (id: string): readonly PricedModel[] =>
  (free[id] ?? []).map(({ models, source }) => ({ match: { is: models }, source, periods: [{ prices: { input: 0 } }] }))

function providerOf(id: string): PricedProvider {
  const found = findProvider({ providerId: id })
  if (!found) throw new Error(`The price catalogue has no provider ${id}: say \`catalog: null\` in its data.`)
  return { ...(tiers[id] && { tiers: tiers[id] }), ...convertProvider(found, [...freeAt(id), ...(found as SourceProvider).models.map(convertModel)]) }
}

function makeTable(): PriceTable {
  const manifest = join(dirname(fileURLToPath(import.meta.resolve('@pydantic/genai-prices'))), '../package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const date = published[version]
  if (date === undefined) throw new Error(`Say in scripts/generate/prices.ts when version ${version} of the prices was published.`)
  const ids = [...new Set(providers.map(catalogOf).filter((id) => id !== null))].sort()
  return { version: `genai-prices@${version}`, date, providers: Object.fromEntries(ids.map((id) => [id, providerOf(id)])) }
}

/** One model a line, so that a new version of the source can be reviewed. */
function written({ version, date, providers: priced }: PriceTable): string {
  const lists = Object.entries(priced).map(([id, { resells, tiers: rules, models }]) => {
    const lines = models.map((model) => `      ${JSON.stringify(model)}`).join(',\n')
    const terms = [...(rules ? [`"tiers": ${JSON.stringify(rules)}, `] : []), ...(resells ? [`"resells": ${JSON.stringify(resells)}, `] : [])].join('')
    return `    ${JSON.stringify(id)}: { ${terms}"models": [\n${lines}\n    ] }`
  })
  return `{\n  "version": ${JSON.stringify(version)},\n  "date": ${JSON.stringify(date)},\n  "providers": {\n${lists.join(',\n')}\n  }\n}\n`
}

export const pages: readonly Page[] = [{ path: 'src/catalog/prices.json', make: () => written(makeTable()) }]
