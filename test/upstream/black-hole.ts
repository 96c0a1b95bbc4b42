/** An address that never completes a connection: its kernel queue is full and nobody accepts. Works on Linux, where a full queue drops the first packet. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

// The listener blocks its own event loop for good, so that nothing is ever accepted.
const listener = `
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

export interface BlackHole extends AsyncDisposable {
  readonly port: number
  readonly url: string
}

export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(printed.toString())
  const plugs = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.all(plugs.slice(0, 2).map((plug) => once(plug, 'connect')))
  const close = async (): Promise<void> => {
    for (const plug of plugs) plug.destroy()
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { port, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}
