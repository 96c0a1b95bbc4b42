/** A client program, as data: what is installed, how it is set up in a home of its own, and how it is asked one thing. */

import type { WireName } from '../../src/canonical/chat.ts'

/** Where one run takes place. */
export interface Place {
  /** Without a slash at the end. */
  readonly gateway: string
  readonly key: string
  /** A home directory that nobody had before. */
  readonly home: string
  readonly model: string
}

/** One call that the scripted model makes, once. */
export interface ToolUse {
  /** As the client's own wire names it; elsewhere a name may have grown in front. */
  readonly tool: string
  /** Of the tool, on the wire that has such. */
  readonly namespace?: string
  /** An object for a function; text for a tool of plain text. */
  readonly input: { readonly [argument: string]: unknown } | string
  /** What the result must hold when it comes back. */
  readonly comesBack: string
  /** What must stand in this file of the working directory when all is done. */
  readonly leaves?: { readonly file: string; readonly text: string }
}

export interface Task {
  readonly name: string
  readonly prompt: string
  /** What the model asks for, all at once, before it answers; nothing in a greeting. */
  readonly uses: readonly ToolUse[]
}

export interface Client {
  readonly name: string
  readonly package: string
  readonly version: string
  /** What Node runs, in its package. */
  readonly entry: string
  readonly wire: WireName
  /** Its vendor's model: many clients choose tools and fields by the name. */
  readonly model: string
  /** Models that it asks beside that one. */
  readonly others?: readonly string[]
  /** How its system prompt begins to speak of itself: it must reach the provider. */
  readonly introduces: string
  /** Headers that go on to a provider of its own wire. */
  readonly passes: readonly string[]
  /** Files of its home, by path. */
  settings(place: Place): { readonly [path: string]: string }
  environment(place: Place): { readonly [name: string]: string }
  arguments(place: Place, prompt: string): readonly string[]
  /** Lines of `omni.yaml` that its run needs. */
  readonly needs?: string
  /** How its questions come, as the gateway's log calls it: a WebSocket is a GET. */
  readonly method: 'POST' | 'GET'
  readonly tasks: readonly Task[]
}

/** A word that no client and no prompt knows of itself. */
export const mark = 'omni-7f3a'

const greeting: Task = { name: 'greeting', prompt: 'say hello', uses: [] }

/** Of every client: a greeting, then one shell command, then two at once. `call` says how its shell tool is called. */
export function usualTasks(call: (command: string) => Pick<ToolUse, 'tool' | 'input'>): readonly Task[] {
  const leaving = (file: string, number: number): ToolUse => {
    const text = `${mark}-${number}`
    return { ...call(`printf '%s-%s\\n' ${mark} ${number} | tee ${file}`), comesBack: text, leaves: { file, text } }
  }
  return [
    greeting,
    { name: 'shell command', prompt: 'please run a shell command and tell me its output', uses: [leaving('one.txt', 41)] },
    { name: 'two at once', prompt: 'please run two shell commands', uses: [leaving('one.txt', 41), leaving('two.txt', 42)] },
  ]
}
