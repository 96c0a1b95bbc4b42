/** The page about dependencies says what is true of the package. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const packageOf = (path: string) => JSON.parse(read(path)) as { version: string; license: string; dependencies?: object; scripts?: Record<string, string> }

test('every direct dependency of the product has its line, with the version, licence and weight that it has, and no other has one', () => {
  const { dependencies = {} } = packageOf('package.json')
  const rows = read('docs/dependencies.md').matchAll(/^\| `([\w@/-]+)` \| (\S+) \| (\S+) \| (\d+) \| (.+?) \|/gm)
  const told = [...rows].map(([, name, version, licence, count, why]) => ({ name, version, licence, count: Number(count), hasReason: why!.length > 20 }))
  const actual = Object.entries(dependencies as Record<string, string>).map(([name, version]) => {
    const { license, dependencies: own = {} } = packageOf(`node_modules/${name}/package.json`)
    return { name, version, licence: license, count: Object.keys(own).length, hasReason: true }
  })
  const sorted = <Row extends { readonly name?: string }>(rows: readonly Row[]) => rows.toSorted((left, right) => left.name!.localeCompare(right.name!))
  assert.deepEqual(sorted(told), sorted(actual))
})

test('none of them runs a script when it is installed', () => {
  for (const name of Object.keys(packageOf('package.json').dependencies ?? {})) {
    const { scripts = {} } = packageOf(`node_modules/${name}/package.json`)
    for (const script of ['preinstall', 'install', 'postinstall']) assert.equal(scripts[script], undefined, `${name} has ${script}`)
  }
})
