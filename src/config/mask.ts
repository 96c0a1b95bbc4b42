/** The settings as people may see them: every secret is there, and none can be read. */

import type { Json, JsonObject } from '../base/json.ts'
import type { AlertSettings } from './alerts.ts'
import type { DetectorSettings } from './detectors.ts'
import type { AccountSettings, ConnectedProvider, Settings } from './settings.ts'
import type { AnchorSettings, ExportSettings } from './sinks.ts'

/** Shows that there is one, and of a long one enough to tell it from another. */
const mask = (secret: string): string => (secret.length >= 24 ? `••••${secret.slice(-4)}` : '••••')

/** Secrets are masked, headers' and queries' values among them, and passwords in URLs. */
export function maskSettings(settings: Settings): JsonObject {
  const { auth, providers, databaseUrl, redisUrl, receipts, alerts, detectors, ...rest } = settings
  return {
    ...(rest as unknown as JsonObject),
    ...(databaseUrl !== undefined && { databaseUrl: maskUrl(databaseUrl) }),
    ...(redisUrl !== undefined && { redisUrl: maskUrl(redisUrl) }),
    receipts: { ...(receipts as unknown as JsonObject), anchors: receipts.anchors.map(maskSink), exports: receipts.exports.map(maskSink) },
    alerts: alerts.map(maskAlerts),
    detectors: Object.fromEntries(Object.entries(detectors).map(([name, service]) => [name, maskDetector(service)])),
    auth: auth.mode === 'tokens' ? { mode: auth.mode, tokens: auth.tokens.map(mask) } : { mode: auth.mode },
    providers: providers.map(maskProvider),
  }
}

function maskProvider(connected: ConnectedProvider): Json {
  const { name, provider, baseUrl, accounts, strategy, concurrency, quota, check, region, source, fromVariable, models, deadlines } = connected
  return {
    name,
    kind: provider.id,
    ...(baseUrl !== undefined && { baseUrl }),
    accounts: accounts.map(maskAccount),
    strategy,
    concurrency,
    ...(quota !== undefined && { quota }),
    ...(check !== undefined && { check: { ...check } }),
    ...(region !== undefined && { region }),
    source,
    ...(fromVariable !== undefined && { fromVariable }),
    wires: Object.keys(provider.speaks),
    ...(provider.headers && { headers: maskValues(provider.headers) }),
    ...(provider.query && { query: maskValues(provider.query) }),
    models: [...models],
    deadlines: { ...deadlines },
  }
}

const maskAccount = ({ secret, ...account }: AccountSettings): JsonObject => ({ ...account, ...(secret !== undefined && { secret: mask(secret) }) })

/** Its secrets have these names in every kind of it. */
const maskSink = (sink: AnchorSettings | ExportSettings | AlertSettings): JsonObject =>
  Object.fromEntries(
    Object.entries(sink).map(([name, value]: [string, Json]) => {
      if (name === 'headers') return [name, maskValues(value as { [name: string]: string })]
      if (typeof value !== 'string') return [name, value]
      return [name, name === 'secret' || name === 'token' ? mask(value) : name === 'url' ? maskUrl(value) : value]
    }),
  )

/** The path of a webhook may be all that keeps others from it. */
function maskAlerts(alerts: AlertSettings): JsonObject {
  if (alerts.to === 'webhook') return { ...maskSink(alerts), url: `${new URL(alerts.url).origin}/••••` }
  const { server } = alerts
  return { ...alerts, server: { ...server, to: [...server.to], ...(server.login && { login: { ...server.login, password: mask(server.login.password) } }) } }
}

/** The path of a webhook may be all that keeps others from it. */
const maskDetector = ({ key, url, ...service }: DetectorSettings): JsonObject => ({
  ...service,
  url: `${new URL(url).origin}/••••`,
  ...(key !== undefined && { key: mask(key) }),
})

/** Dates, as API versions are, tell nothing. */
const maskValues = (values: { readonly [name: string]: string }): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, /^\d{4}-\d\d-\d\d(-[a-z]+)?$/.test(value) ? value : mask(value)]))

function maskUrl(text: string): string {
  if (!URL.canParse(text)) return mask(text)
  const url = new URL(text)
  if (url.password !== '') url.password = '••••'
  const names = new Set(url.searchParams.keys())
  for (const name of names) if (/pass|secret|token|key/i.test(name)) url.searchParams.set(name, '••••')
  return decodeURI(url.href)
}
