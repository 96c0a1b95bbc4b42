/** Why the log did not do what was asked: a closed table, and the codes of the operating system read into it. */

/** `again`: the same may succeed later, so that the caller keeps what it holds and tries again. */
const logReasons = {
  full: { again: true, sentence: 'The disk of the receipts has no room.' },
  unavailable: { again: true, sentence: 'The folder of the receipts cannot be written to.' },
  /** The operating system said that what was written may not be on the disk: nobody knows how much of it is. */
  broken: { again: false, sentence: 'The disk lost what was written to the log of receipts. It has to be opened again, which finds out how much.' },
  closed: { again: false, sentence: 'The log of receipts is closed.' },
  damaged: { again: false, sentence: 'The log of receipts is not as its last checkpoint says.' },
  missing: { again: false, sentence: 'There is no such entry.' },
  erased: { again: false, sentence: 'The content of this entry was erased.' },
  unproved: { again: true, sentence: 'No checkpoint counts this entry yet.' },
  refused: { again: false, sentence: 'This cannot be done with the log of receipts.' },
} as const satisfies { readonly [reason: string]: { readonly again: boolean; readonly sentence: string } }

export type LogReason = keyof typeof logReasons

/** `code` is the operating system's: safe to log. */
export class LogError extends Error {
  readonly reason: LogReason
  readonly code: string | undefined

  constructor(reason: LogReason, message: string = logReasons[reason].sentence, code?: string) {
    super(message)
    this.reason = reason
    this.code = code
  }

  get again(): boolean {
    return logReasons[this.reason].again
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Anything that a file operation threw, as an error of ours; what is no such error goes through. */
export function toLogError(error: unknown): unknown {
  if (error instanceof LogError) return error
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code !== 'string' || typeof syscall !== 'string') return error
  return new LogError(fullCodes.has(code) ? 'full' : 'unavailable', undefined, code)
}
