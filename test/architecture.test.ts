/** The rules of the house: a rule that is not checked is only a wish. Each is tried on something that breaks it, so that none passes by finding nothing. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { arrowRules } from '../scripts/check/arrows.ts'
import { houseRules } from '../scripts/check/house.ts'
import { importsOf, ourFiles, places, sources, withoutComments } from '../scripts/check/source.ts'
import { treeRules } from '../scripts/check/tree.ts'

const root = dirname(import.meta.dirname)
const files = ourFiles(root)

describe('the house', () => {
  for (const { says, find } of [...arrowRules, ...houseRules, ...treeRules]) {
    test(says, () => assert.deepEqual(find(files), []))
  }
})

describe('each rule finds what breaks it', () => {
  for (const { says, broken, find } of [...arrowRules, ...houseRules, ...treeRules]) {
    test(says, () => {
      for (const tree of broken) assert.notEqual(find(tree).length, 0, `not found: ${JSON.stringify(tree)}`)
      assert.notEqual(broken.length, 0)
    })
  }
})

describe('the rules read the files of the house', () => {
  test('there are sources, and none of them is a test', () => {
    assert.ok(sources(files).length > 10)
    assert.ok(sources(files).every(({ path }) => path.startsWith('src/') && !path.includes('.test.')))
  })

  test('comments do not count as code, and strings stay', () => {
    const code = "const url = 'https://x/y' // fetch(url)\n/* eval(1)\n*/ const a = `// kept`"
    assert.equal(withoutComments(code).includes('fetch'), false)
    assert.equal(withoutComments(code).includes('eval'), false)
    assert.match(withoutComments(code), /'https:\/\/x\/y'[^]*`\/\/ kept`/)
    assert.deepEqual(places([{ path: 'a.ts', text: code }], /const a/), ['a.ts:3: const a'])
  })

  test('an import of types alone is told from one of values', () => {
    const text =
      "import type { A } from './a.ts'\nimport { type B } from './b.ts'\nimport { type C, d } from './c.ts'\nimport * as e from './e.ts'\nimport './f.ts'"
    assert.deepEqual(
      importsOf({ path: 'src/x.ts', text }).map(({ to, isTypeOnly }) => [to, isTypeOnly]),
      [
        ['src/a.ts', true],
        ['src/b.ts', true],
        ['src/c.ts', false],
        ['src/e.ts', false],
        ['src/f.ts', false],
      ],
    )
  })
})

/** What the linter must find: by rule, a file that breaks it. */
const unclean: { readonly [rule: string]: string } = {
  'max-lines': 'go()\n'.repeat(301),
  'max-lines-per-function': `export function a() {\n${'  go()\n'.repeat(41)}}\n`,
  'max-params': 'export const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => [b, c, d, e, f]\n',
  'no-explicit-any': 'export const a: any = 1\n',
  'no-floating-promises': 'const a = async () => 1\na()\n',
  'ban-ts-comment': '// @ts-ignore\nexport const a: string = 1\n',
  'no-warning-comments': '// TODO later\n',
  'no-default-export': 'export default 1\n',
  'no-eval': "export const a = eval('1')\n",
  'switch-exhaustiveness-check': "export function a(b: 'c' | 'd') {\n  switch (b) {\n    case 'c':\n      return 1\n  }\n  return 2\n}\n",
}

test('the linter finds long files and functions, long lists of parameters, any, floating promises and the rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'omni-lint-'))
  try {
    mkdirSync(join(folder, 'src'))
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true, "noEmit": true, "module": "NodeNext" }, "include": ["src"] }')
    for (const [rule, text] of Object.entries(unclean)) writeFileSync(join(folder, 'src', `${rule}.ts`), text)
    const options = ['--type-aware', '--format=unix', '--config', join(root, '.oxlintrc.json')]
    const env = { ...process.env, OXLINT_TSGOLINT_PATH: join(root, 'node_modules/.bin/tsgolint') }
    const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), ...options], { cwd: folder, env, encoding: 'utf8' })
    for (const rule of Object.keys(unclean)) assert.match(stdout, new RegExp(`${rule}\\.ts:.*\\(${rule}\\)`), `the linter does not find ${rule}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
