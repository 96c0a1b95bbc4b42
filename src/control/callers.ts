/** Who may ask, by the hash of the key: made of the keys and of all that governs their calls. */

import { now } from '../base/clock.ts'
import { among } from '../base/networks.ts'
import { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { AgentBody } from '../contract/agents.ts'
import { storedTerms, type KeyTerms } from '../contract/keys.ts'
import type { TeamBody } from '../contract/teams.ts'
import type { TenantBody } from '../contract/tenants.ts'
import type { Caller, Snapshot } from '../gateway/snapshot.ts'
import type { Access, Circle } from '../policy/access.ts'
import { holdings, type Holder } from '../policy/scope.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { chargesIn } from './charges.ts'
import type { House } from './house.ts'
import { keyOf, type KeyIndex } from './key-index.ts'
import type { rulesIn } from './rules.ts'
import { storedJson } from './stored-json.ts'
import type { Tables } from './tables.ts'

export interface Keys {
  readonly settings: Settings
  readonly keys: KeyIndex
  readonly governing: Governing
  readonly hashKey: (token: string) => string
  /** Of the admin key: clients that use it are told that it is not for them. */
  readonly adminHash: string
}

/** A secret of somebody's, and until when it counts, in milliseconds since 1970. */
interface Entry {
  readonly asker: Asker
  readonly until: number
}

/** A key, as far as its calls go by it. */
interface Asker {
  readonly keyId: string | null
  readonly method: Caller['method']
  readonly mayRoute: boolean
  readonly name?: string
  readonly tenant: string
  /** JSON of `contract/keys.ts`. */
  readonly terms: string
}

/** What governs the calls of keys, read as they ask. */
export interface Governing {
  readonly house: House
  readonly chargesOf: ReturnType<typeof chargesIn>
  readonly rulesOf: ReturnType<typeof rulesIn>
  /** The table of a caller who has credentials of its own. */
  readonly ownOf: Tables['ownOf']
}

/** Keys are looked up by their keyed hash: the time it takes tells nothing of them. Bounded by the keys that exist. */
export function keyring({ settings, keys, governing, hashKey, adminHash }: Keys): Pick<Snapshot, 'identify' | 'anonymous'> {
  const { auth, byRequest } = settings
  const tokens = new Map<string, Entry>()
  for (const token of auth.mode === 'tokens' ? auth.tokens : []) {
    const hash = hashKey(token)
    tokens.set(hash, { asker: { ...nobody, keyId: `token_${hash.slice(0, 16)}`, method: 'token', mayRoute: byRequest }, until: Infinity })
  }
  const entryOf = (hash: string): Entry | undefined => {
    const row = keyOf(keys, hash)
    if (row === undefined) return tokens.get(hash)
    const { id: keyId, mayRoute, name, tenant, terms } = row
    return { asker: { keyId, method: 'key', mayRoute: byRequest && mayRoute, name, tenant, terms }, until: endOf(row, hash) }
  }
  // Hashing costs more than all the rest of knowing somebody. Bounded: only keys that are ours get in, and a revoked one leaves with the snapshot.
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>()
  const identify = (token: string): Caller | undefined => {
    let found = known.get(token)
    if (found === undefined) {
      const hash = hashKey(token)
      if (hash === adminHash)
        throw new Failure('admin_key_misused', 'This is the admin key: it opens the control API. Models are called with a key of `omni keys create`.')
      const entry = entryOf(hash)
      if (entry === undefined || now() >= entry.until) return undefined
      known.set(token, (found = { caller: callerOf(entry.asker, governing), until: entry.until }))
    }
    return now() < found.until ? found.caller : undefined
  }
  return { identify, anonymous: auth.mode === 'off' ? callerOf({ ...nobody, mayRoute: byRequest }, governing) : undefined }
}

const nobody: Asker = { keyId: null, method: 'off', mayRoute: false, tenant: 'default', terms: '{}' }

/** Until when that one of its hashes opens: after a rotation the one before does for a while too. */
function endOf({ before, expiresAt = Infinity }: ClientKey, hash: string): number {
  return before?.hash === hash ? Math.min(before.until, expiresAt) : expiresAt
}

/** Made once for each key that asks. Throws `Failure` where what the key belongs to is gone, or cannot be read: nobody gets in by less than was said of them. */
function callerOf({ keyId, method, mayRoute, name, tenant: tenantId, terms: text }: Asker, { house, chargesOf, rulesOf, ownOf }: Governing): Caller {
  const terms = readTerms(text)
  const tenant = house.tenant(tenantId)
  const agent: Partial<AgentBody> = terms.agent === undefined ? {} : house.agent(terms.agent, tenantId)
  const teamId = terms.team ?? agent.team
  const team: Partial<TeamBody> = teamId === undefined ? {} : house.team(teamId, tenantId)
  const holder: Holder = { tenant: tenantId, team: teamId, agent: terms.agent, user: terms.user, key: keyId }
  const routing = ownOf(holder)
  const { environment } = terms
  const costCenter = terms.cost_center ?? agent.cost_center ?? team.cost_center
  return {
    keyId,
    method,
    mayRoute,
    holder,
    profile: name,
    environment,
    costCenter,
    access: meet([tenant, team, agent, terms]),
    circles: circlesOf({ tenant, team, agent, key: terms }, holder),
    mayComeFrom: terms.addresses && among(terms.addresses),
    grants: house.grants(keyId),
    isStrict: terms.strict ?? tenant.strict,
    metadata: terms.metadata,
    retention: tenant.retention_days === undefined ? undefined : tenant.retention_days * day,
    review: tenant.review,
    charges: chargesOf(holder),
    rules: rulesOf({ ...holder, keyName: name, environment, costCenter }),
    get routing() {
      return routing?.()
    },
  }
}

/** Milliseconds. */
const day = 86_400_000

function readTerms(text: string): KeyTerms {
  const { success, data } = storedTerms.safeParse(storedJson(text))
  if (!success) throw new Failure('auth_unavailable', 'What is stored of this key cannot be read: another version of the gateway wrote it.')
  return data
}

type Lists = Pick<KeyTerms, 'models' | 'providers' | 'surfaces'> & Pick<Partial<TenantBody>, 'regions'>

/** What all of them allow; undefined where none of them says anything. */
function meet(circles: readonly Lists[]): Access | undefined {
  const models = circles.flatMap((circle) => (circle.models === undefined ? [] : [circle.models]))
  const providers = inAll(circles.map((circle) => circle.providers))
  const surfaces = inAll(circles.map((circle) => circle.surfaces))
  const regions = inAll(circles.map((circle) => circle.regions))
  if (models.length === 0 && providers === undefined && surfaces === undefined && regions === undefined) return undefined
  return { ...(models.length > 0 && { models }), ...(providers && { providers }), ...(surfaces && { surfaces }), ...(regions && { regions }) }
}

/** Those that say something. */
function circlesOf(lists: { readonly [of in Circle['of']]?: Lists }, holder: Holder): readonly Circle[] {
  return holdings.flatMap((of) => {
    const access = meet([lists[of] ?? {}])
    return access === undefined ? [] : [{ of, id: holder[of] ?? '', access }]
  })
}

function inAll(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.reduce((kept, list) => (kept === undefined || list === undefined ? (kept ?? list) : kept.filter((name) => list.includes(name))), undefined)
}
