/** What stands under `detectors`: services that look at texts for the rules of policies, which call them by name. */

import { z } from 'zod'
import { count, duration, optional, setting, text } from './kinds.ts'
import { anything, name, names, secret } from './names.ts'
import type { Report } from './problems.ts'
import { checked, url } from './sinks.ts'

const service = z.strictObject({
  moderation: optional(url(), 'Asked as OpenAI’s moderation endpoint is, at this URL: `https://api.openai.com/v1/moderations`.'),
  presidio: optional(url(), 'A Presidio analyzer, with its path: `http://presidio:3000/analyze`.'),
  webhook: optional(url(), 'A host of your own that takes the texts as JSON by POST, and says what it found.'),
  key: optional(secret('a token without spaces'), 'Sent with each question, as `authorization: Bearer …`.', { isSecret: true }),
  model: optional(text('the name of a model', anything), 'The model that moderates; the service’s own choice where absent.'),
  language: optional(text('a code as `en`', /^[a-z]{2}$/), 'The language that Presidio takes texts for; `en` where absent.'),
  time: setting(duration('10ms', '30s'), 'How long it may take.', { or: '2s' }),
  concurrency: setting(count(1, 1000), 'Questions that it may have at once; rules take further ones for unanswered.', { or: 64 }),
})

export const detectors = z.record(names('letters, digits and `. _ -`', name), service).prefault({})

export interface DetectorSettings {
  readonly kind: 'moderation' | 'presidio' | 'webhook'
  readonly url: string
  readonly key?: string
  readonly model?: string
  readonly language?: string
  /** Milliseconds. */
  readonly time: number
  readonly concurrency: number
}

const kinds = ['moderation', 'presidio', 'webhook'] as const

export function readDetectors(given: z.output<typeof detectors>, problem: Report['problem']): { readonly [name: string]: DetectorSettings } {
  const services: { [name: string]: DetectorSettings } = {}
  for (const called in given) {
    const { key, model, language, time, concurrency, ...addresses } = given[called]!
    const [kind, ...more] = kinds.filter((one) => addresses[one] !== undefined)
    if (kind === undefined || more.length > 0) {
      problem(['detectors', called], 'must have one of `moderation`, `presidio`, `webhook`.')
      continue
    }
    const said = { ...(key !== undefined && { key }), ...(model !== undefined && { model }), ...(language !== undefined && { language }) }
    if (checked(addresses[kind]!, ['detectors', called, kind], problem)) services[called] = { kind, url: addresses[kind]!, ...said, time, concurrency }
  }
  return services
}
