/** The command `omni`: finds the command that was asked for, and runs it. */

import { Command as Program } from 'commander'
import { Complaint, type Arguments, type Command } from './command.ts'
import { alerts } from './commands/alerts.ts'
import { audit } from './commands/audit.ts'
import { budgets } from './commands/budgets.ts'
import { addresses } from './commands/addresses.ts'
import { chaos } from './commands/chaos.ts'
import { chains } from './commands/chains.ts'
import { connect } from './commands/connect.ts'
import { doctor } from './commands/doctor.ts'
import { invitations } from './commands/invitations.ts'
import { keys } from './commands/keys.ts'
import { limits } from './commands/limits.ts'
import { policy } from './commands/policy.ts'
import { prices } from './commands/prices.ts'
import { privacy } from './commands/privacy.ts'
import { providers } from './commands/providers.ts'
import { receiptsExport } from './commands/receipts-export.ts'
import { receiptsVerify } from './commands/receipts-verify.ts'
import { receipts } from './commands/receipts.ts'
import { review } from './commands/review.ts'
import { running } from './commands/running.ts'
import { start } from './commands/start.ts'
import { tenants } from './commands/tenants.ts'
import { users } from './commands/users.ts'
import { version } from './version.ts'

const commands: readonly Command[] = [
  start,
  ...tenants,
  ...users,
  ...keys,
  ...invitations,
  ...limits,
  ...budgets,
  ...alerts,
  ...audit,
  ...policy,
  ...connect,
  ...addresses,
  ...chains,
  ...providers,
  ...prices,
  ...receipts,
  ...receiptsExport,
  receiptsVerify,
  ...privacy,
  ...review,
  ...running,
  doctor,
  ...chaos,
]

/** Without arguments it starts the gateway: that is what somebody wants who runs it for the first time. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Program('omni')
    .description('One OpenAI-compatible entry for every model provider. Without a command it starts the gateway.')
    .version(version)
    .showHelpAfterError()
  for (const command of commands) add(program, command)
  await program.parseAsync(argv.length === 0 ? ['start'] : [...argv], { from: 'user' })
}

/** Commands that have others below them. */
const groups: Readonly<Record<string, string>> = {
  keys: 'clients’ keys',
  tenants: 'who shares the gateway',
  teams: 'parts of a tenant',
  agents: 'programs that call by themselves',
  users: 'people, and what they may do',
  invitations: 'codes for sponsored models',
  receipts: 'what each call did',
  review: 'calls that wait for a person',
  addresses: 'from where the gateway may be called and controlled',
  config: 'the settings',
  chains: 'lists of targets under a name',
  providers: 'who is asked, and how they fare',
  prices: 'what models cost',
  limits: 'how much may be used in a stretch of time, or at once',
  budgets: 'how much money may be spent',
  alerts: 'what operators are told',
  audit: 'who did what',
  policy: 'rules that are judged before each call',
  chaos: 'a provider that misbehaves on script, to test a gateway with',
}

function add(program: Program, command: Command): void {
  const words = command.usage.split(' ')
  const names = words.filter((word) => !/^[<[]/.test(word))
  const values = words.filter((word) => /^[<[]/.test(word))
  const parent =
    names.length === 1 ? program : (program.commands.find((one) => one.name() === names[0]) ?? program.command(names[0]!).description(groups[names[0]!] ?? ''))
  const made = parent.command([names.at(-1), ...values].join(' ')).description(command.help)
  const flags = Object.entries(command.options ?? {})
  for (const [flag, help] of flags) made.option(flag, help)
  made.action(async (...given: unknown[]) => {
    const options = made.opts<Record<string, string | boolean | undefined>>()
    process.exitCode = await attempt(command, {
      values: Object.fromEntries(values.map((name, at) => [name.slice(1, -1), given[at] as string | undefined])),
      options: Object.fromEntries(flags.map(([flag]) => [flag.split(' ')[0]!, valueOf(flag, options)])),
      lists: Object.fromEntries(flags.map(([flag]) => [flag.split(' ')[0]!, listOf(made.opts()[camel(flag)])])),
    })
  })
}

async function attempt(command: Command, given: Arguments): Promise<number> {
  try {
    return await command.run(given)
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    console.error(error.message)
    return 1
  }
}

/** The parser takes `--no-routing` for a `routing` that is false. */
function valueOf(flag: string, options: Readonly<Record<string, string | boolean | undefined>>): string | boolean | undefined {
  return flag.startsWith('--no-') ? options[camel(flag.replace('no-', ''))] === false : options[camel(flag)]
}

const listOf = (value: unknown): readonly string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined)

/** `--allow-plaintext` is `allowPlaintext` to the parser. */
function camel(flag: string): string {
  return flag
    .split(' ')[0]!
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
