/** The accounts of a provider's entry: a secret each, in the order in which they stand. */

import type { Provider } from '../providers/provider.ts'
import type { Variable } from './clouds.ts'
import type { Report } from './problems.ts'
import type { GivenAccount, GivenProvider } from './provider-entry.ts'
import { isPlaceholder } from './secrets.ts'
import type { AccountSettings } from './settings.ts'

/** The account of `key`, and of the provider's own variable. */
const usual = 'default'

export interface Owner {
  readonly name: string
  readonly kind: Provider
  readonly isNear: boolean
  readonly variable: Variable | undefined
}

/** A key may be missing on a server of one's own, and be made up there. */
export function mayGo(secret: string | undefined, { auth }: Provider, isNear: boolean): boolean {
  if (auth.scheme === 'optional' || isNear) return secret !== ''
  return secret !== undefined && !isPlaceholder(secret)
}

/** The account that is there where nothing is said of accounts. */
export const onlyAccount = (secret: string | undefined, isCovered = false): AccountSettings => ({
  name: usual,
  ...(secret !== undefined && { secret }),
  weight: 1,
  ...(isCovered && { isCovered }),
})

/** Paths that are reported are relative to `providers`. Undefined where one of them cannot be used. */
export function readAccounts(owner: Owner, entry: GivenProvider, report: Report): readonly AccountSettings[] | undefined {
  const { name, variable } = owner
  const given = Object.entries(entry.accounts)
  const said = entry.key ?? entry.accounts[usual]?.key
  if (variable && said && variable.value !== said) report.warn(`${variable.name} is used for \`${name}\`, and not the key in the file.`)
  if (entry.key !== undefined && Object.hasOwn(entry.accounts, usual))
    report.problem([name, 'accounts', usual], 'is the account of `key` already: leave one of the two out, or give this one another name.')
  const secret = variable?.value ?? entry.key
  if (given.length === 0)
    return isGood(secret, owner, [name, ...(entry.key === undefined ? [] : ['key'])], report) ? [onlyAccount(secret, entry.covered)] : undefined
  const isFirst = secret !== undefined && !Object.hasOwn(entry.accounts, usual)
  if (isFirst && !isGood(secret, owner, [name, 'key'], report)) return undefined
  const accounts = given.flatMap(([account, terms]) => readAccount(account, { ...terms, covered: terms.covered ?? entry.covered }, owner, report) ?? [])
  const all = isFirst ? [onlyAccount(secret, entry.covered), ...accounts] : accounts
  if (all.length > 0 && all.every(({ weight }) => weight === 0))
    report.problem([name, 'accounts'], 'have no weight but 0: give one of them more, or leave `weight` out.')
  warnOfTwins(name, all, report)
  return accounts.length === given.length ? all : undefined
}

function readAccount(
  account: string,
  { key, weight, concurrency, covered: isCovered = false }: GivenAccount,
  owner: Owner,
  report: Report,
): AccountSettings | undefined {
  const path = [owner.name, 'accounts', account]
  const secret = (account === usual ? owner.variable?.value : undefined) ?? key
  if (secret === undefined) report.problem(path, 'needs `key`: an account is a secret of its own.')
  else if (isGood(secret, owner, [...path, 'key'], report))
    return { name: account, secret, weight, ...(isCovered && { isCovered }), ...(concurrency !== undefined && { concurrency }) }
  return undefined
}

function isGood(secret: string | undefined, { kind, isNear }: Owner, path: readonly string[], { problem }: Report): boolean {
  const isOne = mayGo(secret, kind, isNear)
  if (!isOne) problem(path, lacking(kind, secret))
  return isOne
}

function lacking({ name, auth }: Provider, secret: string | undefined): string {
  const variable = auth.scheme === 'none' ? '' : auth.env[0]!
  if (secret === undefined) return `needs \`key\`, or the variable ${variable}.`
  return secret === '' ? 'is empty.' : `holds what stands in examples, and no key of ${name}.`
}

function warnOfTwins(name: string, accounts: readonly AccountSettings[], { warn }: Report): void {
  const owners = new Map<string, string>()
  for (const { name: account, secret } of accounts) {
    const twin = secret === undefined ? undefined : owners.get(secret)
    if (twin !== undefined) warn(`providers.${name}.accounts: \`${twin}\` and \`${account}\` have the same key: where one is refused, so is the other.`)
    else if (secret !== undefined) owners.set(secret, account)
  }
}
