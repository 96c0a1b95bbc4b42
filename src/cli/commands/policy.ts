/** `omni policy`: documents of rules, checked, stored, and replayed over calls that are past. */

import { stringify } from 'yaml'
import { isObject } from '../../base/json.ts'
import { writtenPlace } from '../../base/place.ts'
import type { PolicyReplay, PolicyResource } from '../../contract/policies.ts'
import { noSuchField } from '../../contract/problems.ts'
import { ask } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { listStored, pathOf, removeStored, store } from '../stored.ts'
import { plain, table, time } from '../table.ts'
import { placeOf, readWritten, type Position, type Written } from '../written-object.ts'

export const policy: readonly Command[] = [
  {
    usage: 'policy check <file>',
    help: 'say what is wrong with a document, in YAML or JSON; needs no gateway. `-` reads standard input',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const { file = '-' } = values
      const { value, positionOf } = await readDocument(file)
      // What compiles rules takes longer to load than most commands run.
      const { checkPolicy } = await import('../../contract/policies.ts')
      const read = checkPolicy(value)
      const problems = ('problems' in read ? read.problems : []).map(({ path, problem }) => ({
        path: writtenPlace(path),
        problem,
        ...positionOf(path, problem === noSuchField),
      }))
      if (options['--json']) console.log(JSON.stringify({ problems }))
      else if ('problems' in read) console.error(problems.map((one) => writtenProblem(one, file)).join('\n'))
      else console.log(`${plain(read.document.name)} is sound: ${read.rules.length} rule${read.rules.length === 1 ? '' : 's'}.`)
      return problems.length === 0 ? 0 : 1
    },
  },
  {
    usage: 'policy set <file>',
    help: 'store a document under its own name',
    options: { '--replace <version>': 'the version that you saw; the newest where absent', '--json': 'for programs' },
    run: async ({ values, options }) => {
      const { file = '-' } = values
      const written = await readDocument(file)
      const { value: document } = written
      const found = await placed(written, file, () => store<PolicyResource>('policies', nameOf(document), document, options['--replace']))
      console.log(options['--json'] ? JSON.stringify(found) : `The policy ${plain(found.id)} is stored, at version ${found.version}, and counts at once.`)
      return 0
    },
  },
  {
    usage: 'policy list',
    help: 'all documents',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const found = await listStored<PolicyResource>('policies')
      console.log(options['--json'] ? JSON.stringify(found) : table([['NAME', 'TENANT', 'SCOPE', 'MODE', 'RULES', 'VERSION', 'CHANGED'], ...found.map(row)]))
      return 0
    },
  },
  {
    usage: 'policy show <name>',
    help: 'one of them, as it would be written',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const found = await ask<PolicyResource>('GET', pathOf('policies', values.name ?? ''))
      console.log(options['--json'] ? JSON.stringify(found) : stringify(found.document).trimEnd())
      return 0
    },
  },
  {
    usage: 'policy remove <name>',
    help: 'forget a document',
    run: async ({ values }) => {
      await removeStored('policies', values.name ?? '')
      console.log(`The policy ${plain(values.name ?? '')} is gone.`)
      return 0
    },
  },
  {
    usage: 'policy replay <file>',
    help: 'what a document would have done to calls that are past, by their receipts',
    options: { '--since <time>': 'how far back: 12h, 7d (7d)', '--json': 'for programs' },
    run: async ({ values, options }) => {
      const { file = '-' } = values
      const written = await readDocument(file)
      const body = { document: written.value, since: options['--since'] ?? '7d' }
      const found = await placed(written, file, () => ask<PolicyReplay>('POST', '/_omni/policies/replay', body))
      console.log(options['--json'] ? JSON.stringify(found) : replayed(found))
      return 0
    },
  },
]

interface Told extends Position {
  readonly path: string
  readonly problem: string
}

function writtenProblem({ path, problem, line, column }: Told, file: string): string {
  return `${placeOf(file)}:${line}:${column}: ${path === '' ? '' : `${plain(path)}: `}${plain(problem)}`
}

function row({ id, tenant, version, changed_at: changedAt, document: { scope, mode, rules } }: PolicyResource): string[] {
  return [id, tenant ?? '', scope, mode, String(rules.length), String(version), time(changedAt)]
}

function replayed({ rules, judged, blocked, reviewed, edited, read, unreadable, complete, from }: PolicyReplay): string {
  const rows = rules.map(({ id, effect, replayable, missing, matched, faults }) =>
    replayable
      ? [id, effect, String(matched.calls), `$${matched.cost_usd}`, faults === 0 ? '' : String(faults)]
      : [id, effect, 'not replayable', '', `no receipt holds ${missing.join(', ')}`],
  )
  const isGuessed = rules.some(({ faults }) => faults > 0)
  const sum = (name: string, { calls, cost_usd: cost }: PolicyReplay['judged']) => [name, String(calls), `$${cost}`]
  const missed = [
    ...(isGuessed ? ['A call that a rule could not judge stands in these sums as the rule’s `onError` has it.'] : []),
    ...(unreadable > 0 ? [`Of ${unreadable} receipts only the index is here: they were passed over.`] : []),
    ...(complete ? [] : ['There are more calls than were read: say a shorter `--since`.']),
  ]
  return [
    table([['RULE', 'EFFECT', 'CALLS', 'COST', 'NOT JUDGED'], ...rows]),
    '',
    table([['SINCE', time(from), `${read} receipts`], sum('in scope', judged), sum('blocked', blocked), sum('reviewed', reviewed), sum('edited', edited)]),
    ...missed,
  ].join('\n')
}

function nameOf(document: object): string {
  const name = 'name' in document ? document.name : undefined
  if (typeof name !== 'string') throw new Complaint('A document says its `name`.')
  return name
}

/** A document alone, or in its place in what `policy show --json` gives. */
async function readDocument(file: string): Promise<Written> {
  const { value, positionOf } = await readWritten(file, 'A document has `version`, `name` and `rules`.')
  const inner: unknown = 'document' in value ? value.document : undefined
  return isObject(inner) ? { value: inner, positionOf: (place) => positionOf(['document', ...place]) } : { value, positionOf }
}

/** What the gateway says of a place in the document is told with the line of the file, as `check` does. */
async function placed<Found>({ positionOf }: Written, file: string, asked: () => Promise<Found>): Promise<Found> {
  try {
    return await asked()
  } catch (error) {
    const [, path, problem] = (error instanceof Complaint && refusal.exec(error.message)) || []
    if (path === undefined || problem === undefined) throw error
    const place = path.split(/[.[\]]+/).flatMap((step) => (step === '' ? [] : /^\d+$/.test(step) ? Number(step) : step))
    throw new Complaint(writtenProblem({ path, problem, ...positionOf(place, problem.startsWith(noSuchField)) }, file), { cause: error })
  }
}

const refusal = /`document\.?([^`]*)`: (.+)$/s
