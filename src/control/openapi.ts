/** `/_omni/openapi.json`: the control API as programs read it, made of the table of its routes. https://spec.openapis.org/oas/v3.1.1 */

import type { ControlRoute } from './route.ts'

export function openapi(routes: readonly ControlRoute[]): ControlRoute {
  const route: ControlRoute = { method: 'GET', path: '/_omni/openapi.json', access: 'owner', roles, run: async () => ({ body: describe([...routes, route]) }) }
  return route
}

const roles = ['admin', 'operator', 'auditor', 'finance', 'viewer'] as const

function describe(routes: readonly ControlRoute[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) (paths[templateOf(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return {
    openapi: '3.1.1',
    info: { title: 'Omni Gateway: control API', version: '1' },
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }],
  }
}

/** `/_omni/chains/*` stands for a name with slashes in it. */
const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}').replace('*', '{name}')

function operationOf({ method, path, access, roles: named = [], isOfInstallation, query = [], body, detail }: ControlRoute): object {
  const inPath = [...templateOf(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const parameters = [...inPath, ...query.map((name) => ({ name, in: 'query', schema: { type: 'string' } }))]
  const who = access === 'owner' ? 'A client key, for what is its own; or the admin key' : 'The admin key'
  const users =
    named.length === 0
      ? ''
      : `, or a user ${isOfInstallation === true ? 'of the installation ' : ''}who is ${['owner', ...named.filter((role) => role !== 'owner')].join(', ')}`
  return {
    operationId: `${method.toLowerCase()}${path.replace(/^\/_omni/, '').replace(/[^\w]+/g, '_')}`,
    description: `${who}${users}.`,
    'x-omni-roles': named,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: detail?.() ?? body } } } }),
    responses: { default: { description: 'JSON; errors have the envelope of the OpenAI API.', content: { 'application/json': {} } } },
  }
}
