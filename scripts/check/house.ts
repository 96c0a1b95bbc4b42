/** What a machine can check of how files are named, what they open with, and what code may not say where. Lengths, `any` and the like are the linter's. */

import { isTest, places, sources } from './source.ts'
import { sqlRule } from './sql.ts'
import type { File, Rule } from './source.ts'

const file = (path: string, text: string): readonly File[] => [{ path, text }]
const inside =
  (...folders: readonly string[]) =>
  ({ path }: File): boolean =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
const outside =
  (...folders: readonly string[]) =>
  (one: File): boolean =>
    !inside(...folders)(one)

/** A rule that a pattern stands nowhere in the code of the files that `where` picks. */
function never(says: string, pattern: RegExp, where: (file: File) => boolean, broken: readonly (readonly File[])[]): Rule {
  return { says, broken, find: (files) => places(sources(files).filter(where), pattern) }
}

/** The ids of the providers that live in files of `src/providers/`, each with its file. */
function providerIds(files: readonly File[]): readonly { readonly id: string; readonly path: string }[] {
  return sources(files)
    .filter(inside('src/providers'))
    .flatMap(({ path, text }) => [...text.matchAll(/^ {2}id: '([^']+)'/gm)].map(([, id]) => ({ id: id!, path })))
}

function strayProviderNames(files: readonly File[]): readonly string[] {
  return providerIds(files).flatMap(({ id, path }) =>
    places(
      sources(files).filter((one) => one.path !== path && outside('src/catalog')(one)),
      new RegExp(`(?<=['"\`])${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?=['"\`])`),
    ),
  )
}

/** All TypeScript but the rules themselves, which hold what breaks them. */
const typescript = (files: readonly File[]): readonly File[] =>
  files.filter((one) => one.path.endsWith('.ts') && outside('scripts/check', 'test/architecture.test.ts')(one))

const code = /\.(ts|js)$/
const drawer = /(^|\/)(utils?|helpers?|common|misc|shared|types)(\/|\.(test\.)?(ts|js)$)/
const opening = /^(#![^\n]*\n)?\/\*\*\s+(\*\s+)?[^\s*]/
/** A file of plain data in a list says by its name what it is. */
const isData = (one: File): boolean => inside('src/providers')(one)

export const houseRules: readonly Rule[] = [
  {
    says: 'every file opens with a sentence that says what it is',
    broken: [file('src/base/a.ts', 'export const a = 1\n'), file('bin/a.js', '#!/usr/bin/env node\nimport "fs"\n'), file('test/a.test.ts', '/** */\n')],
    find: (files) => files.filter((one) => code.test(one.path) && !isData(one) && !opening.test(one.text)).map(({ path }) => path),
  },
  {
    says: 'no file or folder is a drawer for odds and ends',
    broken: [file('src/base/utils.ts', ''), file('test/helpers/a.ts', ''), file('src/gateway/types.ts', '')],
    find: (files) => files.filter(({ path }) => drawer.test(path)).map(({ path }) => path),
  },
  {
    says: 'nothing is called a Manager, a Service, a Handler or a Processor',
    broken: [file('src/a/a.ts', 'export class KeyManager {}'), file('test/a.ts', 'interface StreamHandler {}'), file('src/a/a.ts', 'type Processor = 1')],
    find: (files) => places(typescript(files), /\b(?:class|interface|type)\s+\w*(?:Manager|Service|Handler|Processor)\b/),
  },
  {
    says: 'no check is silenced: no ts-ignore, no `as any`, no ignored file',
    broken: [file('src/base/a.ts', '// @ts-ignore\n'), file('test/a.ts', 'const a = b as any\n'), file('src/base/a.ts', '/* oxlint-disable */\n')],
    find: (files) =>
      typescript(files).flatMap(({ path, text }) =>
        [...text.matchAll(/@ts-(?:ignore|nocheck)|\bas any\b|\/\* (?:oxlint|eslint)-disable \*\//g)].map(([found]) => `${path}: ${found}`),
      ),
  },
  {
    says: 'the name of a provider stands in its own file and nowhere else',
    broken: [
      [
        { path: 'src/providers/acme.ts', text: "export const acme = {\n  id: 'acme',\n}" },
        { path: 'src/gateway/a.ts', text: "if (provider.id === 'acme') go()" },
      ],
    ],
    find: strayProviderNames,
  },
  never(
    'only upstream, server, storage and commands open connections',
    /(?<![.\w])fetch\(|\bnew (?:WebSocket|EventSource)\b/,
    outside('src/upstream', 'src/server', 'src/storage', 'src/cli'),
    [file('src/gateway/a.ts', "const answer = await fetch('https://x')"), file('src/credentials/a.ts', 'const socket = new WebSocket(url)')],
  ),
  never('no text is run as code', /(?<![.\w])eval\(|\bnew Function\b|(?<![.\w])Function\(/, () => true, [
    file('src/a/a.ts', 'eval(text)'),
    file('src/a/a.ts', "new Function('a', text)"),
  ]),
  never('the clock is read in base/clock.ts alone', /\bDate\.now\b|\bperformance\.now\b|\bprocess\.hrtime\b|\bnew Date\(\)/, outside('src/base/clock.ts'), [
    file('src/gateway/a.ts', 'const now = Date.now()'),
    file('src/receipts/a.ts', 'const now = new Date()'),
    file('src/upstream/a.ts', 'const now = process.hrtime.bigint()'),
  ]),
  never('the environment is read in config/ and cli/ alone', /\bprocess\.env\b/, outside('src/config', 'src/cli'), [
    file('src/storage/a.ts', 'const url = process.env.OMNI_DATABASE_URL'),
  ]),
  never(
    'pure folders have no environment, no I/O, no clock and no chance',
    /\bprocess\.|(?<![.\w])(?:setTimeout|setInterval|setImmediate|fetch|console)\b|\bMath\.random\b|(?<![.\w])crypto\./,
    inside('src/canonical', 'src/wires', 'src/policy', 'src/routing/strategies'),
    [file('src/wires/a.ts', 'console.log(1)'), file('src/policy/a.ts', 'setTimeout(go, 1)'), file('src/canonical/a.ts', 'const id = Math.random()')],
  ),
  never(
    'what follows from a status is decided in the failure table and in the error files of the wires',
    /\b\w*[sS]tatus(?:Code)?\s*[!=]==?\s*[45]\d\d\b|\bcase [45]\d\d:/,
    // The local answers play the part of a provider: they give a status, and decide nothing on one.
    ({ path }) => !/^src\/(canonical\/failure|wires\/.*error|upstream\/local[\w-]*)\.ts$/.test(path),
    [
      file('src/gateway/a.ts', 'if (response.status === 429) retry()'),
      file('src/upstream/a.ts', 'if (statusCode !== 401) go()'),
      file('src/a/a.ts', 'case 503:'),
    ],
  ),
  {
    says: 'a unit test stands beside the file that it tests',
    broken: [file('src/base/a.test.ts', '')],
    find: (files) => {
      const paths = new Set(files.map(({ path }) => path))
      const stems = [...paths].map((path) => path.replace(/\.[jt]s$/, '/'))
      return files
        .filter((one) => isTest(one) && one.path.startsWith('src/'))
        .map(({ path }) => path.replace('.test.ts', ''))
        .filter((stem) => !paths.has(`${stem}.ts`) && !stems.some((other) => other === `${stem}/` || other.startsWith(`${stem}/`)))
        .map((stem) => `${stem}.test.ts`)
    },
  },
  sqlRule,
]
