/** What may not stand in the tree: another machine's paths and hosts, secrets, install scripts, versions that move. */

import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { oldestMajor } from '../../bin/runtime.js'
import type { File, Rule } from './source.ts'

/** What npm and the lock file hold, as far as the rules ask. */
interface Manifest {
  readonly engines?: { readonly node?: string }
  readonly scripts?: { readonly [name: string]: string }
  readonly dependencies?: { readonly [name: string]: string }
  readonly devDependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
}
interface Locked {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

const file = (path: string, text: string): readonly File[] => [{ path, text }]
const json = (path: string, value: unknown): readonly File[] => file(path, JSON.stringify(value))
const manifests = (files: readonly File[]) =>
  files.filter(({ path }) => /(^|\/)package\.json$/.test(path)).map(({ path, text }) => ({ path, manifest: JSON.parse(text) as Manifest }))

function locked(files: readonly File[]): readonly (readonly [name: string, entry: Locked])[] {
  const text = files.find(({ path }) => path === 'package-lock.json')?.text
  const { packages = {} } = JSON.parse(text ?? '{}') as { packages?: { readonly [name: string]: Locked } }
  return Object.entries(packages).filter(([name]) => name.startsWith('node_modules/'))
}

const installScripts = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare', 'prepublish']

/** Every line where a pattern stands, `but` for some, without the text: it may be a secret. */
function linesWith(files: readonly File[], pattern: RegExp, but = /(?!)/): readonly string[] {
  return files.flatMap(({ path, text }) => text.split('\n').flatMap((line, index) => (pattern.test(line) && !but.test(line) ? [`${path}:${index + 1}`] : [])))
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Paths that only this machine has. The first is where the engineers of this house work. */
function machinePaths(): RegExp {
  const paths = [process.cwd(), homedir()].filter((path) => path.split('/').length > 2).map(literal)
  return new RegExp(['\\/work\\/(?:main|shared)\\b', '\\/root\\/', '\\/tmp\\/n26\\b', ...paths].join('|'))
}

/** The hosts of package registries: npm's own, and the one that npm is told to use here. */
function registryHosts(): RegExp {
  const here = execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new RegExp(['registry\\.npmjs\\.org', literal(new URL(here.trim()).host)].join('|'))
}

/** Keys by the shapes that their makers gave them, with enough characters to be real. */
const shapes = [
  'sk-(?:ant-|proj-|or-)?(?:[\\w-]*?\\d){4}[\\w-]{24,}',
  'AKIA[0-9A-Z]{16}',
  'AIza[\\w-]{35}',
  'gh[opsu]_[A-Za-z0-9]{36}',
  'gsk_[A-Za-z0-9]{40,}',
  'xox[abp]-[\\w-]{20,}',
  '-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\\s*(?:\\\\n)?[A-Za-z0-9+/]{20}',
  'omni_[\\w-]{43}',
]
const secrets = new RegExp(shapes.map((shape) => `(?<![\\w-])(?:${shape})`).join('|'))
/** The SHA-256 of `test`: a key that begins with it looks real to the code under test, and is none. */
const pretended = /9f86d081884c7d65/
const digits = '0123456789'.repeat(4)

export const treeRules: readonly Rule[] = [
  {
    says: 'no path of one machine stands in the tree',
    broken: [file('docs/a.md', `see ${process.cwd()}/src`), file('src/a.ts', "'/root" + "/x'")],
    find: (files) => linesWith(files, machinePaths()),
  },
  {
    says: 'no host of a package registry stands in the tree',
    broken: [file('.npmrc', 'registry=https://registry.npmjs' + '.org/')],
    find: (files) => linesWith(files, registryHosts()),
  },
  {
    says: 'no secret stands in the tree',
    broken: [file('a', `sk-ant-${digits}`), file('a', `AKIA${digits.slice(0, 16)}`), file('a', `omni_${digits}abc`), file('a', `ghp_${digits.slice(0, 36)}`)],
    find: (files) => linesWith(files, secrets, pretended),
  },
  {
    says: 'the lock file names no host, and knows the digest of every package',
    broken: [
      json('package-lock.json', { packages: { 'node_modules/a': { integrity: 'sha512-a', resolved: 'https://x/a.tgz' } } }),
      json('package-lock.json', { packages: { 'node_modules/a': {} } }),
    ],
    find: (files) =>
      locked(files)
        .filter(([, { link, resolved, integrity }]) => link !== true && (resolved !== undefined || integrity === undefined))
        .map(([name]) => name),
  },
  {
    says: 'nothing that a user installs runs a script at installation',
    broken: [
      json('package.json', { scripts: { postinstall: 'true' } }),
      json('package-lock.json', { packages: { 'node_modules/a': { integrity: 'sha512-a', hasInstallScript: true } } }),
    ],
    find: (files) => [
      ...manifests(files).flatMap(({ path, manifest }) => installScripts.filter((name) => name in (manifest.scripts ?? {})).map((name) => `${path}: ${name}`)),
      ...locked(files)
        .filter(([, { dev, hasInstallScript }]) => hasInstallScript === true && dev !== true)
        .map(([name]) => name),
    ],
  },
  {
    says: 'every dependency has one exact version',
    broken: [json('package.json', { dependencies: { a: '^1.0.0' } }), json('runtime/package.json', { optionalDependencies: { a: 'latest' } })],
    find: (files) =>
      manifests(files).flatMap(({ path, manifest: { dependencies, devDependencies, optionalDependencies } }) =>
        Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
          .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
          .map(([name, version]) => `${path}: ${name} ${version}`),
      ),
  },
  {
    says: 'package.json and the launcher agree on the oldest Node.js',
    broken: [json('package.json', { engines: { node: '>=12' } })],
    find: (files) =>
      manifests(files)
        .filter(({ path, manifest }) => path === 'package.json' && manifest.engines?.node !== `>=${oldestMajor}`)
        .map(({ path }) => path),
  },
]
