/** The ten commands of the page on governance do what it says: they are run as they stand there. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startGateway } from '../gateway.ts'

const page = readFileSync(new URL('../../docs/governance.md', import.meta.url), 'utf8')
const [, file = ''] = /```yaml\n# house\.yaml\n([\s\S]*?)```/.exec(page) ?? []
const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? []
const commands = block.trim().split('\n')

const gateway = await startGateway()
const folder = mkdtempSync(join(tmpdir(), 'omni-page-'))
after(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})
symlinkSync(fileURLToPath(new URL('../../bin/omni.js', import.meta.url)), join(folder, 'omni'))
writeFileSync(join(folder, 'house.yaml'), file)

const environment: { [name: string]: string } = {
  PATH: [folder, join(process.execPath, '..'), process.env.PATH].join(delimiter),
  HOME: folder,
  OMNI_DATA_DIR: gateway.dataDir,
  OMNI_CONFIG: gateway.configPath,
  OMNI_PORT: new URL(gateway.url).port,
}

async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('http://127.0.0.1:8080', gateway.url)], { env: environment, cwd: folder })
  return stdout
}

test('ten commands lead from nothing to a held call, which runs once when somebody has approved it', async () => {
  assert.equal(commands.length, 10)
  for (const command of commands) {
    const told = await run(command)
    if (command.startsWith('omni keys create')) environment.HELPDESK_KEY = /omni_\S+/.exec(told)![0]
    if (command.startsWith('curl')) assert.match(told, /"code":"review_required"/)
    if (command.startsWith('omni review list')) environment.REVIEW_ID = /rev_\w+/.exec(told)![0]
  }
  const ask = commands.find((command) => command.startsWith('curl'))!
  assert.match(await run(ask), /"choices"/)
  assert.match(await run(ask), /"code":"review_required"/)
})
