/** `omni receipts verify`: whether the logs of receipts are as they were signed. It needs no gateway that runs, and disturbs none. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { verifyBundle } from '../../ledger/verify-bundle.ts'
import { WrongAt } from '../../ledger/verify-place.ts'
import { verifyLogs } from '../../ledger/verify.ts'
import type { Verdict } from '../../ledger/verify.ts'
import { Complaint, type Command } from '../command.ts'
import { readPlace } from '../configuration.ts'
import { plain, table } from '../table.ts'

const notAnchored =
  'No checkpoint from elsewhere was compared: this is evidence only against somebody without the signing key, and a log that was cut off or put back to an earlier state cannot be told. `--checkpoint` takes the files that were kept.'

export const receiptsVerify: Command = {
  usage: 'receipts verify',
  help: 'look whether anything in the logs of receipts was changed since it was signed; ends with 1 where it was, and where there is nothing to look at',
  options: {
    '--folder <path>': 'the folder of all logs, or of one (receipts in the data directory)',
    '--checkpoint <file...>': 'checkpoints that were kept elsewhere, to be compared',
    '--key <public>': 'the public key that has to have signed: <origin>+<key id>+<base64>',
    '--bundle <file>': 'one exported receipt instead of logs; - for what is piped in',
    '--json': 'for programs: one log a line',
  },
  run: async ({ options, lists }) => {
    const key = options['--key'] === undefined ? undefined : String(options['--key'])
    const isJson = options['--json'] === true
    if (options['--bundle'] !== undefined) return checkBundle(String(options['--bundle']), key, isJson)
    const checkpoints = lists['--checkpoint'] ?? []
    const verdicts = await check(String(options['--folder'] ?? join(readPlace().dataDir, 'receipts')), checkpoints, key)
    console.log(isJson ? verdicts.map((verdict) => JSON.stringify(verdict)).join('\n') : written(verdicts, checkpoints))
    return verdicts.length > 0 && verdicts.every(({ wrong }) => wrong === undefined) ? 0 : 1
  },
}

async function check(folder: string, checkpoints: readonly string[], key: string | undefined): Promise<readonly Verdict[]> {
  try {
    return await verifyLogs(folder, { checkpoints, key })
  } catch (error) {
    if (error instanceof WrongAt) throw new Complaint(`${error.place.file}: ${error.message}`, { cause: error })
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new Complaint(`${folder} cannot be read (${code}).`, { cause: error })
  }
}

/** A row for each log, a paragraph for each wrong place, and what the whole is worth. */
function written(verdicts: readonly Verdict[], checkpoints: readonly string[]): string {
  if (verdicts.length === 0) return 'There are no logs in this folder.'
  const head = ['', 'LOG', 'ENTRIES', 'CHECKPOINTS', 'NOT SIGNED YET', 'ERASED', 'REMOVED', 'COMPARED']
  const wrong = verdicts.flatMap(({ log, wrong: place }) => (place === undefined ? [] : [`${log}: ${place.file}, ${where(place)}: ${place.sentence}`]))
  // What a checkpoint from elsewhere finds stands in its file.
  const isCompared = ({ isAnchored, wrong: place }: Verdict): boolean => isAnchored || (place !== undefined && checkpoints.includes(place.file))
  const worth = verdicts.every(isCompared) ? [] : [notAnchored]
  return [table([head, ...verdicts.map(row)]), ...[...wrong.map(plain), ...worth].map((paragraph) => `\n${paragraph}`)].join('\n')
}

const where = ({ line, position }: NonNullable<Verdict['wrong']>): string => (position === null ? `line ${line}` : `line ${line}, entry ${position} of the log`)

function row({ log, wrong, entries, checkpoints, unsigned, erased, dropped, compared }: Verdict): readonly string[] {
  if (wrong !== undefined) return ['WRONG', log, '–', '–', '–', '–', '–', '–']
  return ['ok', log, ...[entries, checkpoints, unsigned, erased, dropped, compared].map(String)]
}

async function checkBundle(file: string, key: string | undefined, isJson: boolean): Promise<number> {
  const verdict = verifyBundle(file === '-' ? await text(process.stdin) : readText(file), key)
  const told = verdict.isRight
    ? `ok: entry ${verdict.position} of ${verdict.log}, in a tree of ${verdict.size} that was signed.`
    : `WRONG: ${verdict.what}: ${verdict.sentence}`
  const worth = key === undefined && verdict.isRight ? ' Whose key signed it is not known without --key.' : ''
  console.log(isJson ? JSON.stringify(verdict) : `${told}${worth}`)
  return verdict.isRight ? 0 : 1
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Complaint(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, { cause: error })
  }
}
