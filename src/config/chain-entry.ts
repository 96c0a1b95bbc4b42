/** What stands under a chain's name, in the file or in a call of the control API. */

import { z } from 'zod'
import { needNames } from '../catalog/abilities.ts'
import type { Reason } from '../canonical/failure.ts'
import { choice, count, duration, each, flag, listOf, number, optional, setting, several, text } from './kinds.ts'
import { modelName } from './names.ts'
import { someDeadlines } from './spans.ts'
import { strategyNames } from './strategies.ts'

/** The caller's own faults that may be none at another model. A content filter's refusal is never taken elsewhere. */
const takenElsewhere = ['context_length_exceeded', 'model_not_found', 'upstream_refused_request', 'request_too_large'] as const satisfies readonly Reason[]

const says = 'a model, an alias or a chain, or `{ model: …, weight: … }`'

const target = z.strictObject({
  model: each(
    text('a model, an alias or a chain', modelName),
    'A model, as `provider/model`, an alias, or another chain. A target that is text alone is this.',
  ),
  account: optional(text('the name of an account', /^[\w.-]{1,64}$/), 'The account of the provider to ask; all of them, by its strategy, where absent.'),
  weight: setting(number(0, 1000), 'Its share, for strategies that look at weights; with 0 it is asked only when the others are out.', { or: 1 }),
  concurrency: optional(count(1, 100_000), 'Calls that this model may have under way at once.'),
  context: optional(count(1, 1_000_000_000), 'Tokens that it takes, where the catalogue does not know or does not fit. Longer requests pass it over.'),
  lacks: setting(several(needNames), 'What it cannot be told, beside what is known of it. Requests that need it pass it over.', { or: [] }),
})

const named = text(says, modelName).transform((model): z.output<typeof target> => ({ model, weight: 1, lacks: [] }))

export const chainSchema = z.strictObject({
  strategy: setting(choice(strategyNames), 'Which target is asked first, and which next where that fails; `priority` takes them as they stand.', {
    or: 'priority',
  }),
  targets: listOf(z.union([named, target]), 2000, 'What may answer: models, aliases and chains, each as text or with more said of it.'),
  retries: optional(count(0, 10), 'How often one target is asked again; `retry.perTarget` where absent.'),
  attempts: optional(
    count(1, 2000),
    'Attempts of one call in all, over all the targets; where absent, `retry.attempts`, or one for each target where those are more.',
  ),
  totalTime: optional(duration('100ms', '24h'), 'How long the attempts of one call may take in all, until one answers; `retry.totalTime` where absent.'),
  alsoOn: setting(
    several(takenElsewhere),
    'Reasons that go on to the next target though they are the caller’s own; `context_length_exceeded` only to a model that takes more.',
    { or: [] },
  ),
  strict: optional(flag(), 'Refuse what a target cannot be told, instead of dropping it; `strict` where absent.'),
  providerMessages: optional(flag(), 'Show clients the provider’s own words in errors; `providerMessages` where absent.'),
  deadlines: someDeadlines,
})

export type GivenChain = z.output<typeof chainSchema>

export type AlsoOn = (typeof takenElsewhere)[number]
