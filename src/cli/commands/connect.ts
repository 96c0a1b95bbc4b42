/** `omni connect`: gives the running gateway a provider's key, sealed in its database. */

import { createInterface } from 'node:readline/promises'
import { ask } from '../api.ts'
import { Complaint, type Command } from '../command.ts'

export const connect: readonly Command[] = [
  {
    usage: 'connect <provider>',
    help: 'store a provider’s key; it is read from the terminal or from standard input, never from the command line',
    options: { '--for <owner>': 'it serves the calls of tenant:<id>, team:<id> or user:<id> alone, and comes first for them' },
    run: async ({ values, options: { '--for': owner } }) => {
      const key = await readKey(`Key of ${values.provider}: `)
      if (!/^[\x21-\x7e]{8,4096}$/.test(key))
        throw new Complaint(key === '' ? 'No key was given.' : 'That is no key: keys have at least 8 characters, and no spaces.')
      await ask('PUT', `/_omni/credentials/${encodeURIComponent(values.provider ?? '')}`, { key, ...(owner !== undefined && { owner }) })
      console.log(`${values.provider} is connected${owner === undefined ? '' : ` for ${String(owner)}`}.`)
      return 0
    },
  },
  {
    usage: 'disconnect <provider>',
    help: 'forget the key that was stored for a provider',
    options: { '--for <owner>': 'the one that serves tenant:<id>, team:<id> or user:<id>' },
    run: async ({ values, options: { '--for': owner } }) => {
      const query = typeof owner === 'string' ? `?owner=${encodeURIComponent(owner)}` : ''
      await ask('DELETE', `/_omni/credentials/${encodeURIComponent(values.provider ?? '')}${query}`)
      console.log(`The stored key of ${values.provider} is gone.`)
      return 0
    },
  },
]

/** What is typed is not shown. */
async function readKey(question: string): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    let text = ''
    for await (const piece of stdin.setEncoding('utf8')) text += piece as string
    return text.trim()
  }
  stderr.write(question)
  const lines = createInterface({ input: stdin, terminal: true })
  const key = await lines.question('')
  lines.close()
  stderr.write('\n')
  return key.trim()
}
