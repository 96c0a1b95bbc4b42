/** The one table of paths: what is served, by which method, and to whom. A path that is not here is not served. */

import type { Role } from '../control/route.ts'
import { controlRoutes } from '../control/routes.ts'
import type { KeptSurface, Surface } from '../surfaces/surface.ts'
import { keptSurfaces, surfaces } from '../surfaces/index.ts'

/** `client` takes a client's key, `admin` the operator's; `owner` either, and a client sees only its own. Users come beside the operator, by their roles. */
export type Access = 'none' | 'client' | 'admin' | 'owner'

export type Serving =
  | { readonly kind: 'surface'; readonly surface: Surface }
  | { readonly kind: 'kept'; readonly surface: KeptSurface }
  | { readonly kind: 'models' | 'model' | 'hello' | 'upgrade' | 'health' | 'readiness' | 'metrics' | 'control' | 'welcome' }

export interface Route {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'PUT' | 'DELETE'
  /** `*` stands for anything but nothing; a `/:name` for one segment. */
  readonly path: string
  readonly access: Access
  /** As in `ControlRoute`. */
  readonly roles?: readonly Role[]
  readonly isOfInstallation?: boolean
  readonly serving: Serving
}

const versions = ['/v1', ''] as const

const served = surfaces.flatMap((surface) =>
  surface.paths.map((path): Route => ({ method: 'POST', path, access: 'client', serving: { kind: 'surface', surface } })),
)

const kept = keptSurfaces.flatMap((surface) =>
  surface.paths.map((path): Route => ({ method: surface.method, path, access: 'client', serving: { kind: 'kept', surface } })),
)

const models: readonly Route[] = versions.flatMap((version): Route[] => [
  { method: 'GET', path: `${version}/models`, access: 'client', serving: { kind: 'models' } },
  { method: 'GET', path: `${version}/models/*`, access: 'client', serving: { kind: 'model' } },
  { method: 'GET', path: `${version}/responses`, access: 'none', serving: { kind: 'upgrade' } },
])

/** Of the control API, which has its own router behind this table: a route without an access does not compile. */
const control = controlRoutes.map(({ method, path, access, roles, isOfInstallation = false }): Route => ({
  method,
  path,
  access,
  ...(roles && { roles, isOfInstallation }),
  serving: { kind: 'control' },
}))

export const routes: readonly Route[] = [
  ...served,
  ...kept,
  ...models,
  { method: 'HEAD', path: '/api/hello', access: 'none', serving: { kind: 'hello' } },
  { method: 'GET', path: '/healthz', access: 'none', serving: { kind: 'health' } },
  { method: 'GET', path: '/health/readiness', access: 'none', serving: { kind: 'readiness' } },
  { method: 'GET', path: '/metrics', access: 'admin', serving: { kind: 'metrics' } },
  { method: 'GET', path: '/', access: 'none', serving: { kind: 'welcome' } },
  { method: 'GET', path: '/openai/v1/models', access: 'client', serving: { kind: 'models' } },
  { method: 'GET', path: '/v1beta/models', access: 'client', serving: { kind: 'models' } },
  { method: 'GET', path: '/v1beta/models/*', access: 'client', serving: { kind: 'model' } },
  ...control,
]

export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly rest: string }
  | { readonly kind: 'wrong_method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

const exact = new Map<string, Route[]>()
const patterns: { readonly pattern: RegExp; readonly route: Route }[] = []
for (const route of routes) {
  if (/[*:]/.test(route.path)) {
    const pattern = new RegExp(`^${route.path.replace(/(?<=\/):\w+/g, '([\\w.-]{1,128})').replace('*', '(.+)')}$`)
    patterns.push({ pattern, route })
  } else exact.set(route.path, [...(exact.get(route.path) ?? []), route])
}

/** Paths are compared as they were sent: no decoding, no cleaning, no case, so that no other spelling is less guarded. */
export function match(method: string, path: string): Match {
  const here = exact.get(path)
  if (here !== undefined) {
    const route = here.find((one) => one.method === method)
    return route ? { kind: 'found', route, rest: '' } : { kind: 'wrong_method', allow: here.map((one) => one.method) }
  }
  const near = patterns.filter(({ pattern }) => pattern.test(path))
  const found = near.find(({ route }) => route.method === method)
  if (found) return { kind: 'found', route: found.route, rest: found.pattern.exec(path)?.[1] ?? '' }
  return near.length > 0 ? { kind: 'wrong_method', allow: [...new Set(near.map(({ route }) => route.method))] } : { kind: 'none' }
}
