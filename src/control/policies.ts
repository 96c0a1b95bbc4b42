/** Policies: documents of rules, stored, checked without being stored, and replayed over calls that are past. */

import { isObject } from '../base/json.ts'
import { writtenPlace } from '../base/place.ts'
import { Failure } from '../canonical/failure.ts'
import { checkPolicy, policyBody, type PolicyBody, type PolicyCheck } from '../contract/policies.ts'
import type { CompiledDocument } from '../policy/compile.ts'
import type { DocumentProblem } from '../policy/document.ts'
import type { Control } from './control.ts'
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
    run: async ({ body }, control) => ({ body: checkDocument(body, control) }),
  },
  ...replaying,
  ...resourceRoutes(resource),
]

/** A document alone, or in its place in what `GET` gives. */
const documentIn = (body: unknown): unknown => (isObject(body) && 'document' in body ? body.document : body)

function checkDocument(body: unknown, control: Control): PolicyCheck {
  const read = checkPolicy(documentIn(body))
  const problems = 'problems' in read ? read.problems : unknownIn(read, control)
  return { problems: problems.map(({ path, problem }) => ({ path: writtenPlace(path), problem })) }
}

async function check({ document }: PolicyBody, id: string, checking: Checking): Promise<void> {
  if (document.name !== id) throw new Failure('invalid_value', 'A document is stored under its own name.', { param: 'document.name' })
  await checkScoped(document, checking)
  const read = checkPolicy(document)
  const [first] = 'problems' in read ? read.problems : unknownIn(read, checking.control)
  if (first !== undefined) throw refusalOf({ path: ['document', ...first.path], problem: first.problem })
}

/** A rule that sends calls nowhere, or asks nobody, would be believed to hold. */
function unknownIn({ document: { rules, detectors } }: CompiledDocument, control: Control): readonly DocumentProblem[] {
  const { chains } = control.snapshot().routing
  const services = control.configured().detectors
  const nowhere = rules.flatMap(({ edits: { chain } }, at): readonly DocumentProblem[] =>
    chain === undefined || chains.has(chain) ? [] : [{ path: ['rules', at, 'then', 'chain'], problem: 'There is no chain of this name.' }],
  )
  const nobody = detectors.flatMap((one, at): readonly DocumentProblem[] =>
    one.kind !== 'outside' || Object.hasOwn(services, one.service)
      ? []
      : [{ path: ['detectors', at, 'service'], problem: '`detectors` of the configuration names no such service.' }],
  )
  return [...nowhere, ...nobody]
}
