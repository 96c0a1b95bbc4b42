/** Policies: documents of rules, stored, checked without being stored, and replayed over calls that are past. */

import { isObject } from '../base/json.ts'
import { writtenPlace } from '../base/place.ts'
import { Failure } from '../canonical/failure.ts'
import { checkPolicy, policyBody, type PolicyBody, type PolicyCheck } from '../contract/policies.ts'
import { replaying } from './policies-replay.ts'
import { refusalOf } from './refusal.ts'
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
  const read = checkPolicy(documentIn(body))
  return { problems: 'problems' in read ? read.problems.map(({ path, problem }) => ({ path: writtenPlace(path), problem })) : [] }
}

async function check({ document }: PolicyBody, id: string, checking: Checking): Promise<void> {
  if (document.name !== id) throw new Failure('invalid_value', 'A document is stored under its own name.', { param: 'document.name' })
  await checkScoped(document, checking)
  const read = checkPolicy(document)
  const [first] = 'problems' in read ? read.problems : []
  if (first !== undefined) throw refusalOf({ path: ['document', ...first.path], problem: first.problem })
  checkNames(document, checking)
}

/** A rule that sends calls nowhere, or asks nobody, would be believed to hold. */
function checkNames({ rules, detectors }: PolicyBody['document'], { control }: Checking): void {
  const { chains } = control.snapshot().routing
  const services = control.configured().detectors
  rules.forEach(({ then }, at) => {
    if (then?.chain !== undefined && !chains.has(then.chain))
      throw refusalOf({ path: ['document', 'rules', at, 'then', 'chain'], problem: 'There is no chain of this name.' })
  })
  detectors.forEach((one, at) => {
    if (one.kind === 'outside' && !Object.hasOwn(services, one.service))
      throw refusalOf({ path: ['document', 'detectors', at, 'service'], problem: '`detectors` of the configuration names no such service.' })
  })
}
