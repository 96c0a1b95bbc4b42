/** Every scenario, in the order in which they are listed and run. */

import type { Scenario } from '../scenario.ts'
import { bodies } from './bodies.ts'
import { breaks } from './breaks.ts'
import { statuses } from './statuses.ts'
import { streams } from './streams.ts'

export const scenarios: readonly Scenario[] = [...statuses, ...breaks, ...streams, ...bodies]

/** Bounded by the list. */
const byName: ReadonlyMap<string, Scenario> = new Map(scenarios.map((scenario) => [scenario.name, scenario]))

/** What a model's name asks for: what stands behind a point tells calls apart, and changes nothing. Unknown names are sound. */
export const scenarioOf = (model: string): Scenario => byName.get(model.split('.')[0]!) ?? byName.get('sound')!
