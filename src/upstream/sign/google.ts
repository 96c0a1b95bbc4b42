/** Access tokens of Google's service accounts: a signed statement is exchanged for one. https://developers.google.com/identity/protocols/oauth2/service-account#httprest */

import { readFile } from 'node:fs/promises'
import { now } from '../../base/clock.ts'
import type { Deadlines } from '../../base/deadlines.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Exchange, UpstreamRequest } from '../exchange.ts'
import { readShort } from '../short-answer.ts'

const scope = 'https://www.googleapis.com/auth/cloud-platform'
const usualTokenUri = 'https://oauth2.googleapis.com/token'

/** Milliseconds before its end at which a token is no longer used: calls that begin with it may take a while. */
const margin = 5 * 60 * 1000
/** Milliseconds that a token is kept though it was refused. */
const leastAge = 60 * 1000
/** More accounts than any configuration has: beyond that the cache begins anew. */
const mostAccounts = 100
const deadlines: Deadlines = {
  connect: 5000,
  firstByteStreamed: 15_000,
  firstByteWhole: 15_000,
  firstWord: 15_000,
  idle: 15_000,
  progress: 15_000,
  total: 30_000,
}

type Post = (request: UpstreamRequest) => Promise<Exchange>

interface Token {
  readonly value: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** A token, or the one that is on its way. */
interface Held {
  readonly since: number
  readonly coming: Promise<Token>
  token?: Token
}

/** Keeps one token for each account, and asks for a new one once, however many calls wait for it. */
export class GoogleTokens {
  readonly #post: Post
  /** By secret; at most `mostAccounts`. */
  readonly #held = new Map<string, Held>()

  constructor(post: Post) {
    this.#post = post
  }

  /** Throws `Failure` that blames our credential, or who did not answer: never the caller. */
  async tokenFor(secret: string): Promise<string> {
    const held = this.#held.get(secret)
    const isUsable = held !== undefined && (held.token === undefined || now() < held.token.until)
    return (await (isUsable ? held : this.#renew(secret)).coming).value
  }

  /** The API would not take the token: it may have been withdrawn. One that is new was refused for another reason, which a newer one would not mend. */
  drop(secret: string): void {
    const held = this.#held.get(secret)
    if (held?.token !== undefined && now() - held.since > leastAge) this.#held.delete(secret)
  }

  #renew(secret: string): Held {
    if (this.#held.size >= mostAccounts) this.#held.clear()
    const held: Held = { since: now(), coming: this.#fetch(secret) }
    this.#held.set(secret, held)
    held.coming.then(
      (token) => (held.token = token),
      () => this.#held.get(secret) === held && this.#held.delete(secret),
    )
    return held
  }

  async #fetch(secret: string): Promise<Token> {
    const account = await readAccount(secret)
    const uri = new URL(account.tokenUri)
    const exchange = await this.#post({
      origin: uri.origin,
      path: `${uri.pathname}${uri.search}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'user-agent': 'omni-gateway' },
      body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await state(account) }).toString(),
      deadlines,
    })
    return readToken(exchange)
  }
}

interface Account {
  readonly email: string
  readonly key: string
  readonly keyId?: string
  readonly tokenUri: string
}

async function readAccount(secret: string): Promise<Account> {
  const said = parse(secret.startsWith('{') ? secret : await readFile(secret, 'utf8').catch(() => ''))
  const { client_email: email, private_key: key, private_key_id: keyId, token_uri: tokenUri = usualTokenUri } = said
  if (typeof email !== 'string' || typeof key !== 'string' || typeof tokenUri !== 'string' || !URL.canParse(tokenUri))
    throw new Failure('upstream_auth_error', 'The gateway’s service account is not there, or is none: the operator must look at its key file.')
  return { email, key, tokenUri, ...(typeof keyId === 'string' && { keyId }) }
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    // What the parser says would quote the key.
    return {}
  }
}

/** The statement lives for an hour, as long as the token that it brings. The library is loaded by those who have such an account. */
async function state({ email, key, keyId, tokenUri }: Account): Promise<string> {
  const { importPKCS8, SignJWT } = await import('jose')
  const seconds = Math.floor(now() / 1000)
  try {
    return await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
      .setIssuer(email)
      .setAudience(tokenUri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 3600)
      .sign(await importPKCS8(key, 'RS256'))
  } catch (cause) {
    throw new Failure('upstream_auth_error', 'The gateway’s service account has a private key that signs nothing: the operator must look at its key file.', {
      cause,
    })
  }
}

/** What a header can hold. */
const tokenShape = /^[\x21-\x7e]{1,8192}$/

async function readToken(exchange: Exchange): Promise<Token> {
  const { access_token: value, expires_in: seconds } = parse(await readShort(exchange))
  if (exchange.status === 200 && typeof value === 'string' && tokenShape.test(value) && typeof seconds === 'number')
    return { value, until: now() + seconds * 1000 - margin }
  if (exchange.status >= 500) throw new Failure('upstream_error', 'The provider gave the gateway no access token.', { upstream: { status: exchange.status } })
  throw new Failure('upstream_auth_error', 'The provider refused the gateway’s service account: the operator must look at it.', {
    upstream: { status: exchange.status },
  })
}
