/** Policy documents through the control API and at the terminal: stored, checked, changed by whoever may, and refused with the place and a sentence. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { omni } from '../contract/shell.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ settings: { chains: { cheap: { targets: ['up/gpt-4o-mini'] } } } })
const { admin, put, remove } = scene

const rule = { id: 'dear', when: 'cost_usd > 5.0', outcome: 'BLOCK' }
const document = { version: 2, name: 'house', rules: [rule] }
const withRule = (fields: JsonObject): JsonObject => ({ ...document, rules: [{ ...rule, ...fields }] })

const problemsOf = async (body: object): Promise<readonly { readonly path: string; readonly problem: string }[]> => {
  const told = await admin('POST', 'policies/check', body)
  assert.equal(told.status, 200, told.text)
  return told.json().problems as never
}

void describe('a policy', () => {
  test('is stored as it was said, with what is usual in its place, and gone when it is removed', async () => {
    await put('policies/house', document)
    const { changed_at: _, ...found } = (await admin('GET', 'policies/house')).json()
    const usual = { scope: 'all', mode: 'enforce', time_zone: 'UTC', detectors: [] }
    const stored = { ...document, version: '2', ...usual, rules: [{ ...rule, description: '', on: 'request', tags: [] }] }
    assert.deepEqual(found, { id: 'house', tenant: null, version: 1, document: stored })
    await put('policies/house', found.document)
    assert.equal((await admin('GET', 'policies/house')).json().version, 2)
    await remove('policies/house')
    assert.equal((await admin('GET', 'policies/house')).status, 404)
  })

  test('(routing 53) that two change at once is changed by one, and the other is told', async () => {
    const { version } = await put('policies/house', document)
    const both = await Promise.all(['a', 'b'].map((one) => admin('PUT', `policies/house?version=${String(version)}`, { ...document, version: one })))
    await remove('policies/house')
    assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]))
  })

  test('[C42] that cannot be meant is refused with its place, and nothing of it is stored', async () => {
    const odd: readonly (readonly [JsonObject, string, RegExp])[] = [
      [{ ...document, rules: [] }, 'rules', /is empty/],
      [{ ...document, jurisdictions: 'eu' }, 'jurisdictions', /is no field/],
      [{ ...document, scope: 'everybody' }, 'scope', /must be `all`/],
      [{ ...document, time_zone: 'Berlin' }, 'time_zone', /Europe\/Berlin/],
      [withRule({ outcome: 'MAYBE' }), 'rules[0].outcome', /`ALLOW`, `REVIEW`, `BLOCK`/],
      [withRule({ onError: 'skip' }), 'rules[0].onError', /`deny`, `allow`, `review`/],
      [withRule({ when: 'constructor.constructor("return 1")()' }), 'rules[0].when', /./],
      [withRule({ when: 'request.nope == 1' }), 'rules[0].when', /no such fact: nope/],
      [withRule({ when: 'request.model.matches("^(a+)+$")' }), 'rules[0].when', /rematch/],
      [withRule({ when: { amountGreaterThan: '5' } }), 'rules[0].when', /`amountGreaterThan` takes dollars/],
      [withRule({ when: { colour: 'red' } }), 'rules[0].when', /There is no `colour` here/],
      [withRule({ then: { max_tokens: 0 }, outcome: 'ALLOW' }), 'rules[0].then.max_tokens', /1 at least/],
      [withRule({ then: { max_tokens: 5 } }), 'rules[0].then', /refused is not changed/],
      [withRule({ then: { redact: ['nothing.email'] }, outcome: 'ALLOW' }), 'rules[0].then.redact[0]', /No detector finds/],
      [withRule({ then: { redact: ['pii.email', 'pii.mail'] }, outcome: 'ALLOW' }), 'rules[0].then.redact[1]', /Did you mean `pii\.email`/],
      [withRule({ review: { wait: '1h' }, outcome: 'REVIEW' }), 'rules[0].review.wait', /from 0s to 10m/],
      [{ ...document, detectors: [{ kind: 'words', name: 'Bad Name', words: ['x'] }] }, 'detectors[0].name', /small letters/],
      [{ ...document, rules: [rule, rule] }, 'rules[1].id', /another rule of this id/],
      [withRule({ when: { operation: 'embeddings' }, outcome: 'ALLOW', then: { set: { dimensions: 256 } } }), 'rules[0].then.set', /chat alone/],
    ]
    for (const [body, path, sentence] of odd) {
      const [first] = await problemsOf(body)
      assert.equal(first?.path, path, JSON.stringify(body))
      assert.match(first.problem, sentence)
      const told = await admin('PUT', 'policies/house', body)
      assert.equal(told.status, 400, told.text)
    }
    assert.equal((await admin('GET', 'policies/house')).status, 404)
    assert.deepEqual(await problemsOf(document), [])
  })

  test('is stored under its own name, for who exists, and sends calls to chains that exist', async () => {
    for (const [path, body, sentence] of [
      ['policies/other', document, /under its own name/],
      ['policies/house', { ...document, scope: 'team:nobody' }, /no team of this id/],
      ['policies/house', { ...document, tenant: 'nobody' }, /no tenant of this id/],
      ['policies/house', withRule({ outcome: 'ALLOW', then: { chain: 'nowhere' } }), /no chain of this name/],
      ['policies/house', { ...document, detectors: [{ kind: 'outside', name: 'judge', service: 'nobody' }] }, /no such service/],
    ] as const) {
      const told = await admin('PUT', path, body)
      assert.equal(told.status, 400, told.text)
      assert.match(told.text, sentence)
    }
    const unknown = { ...document, detectors: [{ kind: 'outside', name: 'judge', service: 'nobody' }] }
    assert.deepEqual(
      (await problemsOf({ ...unknown, rules: [{ ...rule, outcome: 'ALLOW', then: { chain: 'nowhere' } }] })).map(({ path, problem }) => `${path}: ${problem}`),
      ['rules[0].then.chain: There is no chain of this name.', 'detectors[0].service: `detectors` of the configuration names no such service.'],
    )
    await put('policies/house', withRule({ outcome: 'ALLOW', then: { chain: 'cheap' } }))
    await remove('policies/house')
  })

  test('[C64] has bounds on all that it may hold', async () => {
    const many = Array.from({ length: 501 }, (_, at) => ({ ...rule, id: `r${at}` }))
    assert.match((await problemsOf({ ...document, rules: many }))[0]!.problem, /500 rules/)
    const words = Array.from({ length: 10_001 }, (_, at) => `w${at}`)
    assert.match((await problemsOf({ ...document, detectors: [{ kind: 'words', name: 'long', words }] }))[0]!.problem, /10000 words/)
    const detectors = Array.from({ length: 51 }, (_, at) => ({ kind: 'words', name: `w${at}`, words: ['x'] }))
    assert.match((await problemsOf({ ...document, detectors }))[0]!.problem, /50 detectors/)
  })
})

void describe('the command', () => {
  const run = (...words: readonly string[]) => omni(scene, words)
  const file = join(scene.dataDir, 'house.yaml')
  const write = (text: string) => writeFileSync(file, text)
  const yaml = 'version: 1\nname: house\nmode: shadow\nrules:\n  - id: dear\n    when: { amountGreaterThan: 5 }\n    outcome: BLOCK\n'

  test('checks a document without a gateway', async () => {
    write(yaml)
    const nowhere = { env: { OMNI_PORT: '1', OMNI_DATA_DIR: '/nonexistent' } }
    assert.deepEqual(await omni(scene, ['policy', 'check', file], nowhere), { code: 0, stdout: 'house is sound: 1 rule.\n', stderr: '' })
    write(yaml.replace('amountGreaterThan: 5', 'amount: 5').replace('shadow', 'dark'))
    const { code, stderr } = await omni(scene, ['policy', 'check', file], nowhere)
    assert.equal(code, 1)
    assert.equal(stderr, `${file}:3:7: mode: must be one of \`enforce\`, \`shadow\`\n`)
    const broken: readonly (readonly [text: string, told: string])[] = [
      ['version: [1\n', '2:1: That is neither YAML nor JSON: the indentation does not fit, or a bracket above is not closed.'],
      ['version: 1\nname: a\nname: b\n', '3:1: That is neither YAML nor JSON: a name stands here twice.'],
      ['rules:\n\t- id: a\n', '2:1: That is neither YAML nor JSON: lines are indented with spaces, not tabs.'],
    ]
    for (const [text, told] of broken) {
      write(text)
      assert.equal((await run('policy', 'check', file)).stderr.trimEnd(), `${file}:${told}`)
    }
    write(yaml.replace('mode: shadow', 'mdoe:    shadow'))
    for (const command of ['check', 'set']) assert.match((await run('policy', command, file)).stderr, /house\.yaml:3:1: mdoe: is no field that there is here/)
    write('- a\n')
    assert.match((await run('policy', 'check', file)).stderr, /`version`, `name` and `rules`/)
    write(`a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (name, at: number) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]\n`)}`)
    assert.equal((await run('policy', 'check', file)).code, 1)
  })

  test('tells what the gateway refuses with its place in the file', async () => {
    const wrong: readonly (readonly [text: string, told: RegExp])[] = [
      [yaml.replace('amountGreaterThan: 5', 'amount: 5'), /^\S+house\.yaml:6:11: rules\[0\]\.when: There is no `amount` here/],
      [yaml.replace('BLOCK', 'BLOKC'), /^\S+house\.yaml:7:14: rules\[0\]\.outcome: must be one of/],
    ]
    for (const [text, told] of wrong) {
      write(text)
      for (const command of ['set', 'replay']) assert.match((await run('policy', command, file)).stderr, told, command)
    }
    write(yaml.replace('outcome: BLOCK', 'then: { chain: nowhere }'))
    assert.match((await run('policy', 'set', file)).stderr, /^\S+house\.yaml:7:20: rules\[0\]\.then\.chain: There is no chain of this name/)
  })

  test('stores, lists, shows and removes documents', async () => {
    write(yaml)
    assert.match((await run('policy', 'set', file)).stdout, /^The policy house is stored, at version \d+, and counts at once\.\n$/)
    assert.match((await run('policy', 'list')).stdout, /house +all +shadow +1 /)
    const shown = await run('policy', 'show', 'house')
    assert.match(shown.stdout, /name: house\n/)
    write(shown.stdout)
    assert.equal((await run('policy', 'set', file)).code, 0)
    write((await run('policy', 'show', 'house', '--json')).stdout)
    assert.deepEqual(await run('policy', 'check', file), { code: 0, stdout: 'house is sound: 1 rule.\n', stderr: '' })
    const { code, stderr } = await run('policy', 'set', file)
    assert.equal(code, 0, stderr)
    assert.equal((await run('policy', 'remove', 'house')).stdout, 'The policy house is gone.\n')
    assert.match((await run('policy', 'show', 'house')).stderr, /no policy of this id/)
  })
})
