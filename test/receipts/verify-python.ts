/** The second implementation of the verifier, in Python: one process that judges whatever it is asked about. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const tools = join(import.meta.dirname, '../../tools')

/** For each question, a line of JSON: null where all is right, otherwise the file and line of the first wrong place. */
const driver = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import verify_receipt, verify_receipts
def judge(verify, *given):
    try: verify(*given)
    except verify_receipt.Wrong as wrong: return {"file": wrong.args[0], "line": wrong.args[1]}
    except Exception as error: return {"file": type(error).__name__, "line": 0}
for text in sys.stdin:
    asked = json.loads(text)
    if "bundle" in asked: told = judge(verify_receipt.verify_bundle, asked["bundle"], verify_receipt.public_of(asked.get("key")))
    else: told = {name: judge(verify_receipts.verify_log, folder, notes, verify_receipt.public_of(asked.get("key"))) for name, folder, notes in verify_receipts.logs_in(asked["folder"], asked["checkpoints"])}
    print(json.dumps(told), flush=True)
`

export interface Place {
  readonly file: string
  readonly line: number
}

export interface AskedLogs {
  readonly folder: string
  readonly checkpoints: readonly string[]
  readonly key?: string | undefined
}

export interface Second {
  judgeLogs(asked: AskedLogs): Promise<Readonly<Record<string, Place | null>>>
  judgeBundle(bundle: string, key?: string): Promise<Place | null>
  stop(): void
}

/** The path of Python; installs it where a machine has none. */
function findPython(): string {
  if (spawnSync('python3', ['--version']).status !== 0) execFileSync('apt-get', ['install', '-y', '-qq', 'python3'])
  return 'python3'
}

export function startSecond(): Second {
  const child = spawn(findPython(), ['-c', driver, tools], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (asked: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(asked)}\n`)
    const { value, done } = await answers.next()
    if (done === true) throw new Error('Python has ended')
    return JSON.parse(value)
  }
  return {
    judgeLogs: async (asked) => (await ask(asked)) as Readonly<Record<string, Place | null>>,
    judgeBundle: async (bundle, key) => (await ask({ bundle, key })) as Place | null,
    stop: () => child.stdin.end(),
  }
}
