/** What is wrong with a configuration: all of it at once, each with its place, in sentences for the operator. */

export interface Problem {
  /** The setting, as `providers.east.baseUrl`; empty where it is about the whole. */
  readonly path: string
  /** The line of the file, from 1; undefined where it does not come from there. */
  readonly line?: number
  /** The variable or the option that said it, where it does not come from the file. */
  readonly from?: string
  readonly sentence: string
}

/** Thrown by `loadSettings`. Its message lists every problem, a line each; no value of a secret is in it. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], file?: string) {
    super(problems.map((problem) => written(problem, file)).join('\n'))
    this.problems = problems
  }
}

function written({ path, line, from, sentence }: Problem, file = 'omni.yaml'): string {
  const place = from ?? (line === undefined ? undefined : `${file}:${line}`)
  return [place, path === '' ? undefined : path, sentence].filter((part) => part !== undefined).join(': ')
}

/** Told of what is wrong with a setting, and of what is not wrong but should be known. */
export interface Report {
  readonly problem: (path: readonly string[], sentence: string) => void
  readonly warn: (sentence: string) => void
}
