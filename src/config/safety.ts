/** What must not be started: a gateway that others can reach and that does not ask who they are, or says so in the clear. */

import { isLoopback } from './addresses.ts'
import type { Report } from './problems.ts'
import type { Given } from './schema.ts'
import { isPlaceholder, leastBits, strengthOf } from './secrets.ts'
import type { Auth } from './settings.ts'

export function readAuth({ auth: { tokens }, server }: Given, { problem, warn }: Report): Auth {
  if (tokens === undefined) return { mode: 'required' }
  const isAlone = isLoopback(server.host)
  if (tokens.length === 0) {
    if (!isAlone) problem(['auth', 'tokens'], 'is empty, which turns client auth off: that is for loopback alone. Give tokens, or leave it out and use keys.')
    return { mode: 'off' }
  }
  tokens.forEach((token, index) => {
    const which = tokens.length === 1 ? 'The token' : `Token ${index + 1}`
    if (isPlaceholder(token)) problem(['auth', 'tokens'], `${which} is what stands in examples: whoever has read one has it too.`)
    else if (strengthOf(token) >= leastBits) return
    else if (isAlone) warn(`auth.tokens: ${which.toLowerCase()} could be guessed, which is accepted on loopback alone.`)
    else problem(['auth', 'tokens'], `${which} could be guessed: beyond loopback it needs ${leastBits} bits, as \`openssl rand -hex 32\` makes.`)
  })
  return { mode: 'tokens', tokens: [...new Set(tokens)] }
}

export function checkListening({ server: { host, allowPlaintext, tls } }: Given, { problem, warn }: Report): void {
  if ((tls.cert === undefined) !== (tls.key === undefined)) problem(['server', 'tls'], 'needs both `cert` and `key`.')
  if (isLoopback(host) || (tls.cert !== undefined && tls.key !== undefined)) return
  if (allowPlaintext) warn(`The gateway listens on ${host} without TLS: keys and prompts can be read on the way to it.`)
  else problem(['server', 'host'], 'is reached from other machines: give `server.tls`, or say `--allow-plaintext` where a proxy in front speaks TLS.')
}

/** What looks like an address of a name server and is none would end the start without a word that helps. */
export function checkResolvers({ upstream: { resolvers } }: Given, problem: Report['problem']): void {
  const isWhole = (address: string) => URL.canParse(`http://${/:.*:/.test(address) && !address.startsWith('[') ? `[${address}]` : address}`)
  resolvers.forEach((address, index) => {
    if (!isWhole(address)) problem(['upstream', 'resolvers'], `Entry ${index + 1} is no address of a name server, as \`10.0.0.2\` or \`[::1]:5353\`.`)
  })
}
