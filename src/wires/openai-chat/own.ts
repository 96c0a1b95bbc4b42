/** What this wire keeps of its own words. */

import { keeperOf } from '../rest.ts'

export { leftOf, take, type Spelled } from '../rest.ts'

export const wire = 'openai-chat'

export const { kept, own, ownWithin, spelling } = keeperOf(wire)
