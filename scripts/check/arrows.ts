/** The arrows of the house: which folder of `src/` may import which, and which packages and built-in modules. */

import { importsOf, sources } from './source.ts'
import type { File, Import, Rule } from './source.ts'

/** What the hot path is put together from. */
// oxfmt-ignore
const library = [
  'base', 'catalog', 'canonical', 'wires', 'policy', 'receipts', 'surfaces', 'providers', 'contract', 'telemetry', 'routing', 'upstream', 'credentials',
]

/**
 * An arrow that is not here does not exist. A place is a folder of `src/` or a path in it; the longest that fits counts.
 * `type x` allows types of x alone.
 */
const arrows: { readonly [place: string]: readonly string[] } = {
  base: [],
  catalog: [],
  canonical: ['base'],
  wires: ['canonical', 'base'],
  policy: ['canonical', 'base'],
  receipts: ['canonical', 'catalog', 'base'],
  surfaces: ['wires', 'canonical', 'base'],
  providers: ['type wires', 'type canonical', 'base'],
  contract: ['receipts', 'policy', 'base'],
  telemetry: ['receipts', 'base'],
  config: ['providers', 'wires', 'canonical', 'catalog', 'base'],
  routing: ['type providers', 'catalog', 'canonical', 'base'],
  upstream: ['type providers', 'canonical', 'base'],
  credentials: ['type providers', 'canonical', 'base'],
  gateway: library,
  storage: ['type gateway', 'type routing', 'type credentials', 'policy', 'contract', 'receipts', 'canonical', 'base'],
  ledger: ['receipts', 'canonical', 'base'],
  control: ['storage', 'gateway/snapshot', 'routing', 'catalog', 'config', 'credentials', 'providers', 'contract', 'policy', 'receipts', 'canonical', 'base'],
  server: [...library, 'config', 'gateway', 'storage', 'ledger', 'control'],
  chaos: ['surfaces', 'providers', 'wires', 'canonical', 'base'],
  cli: ['contract', 'config', 'ledger', 'receipts', 'base'],
  'cli/commands/chaos': ['chaos', 'config', 'base'],
  'cli/commands/start': ['server', 'contract', 'config', 'base'],
}

const network = ['upstream', 'server', 'storage', 'chaos', 'cli']

/** Which places may import what is not ours. A package that is not here is imported by nobody. */
const outside: { readonly [module: string]: readonly string[] } = {
  fastify: ['server'],
  undici: ['upstream'],
  jose: ['upstream'],
  ws: ['server'],
  kysely: ['storage'],
  pg: ['storage'],
  '@redis/client': ['storage'],
  '@marcbachmann/cel-js': ['policy'],
  re2js: ['policy'],
  nodemailer: ['upstream'],
  commander: ['cli'],
  yaml: ['config', 'cli'],
  zod: ['config', 'contract', 'control'],
  openai: ['type wires'],
  '@anthropic-ai/sdk': ['type wires'],
  'node:child_process': [],
  'node:cluster': ['server'],
  'node:vm': [],
  'node:http': network,
  'node:https': network,
  'node:http2': network,
  'node:net': network,
  'node:tls': network,
  'node:dgram': network,
  'node:dns': network,
}

/** Folders that hold no environment, I/O or clock: they import nothing from Node.js. */
const pure = ['canonical', 'wires', 'policy', 'routing/strategies']

