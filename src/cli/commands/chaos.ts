/** `omni chaos`: a provider that misbehaves on script, what it can do, and how a gateway takes it. */

import type { Simulator, SimulatorOptions } from '../../chaos/simulator.ts'
import { duration } from '../../config/kinds.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { table } from '../table.ts'

/** Loaded when it is asked for: no other command needs any of it. */
const load = () => import('../../chaos/chaos.ts')
type Chaos = Awaited<ReturnType<typeof load>>

const listening = {
  '--wire <wire>': 'the wire that the gateway under test speaks with it (openai-chat)',
  '--port <port>': 'listen on this port (8090)',
  '--host <host>': 'listen on this address (127.0.0.1)',
  '--stall <time>': 'how long a silence lasts, as `30s` (10s)',
}

export const chaos: readonly Command[] = [
  {
    usage: 'chaos list',
    help: 'list the scenarios, and what a good gateway makes of each',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const listed = (await load()).scenarios.map(({ name, says, whole, stream }) => ({ name, whole, stream, says }))
      const rows = listed.map(({ name, whole, stream, says }) => [name, whole ?? '-', stream ?? '-', says])
      console.log(options['--json'] ? JSON.stringify(listed) : table([['MODEL', 'WHOLE', 'STREAM', 'THE PROVIDER'], ...rows]))
      return 0
    },
  },
  {
    usage: 'chaos serve',
    help: 'be a provider that misbehaves as the model’s name says, until told to stop',
    options: listening,
    run: async ({ options }) => {
      const parts = await load()
      const entry = parts.entriesOf({ ...entryOptions(parts, options), prefix: 'chaos', scenarios: [] })
      await using _simulator = await listen(parts, options, ({ wire, model, streams, ending, took }) =>
        console.log(`${wire} ${streams ? 'stream' : 'whole'} ${model} ${ending} ${Math.round(took)} ms`),
      )
      console.error(`The model’s name chooses what goes wrong: see \`omni chaos list\`. In omni.yaml it is\n\n${entry}\n`)
      await untilStopped()
      return 0
    },
  },
  {
    usage: 'chaos run',
    help: 'send a gateway through the scenarios, and tell how it took them; without one, tell what its omni.yaml needs',
    options: {
      '--gateway <url>': 'the gateway under test',
      '--key <key>': 'a client’s key of it',
      '--provider <prefix>': 'what stands before `/` in its models’ names; `*` in it stands for the scenario’s name (chaos-*)',
      '--surface <api>': 'the API to ask on: chat, responses, messages or gemini (chat)',
      '--only <names>': 'these scenarios alone, with commas between them',
      '--bound <time>': 'how long one call may take (20s)',
      ...listening,
      '--json': 'for programs',
    },
    run: async ({ options }) => {
      const parts = await load()
      if (textOf(options, '--gateway', '') !== '') return drive(parts, options)
      console.log(parts.entriesOf(entryOptions(parts, options)))
      return 0
    },
  },
]

async function drive(parts: Chaos, options: Arguments['options']): Promise<number> {
  const { prefix, scenarios } = entryOptions(parts, options)
  const api = oneOf(parts.clientApis, options, '--surface', 'chat')
  const gateway = gatewayOf(options)
  const bound = timeOf(options, '--bound', patience * 10)
  await using simulator = await listen(parts, options)
  const findings = await parts.runCampaign({ simulator, gateway, key: textOf(options, '--key', ''), prefix, scenarios, api, bound, lanes: 4 })
  console.log(options['--json'] ? JSON.stringify(findings) : `${table(parts.rowsOf(findings))}\n\n${parts.sumUp(findings)}`)
  const missed = parts.untested(findings)
  if (missed.length > 0)
    console.error(
      `${missed.length} of ${scenarios.length} scenarios were not tested, since the gateway never asked the provider: ${missed.join(', ')}.\n${help}`,
    )
  return missed.length > 0 || findings.some(({ grade }) => grade === 'fail') ? 1 : 0
}

const help = 'Has it the entries that `omni chaos run` tells without `--gateway`, is the key one of its own, and does it trust these providers again?'

function gatewayOf(options: Arguments['options']): string {
  const given = textOf(options, '--gateway', '').replace(/\/$/, '')
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) throw new Complaint('`--gateway` must be a URL, as `http://127.0.0.1:8080`.')
  return given
}

/** Milliseconds that the gateway under test shall wait for anything: shorter than a silence, and longer than what is only slow. */
const patience = 2000

function entryOptions(parts: Chaos, options: Arguments['options']) {
  const { host, port } = placeOf(options)
  const only = textOf(options, '--only', '')
  const scenarios = only === '' ? parts.scenarios : only.split(',').map((name) => found(parts, name.trim()))
  const wire = oneOf(parts.wires, options, '--wire', 'openai-chat')
  return { wire, address: `http://${host}:${port}`, prefix: textOf(options, '--provider', 'chaos-*'), scenarios, patience }
}

function found({ scenarios }: Chaos, name: string): Chaos['scenarios'][number] {
  const scenario = scenarios.find((one) => one.name === name)
  if (scenario === undefined) throw new Complaint(`There is no scenario ${name}: see \`omni chaos list\`.`)
  return scenario
}

async function listen({ startSimulator, usualTimes }: Chaos, options: Arguments['options'], onPlayed?: SimulatorOptions['onPlayed']): Promise<Simulator> {
  const { host, port } = placeOf(options)
  const times = { stall: timeOf(options, '--stall', usualTimes.stall) }
  return startSimulator({ host, port, times, ...(onPlayed && { onPlayed }) }).catch((cause: unknown) => {
    throw new Complaint(`${host}:${port} cannot be listened on.`, { cause })
  })
}

function placeOf(options: Arguments['options']) {
  const port = Number(textOf(options, '--port', '8090'))
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Complaint('`--port` must be a number from 1 to 65535.')
  return { host: textOf(options, '--host', '127.0.0.1'), port }
}

function textOf(options: Arguments['options'], flag: string, or: string): string {
  const given = options[flag]
  return typeof given === 'string' ? given : or
}

function timeOf(options: Arguments['options'], flag: string, or: number): number {
  const read = duration('10ms', '1h').safeParse(options[flag] ?? `${or}ms`)
  if (!read.success) throw new Complaint(`\`${flag}\` ${read.error.issues[0]!.message}.`)
  return read.data
}

function oneOf<Name extends string>(list: { readonly [name in Name]?: unknown }, options: Arguments['options'], flag: string, or: Name): Name {
  const given = textOf(options, flag, or)
  const names = Object.keys(list) as Name[]
  const name = names.find((one) => one === given)
  if (name === undefined) throw new Complaint(`\`${flag}\` must be one of ${names.join(', ')}.`)
  return name
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => process.once('SIGTERM', () => resolve()).once('SIGINT', () => resolve()))
}
