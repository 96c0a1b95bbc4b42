/** [B30] [B31]: a log that nobody can take: calls are served all the same, what is lost is counted, and the process ends well. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { eventually } from '../gateway.ts'
import { holdAlive } from './rules.ts'
import { askAt, hello, openScene, type Scene } from './scene.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-log-'))
after(() => rmSync(folder, { recursive: true }))
const noDevices = process.platform !== 'linux' && 'only Linux has /dev/full, and opens both ends of a pipe so'

const droppedOf = async (scene: Scene): Promise<number> => {
  const { text } = await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })
  return Number(/^omni_log_lines_dropped (\d+)$/m.exec(text)![1])
}

/** Lines are gathered for a moment before they are written, and counted when that failed. */
const untilDropped = (scene: Scene, lines: number): Promise<unknown> => eventually(async () => ((await droppedOf(scene)) >= lines ? true : undefined))

/** Calls of about `kilobytes` of log. Their ids are as long as ids may be. */
async function callFor(scene: Scene, kilobytes: number): Promise<void> {
  const body = { model: 'omni-runtime/smoke', messages: hello }
  for (let told = 0; told < kilobytes; told += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => askAt(scene.port, { body, key: scene.key })))
    for (const { status, took } of answers) {
      assert.equal(status, 200)
      assert.ok(took < 3000, `a call took ${took} ms`)
    }
  }
}

/** A pipe, and its two ends in this process. */
function openPipe(name: string) {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  return { reader, writer }
}

async function openOn(output: number): Promise<Scene> {
  const scene = await openScene({ output })
  closeSync(output)
  return scene
}

describe('a log', { skip: noDevices }, () => {
  test('[B30] on a full disk is lost and counted', async () => {
    await using scene = await openOn(openSync('/dev/full', 'w'))
    await callFor(scene, 60)
    await untilDropped(scene, 60)
    await holdAlive(scene)
    assert.equal(await scene.stop(), 0)
  })

  test('[B31] whose reader has gone is lost and counted', async () => {
    const { reader, writer } = openPipe('gone')
    await using scene = await openOn(writer)
    await callFor(scene, 20)
    closeSync(reader)
    await callFor(scene, 60)
    await untilDropped(scene, 60)
    await holdAlive(scene)
    assert.equal(await scene.stop(), 0)
  })

  test('[B31] whose reader does not read holds nobody up, and the process still ends', async () => {
    const { reader, writer } = openPipe('still')
    await using scene = await openOn(writer)
    await callFor(scene, 400)
    await holdAlive(scene)
    assert.equal(await scene.stop(), 0)
    assert.ok(readSync(reader, Buffer.alloc(2 ** 20)) < 200_000, 'of some 400 kB the pipe held what a pipe holds')
    closeSync(reader)
  })
})
