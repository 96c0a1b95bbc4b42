/** A command of `omni`, as one value: what it is called, what it takes, and what it does. */

export interface Arguments {
  /** By the names that stand in `usage`. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** Of flags as `--checkpoint <file...>`, which may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[] | undefined>>
}

export interface Command {
  /** With its arguments, as `keys create <name>`, or `[name]` where it need not be there. */
  readonly usage: string
  readonly help: string
  /** Flags as `--json` or `--limit <n>`, with a sentence each. */
  readonly options?: Readonly<Record<string, string>>
  /** Throws `Complaint` where the person must do something else. Resolves to the exit code. */
  readonly run: (given: Arguments) => Promise<number>
}

/** Something to tell the person at the terminal, in sentences, without a stack. */
export class Complaint extends Error {}
