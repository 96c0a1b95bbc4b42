/** Spools: what goes in comes out, as often as asked; the file is nobody else's, and gone by name at once. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ByteSource } from './source.ts'
import { Spool, SpoolFull } from './spool.ts'

let folder = ''
before(async () => (folder = await mkdtemp(join(tmpdir(), 'spool-'))))
after(() => rm(folder, { recursive: true }))

async function all(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) pieces.push(piece)
  return Buffer.concat(pieces)
}

for (const size of [0, 1000, 256 * 1024, 256 * 1024 + 1, 1_000_000]) {
  test(`${size} bytes come out as they went in, twice, and from any place`, async () => {
    const bytes = randomBytes(size)
    const spool = new Spool({ folder, most: 2_000_000 })
    for (let at = 0; at < size; at += 70_000) await spool.write(bytes.subarray(at, at + 70_000))
    assert.equal(spool.length, size)
    assert.ok((await all(spool.read())).equals(bytes))
    assert.ok((await all(spool.read())).equals(bytes))
    assert.ok((await all(spool.read(3, size - 3))).equals(bytes.subarray(3, Math.max(3, size - 3))))
    assert.deepEqual(await readdir(folder), [], 'no name stands in the folder')
    await spool.close()
    await spool.close()
  })
}

test('the files of all spools together are bounded, and what is closed counts no more', async () => {
  const terms = { folder, most: 600_000 }
  const first = new Spool(terms)
  await first.write(randomBytes(400_000))
  const second = new Spool(terms)
  await assert.rejects(second.write(randomBytes(300_000)), SpoolFull)
  await second.close()
  await first.close()
  const third = new Spool(terms)
  await third.write(randomBytes(500_000))
  await third.close()
})

test('a source that was stopped gives nothing more', async () => {
  const spool = new Spool({ folder, most: 1 })
  await spool.write(Buffer.from('abc'))
  const source = spool.read()
  source.stop()
  assert.equal(await source.next(), undefined)
  await spool.close()
})