const place = (path: string): string => path.replace(/^src\//, '')
const lies = (path: string, where: string): boolean => place(path) === where || place(path).startsWith(`${where}/`) || place(path) === `${where}.ts`

/** Whether `allowed`, a list of places or `type place`s, lets this import through by `fits`. */
function allows(allowed: readonly string[], isTypeOnly: boolean, fits: (where: string) => boolean): boolean {
  return allowed.some((arrow) => (arrow.startsWith('type ') ? isTypeOnly && fits(arrow.slice(5)) : fits(arrow)))
}

function followsArrow({ from, to, isTypeOnly }: Import): boolean {
  if (to.startsWith('bin/runtime.')) return lies(from, 'cli') || lies(from, 'server')
  const folder = place(from).split('/')[0]!
  if (place(to).split('/')[0] === folder) return true
  const nearest = Object.keys(arrows)
    .filter((where) => lies(from, where))
    .sort((one, other) => other.length - one.length)[0]
  return nearest !== undefined && allows(arrows[nearest]!, isTypeOnly, (where) => lies(to, where))
}

/** `node:fs` for `node:fs/promises`, `pg` for `pg/lib/x`, `@a/b` for `@a/b/c`. */
const packageOf = (module: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module

function mayLeaveHouse({ from, to, isTypeOnly }: Import): boolean {
  const isBuiltIn = to.startsWith('node:')
  if (isBuiltIn && pure.some((folder) => lies(from, folder))) return false
  const allowed = outside[packageOf(to)]
  return allowed === undefined ? isBuiltIn : allows(allowed, isTypeOnly, (where) => lies(from, where))
}

const imports = (files: readonly File[], isOurs: boolean): readonly Import[] =>
  sources(files)
    .flatMap(importsOf)
    .filter((one) => one.isOurs === isOurs)
const shown = ({ from, to }: Import): string => `${from} imports ${to}`

/** Every circle once, as `a -> b -> a`. */
function circles(files: readonly File[]): readonly string[] {
  const edges = Map.groupBy(imports(files, true), ({ from }) => from)
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' -> ')]
    if (done.has(path)) return []
    const found = (edges.get(path) ?? []).flatMap(({ to }) => visit(to, [...trail, path]))
    done.add(path)
    return found
  }
  return [...edges.keys()].flatMap((path) => visit(path, []))
}

const file = (path: string, text: string): readonly File[] => [{ path, text }]

export const arrowRules: readonly Rule[] = [
  {
    says: 'every import follows an arrow of the house',
    broken: [
      file('src/base/a.ts', "import { b } from '../wires/b.ts'"),
      file('src/gateway/a.ts', "import type { B } from '../storage/b.ts'"),
      file('src/gateway/a.ts', "export { b } from '../server/b.ts'"),
      file('src/gateway/a.ts', "const b = await import('../control/b.ts')"),
      file('src/routing/a.ts', "import {\n  type A,\n  b,\n} from '../providers/b.ts'"),
      file('src/control/a.ts', "import { serve } from '../gateway/serve.ts'"),
      file('src/cli/commands/keys.ts', "import { b } from '../../server/start.ts'"),
      file('src/gateway/a.ts', "import '../../test/gateway.ts'"),
    ],
    find: (files) =>
      imports(files, true)
        .filter((one) => !followsArrow(one))
        .map(shown),
  },
  {
    says: 'no files import each other in a circle',
    broken: [
      [
        { path: 'src/base/a.ts', text: "import { b } from './b.ts'" },
        { path: 'src/base/b.ts', text: "import type { C } from './c.ts'" },
        { path: 'src/base/c.ts', text: "import './a.ts'" },
      ],
    ],
    find: circles,
  },
  {
    says: 'packages and built-in modules are imported where they belong: sockets by the egress, the server, the storage, the simulator of faults and the commands; nothing from Node.js in pure folders; no child_process, no vm',
    broken: [
      file('src/gateway/a.ts', "import { request } from 'undici'"),
      file('src/gateway/a.ts', "import { connect } from 'node:net'"),
      file('src/credentials/a.ts', "import http from 'node:https'"),
      file('src/control/a.ts', "import type { FastifyInstance } from 'fastify'"),
      file('src/server/a.ts', "import { spawn } from 'node:child_process'"),
      file('src/server/a.ts', "import { runInThisContext } from 'node:vm'"),
      file('src/wires/openai-chat/a.ts', "import { createHash } from 'node:crypto'"),
      file('src/wires/openai-chat/a.ts', "import OpenAI from 'openai'"),
      file('src/routing/strategies/a.ts', "import { readFileSync } from 'node:fs'"),
      file('src/base/a.ts', "import leftPad from 'left-pad'"),
      file('src/base/a.ts', "import { readFileSync } from 'fs'"),
    ],
    find: (files) =>
      imports(files, false)
        .filter((one) => !mayLeaveHouse(one))
        .map(shown),
  },
]
