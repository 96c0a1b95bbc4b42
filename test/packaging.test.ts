/** The package as a user gets it: packed, installed in an empty folder without scripts, and started. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { answers, askSmoke, noRegistry, sh, shellWith, soonMs, startGateway } from './command.ts'

const root = dirname(import.meta.dirname)
const folder = mkdtempSync(join(tmpdir(), 'omni-package-'))
const shell = { cwd: folder, env: shellWith(process.execPath) }
after(() => rmSync(folder, { recursive: true, force: true }))

interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

describe('the package', { skip: noRegistry(shell) }, () => {
  const installed = join(folder, 'installed')
  let packed: Packed
  let paths: readonly string[]

  before(() => {
    packed = (JSON.parse(sh(`npm pack --json --silent --pack-destination "${folder}"`, { ...shell, cwd: root })) as readonly Packed[])[0]!
    paths = packed.files.map(({ path }) => path)
    mkdirSync(installed)
    sh(`npm install --ignore-scripts --no-audit --no-fund "../${packed.filename}"`, { ...shell, cwd: installed })
  })

  test('is under 5 MB unpacked, without dependencies', () => {
    assert.ok(packed.unpackedSize < 5_000_000, `${packed.unpackedSize} bytes`)
  })

  test('holds the launcher, compiled code, the verifiers in Python and the licence, and no sources, tests, scripts or source maps', () => {
    for (const path of ['bin/omni.js', 'dist/cli/main.js', 'tools/verify_receipt.py', 'tools/verify_receipts.py', 'LICENSE', 'package.json'])
      assert.ok(paths.includes(path), path)
    assert.deepEqual(
      paths.filter((path) => /(\.test\.|\.map$|^(src|test|scripts|bench|runtime)\/|\.tgz$|(?<!\.d)\.ts$)/.test(path)),
      [],
    )
  })

  test('names no path of the machine that built it', () => {
    const texts = paths.map((path) => ({ path, text: readFileSync(join(installed, 'node_modules/omni-gateway', path), 'utf8') }))
    assert.deepEqual(
      texts.filter(({ text }) => text.includes(root)).map(({ path }) => path),
      [],
    )
  })

  test('brings no second Node.js, and nothing that runs a script at installation', () => {
    const lock = JSON.parse(readFileSync(join(installed, 'package-lock.json'), 'utf8')) as {
      readonly packages: { readonly [path: string]: { readonly hasInstallScript?: boolean } }
    }
    assert.deepEqual(
      Object.entries(lock.packages).filter(([path, { hasInstallScript }]) => hasInstallScript === true || /node_modules\/node-/.test(path)),
      [],
    )
    assert.deepEqual(
      readdirSync(join(installed, 'node_modules')).filter((name) => /^node(-|$)|omni-gateway-runtime/.test(name)),
      [],
    )
  })

  test('`omni start` answers soon and ends with 0 on SIGTERM', async () => {
    const gateway = await startGateway([join(installed, 'node_modules/.bin/omni'), 'start'], { ...shell, cwd: installed })
    try {
      const key = join(installed, '.omni/first.key')
      assert.equal(statSync(key).mode & 0o777, 0o600)
      assert.notEqual(await askSmoke(gateway.url, readFileSync(key, 'utf8').trim()), '')
    } finally {
      assert.equal(await gateway.stop(), 0)
    }
    assert.ok(gateway.startedInMs < soonMs, `it took ${Math.round(gateway.startedInMs)} ms`)
  })

  test('`npx` with the packed file, and nothing else, starts the gateway in an empty folder', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const gateway = await startGateway(['npx', '--yes', `../${packed.filename}`], { ...shell, cwd: empty })
    try {
      assert.notEqual(await askSmoke(gateway.url, readFileSync(join(empty, '.omni/first.key'), 'utf8').trim()), '')
    } finally {
      await gateway.stop()
    }
    // The signal ends npx and its shell; the gateway notices within a second, and drains.
    for (let left = 200; left > 0 && (await answers(gateway.url)); left -= 1) await pause(50)
    assert.equal(await answers(gateway.url), false)
  })
})
