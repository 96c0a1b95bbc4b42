/** Policies: documents of rules, stored, checked without being stored, and replayed over calls that are past. */

import { isObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { policyBody, readPolicy, type PolicyBody, type PolicyCheck } from '../contract/policies.ts'
import { replaying } from './policies-replay.ts'
import { resourceRoutes, type Checking, type Resource } from './resource.ts'
import type { ControlRoute } from './route.ts'
import { checkScoped } from './scopes.ts'

const resource: Resource<PolicyBody> = {
  kind: 'policy',
  name: 'policies',
  schema: policyBody,
  readers: ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'],
  writers: ['owner', 'admin'],
  tenantOf: ({ document: { tenant = null } }) => tenant,
  check,
}

export const policies: readonly ControlRoute[] = [
  {
    method: 'POST',
    path: '/_omni/policies/check',
    access: 'admin',
    roles: resource.readers,
    body: { type: 'object' },
    run: async ({ body }) => ({ body: checkDocument(body) }),
  },
  ...replaying,
  ...resourceRoutes(resource),
]

/** A document alone, or in its place in what `GET` gives. */
const documentIn = (body: unknown): unknown => (isObject(body) && 'document' in body ? body.document : body)

function checkDocument(body: unknown): PolicyCheck {
  const read = readPolicy(documentIn(body), 0)
  return { problems: 'problems' in read ? [...read.problems] : [] }
}

async function check({ document }: PolicyBody, id: string, checking: Checking): Promise<void> {
  if (document.name !== id) throw new Failure('invalid_value', 'A document is stored under its own name.', { param: 'document.name' })
  await checkScoped(document, checking)
  const read = readPolicy(document, 0)
  const [first] = 'problems' in read ? read.problems : []
  if (first !== undefined) throw new Failure('invalid_value', `\`document.${first.path}\`: ${first.problem}`, { param: `document.${first.path}` })
  checkNames(document, checking)
}

/** A rule that sends calls nowhere, or asks nobody, would be believed to hold. */
function checkNames({ rules, detectors }: PolicyBody['document'], { control }: Checking): void {
  const { chains } = control.snapshot().routing
  const services = control.configured().detectors
  rules.forEach(({ then }, at) => {
    const param = `document.rules.${at}.then.chain`
    if (then?.chain !== undefined && !chains.has(then.chain)) throw new Failure('invalid_value', 'There is no chain of this name.', { param })
  })
  detectors.forEach((one, at) => {
    if (one.kind === 'outside' && !Object.hasOwn(services, one.service))
      throw new Failure('invalid_value', '`detectors` of the configuration names no such service.', { param: `document.detectors.${at}.service` })
  })
}
