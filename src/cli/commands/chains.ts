/** `omni chains`: lists of targets under a name, and where a call of a given shape would go. */

import { stringify } from 'yaml'
import type { ChainResource } from '../../contract/chains.ts'
import { needFlags, type Explanation } from '../../contract/explain.ts'
import { ask } from '../api.ts'
import type { Arguments, Command } from '../command.ts'
import { written } from '../explanation.ts'
import { plain, table, time } from '../table.ts'
import { readWritten } from '../written-object.ts'

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
    usage: 'chains list',
    help: 'all chains, those of the file and those that were stored',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const data = await readAll()
      if (options['--json']) console.log(JSON.stringify(data))
      else console.log([table([['NAME', 'SOURCE', 'VERSION', 'STRATEGY', 'TARGETS', 'CHANGED'], ...data.map(row)]), ...problemsOf(data)].join('\n'))
      return 0
    },
  },
  {
    usage: 'chains show <name>',
    help: 'one of them, as it would stand in the file',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const found = await ask<ChainResource>('GET', pathOf(values.name))
      if (options['--json']) console.log(JSON.stringify(found))
      else console.log([stringify(found.chain).trimEnd(), ...problemsOf([found])].join('\n'))
      return 0
    },
  },
  {
    usage: 'chains set <name> <file>',
    help: 'store a chain, in YAML or JSON as under its name in the file; `-` reads standard input',
    options: { '--replace <version>': 'the version that you saw; the newest where absent' },
    run: async ({ values, options }) => {
      const { value: chain } = await readWritten(values.file ?? '-', howToWrite)
      const before = options['--replace'] ?? (await readAll()).find(({ name, source }) => name === values.name && source === 'stored')?.version
      const query = typeof before === 'string' || typeof before === 'number' ? `?version=${before}` : ''
      const { version, warnings = [] } = await ask<ChainResource>('PUT', `${pathOf(values.name)}${query}`, chain)
      console.log(`The chain ${plain(values.name ?? '')} is stored, at version ${version}, and counts at once.`)
      for (const warning of warnings) console.error(`Warning: ${plain(warning)}`)
      return 0
    },
  },
  {
    usage: 'chains remove <name>',
    help: 'forget a stored chain',
    run: async ({ values }) => {
      await ask('DELETE', pathOf(values.name))
      console.log(`The chain ${plain(values.name ?? '')} is gone.`)
      return 0
    },
  },
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

const howToWrite = 'A chain is written as `targets: [openai/gpt-4o, anthropic/claude-sonnet-4-5]`, with more settings where it has them.'

const pathOf = (name = ''): string => `/_omni/chains/${encodeURIComponent(name)}`

async function readAll(): Promise<readonly ChainResource[]> {
  return (await ask<{ readonly data: readonly ChainResource[] }>('GET', '/_omni/chains')).data
}

const mostShown = 3

function row({ name, source, version, changed_at: changedAt, chain: { strategy = 'priority', targets } }: ChainResource): string[] {
  const names = targets.map((target) => (typeof target === 'string' ? target : target.model))
  const more = names.length > mostShown ? ` and ${names.length - mostShown} more` : ''
  return [name, source, version === null ? '–' : String(version), strategy, `${names.slice(0, mostShown).join(', ')}${more}`, time(changedAt)]
}

function problemsOf(data: readonly ChainResource[]): readonly string[] {
  return data.flatMap(({ name, problem }) => (problem === null ? [] : [`!! ${plain(name)}: ${plain(problem)}`]))
}
