/** Everything on: what a call is governed by in the lane of that name. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { originOf } from './process.ts'

const counted = { scope: 'all', amount: 1_000_000_000, window: '1m' }

const limits = {
  requests: { ...counted, measure: 'requests', each: ['key'] },
  tokens: { ...counted, measure: 'tokens', each: ['key'], amount: 1_000_000_000_000 },
  models: { ...counted, measure: 'requests', each: ['model'] },
}

const spent = { scope: 'all', amount_usd: '100000.00' }
const budgets = {
  tenant: { ...spent, each: ['tenant'], period: 'month' },
  key: { ...spent, each: ['key'], period: 'day' },
  model: { ...spent, each: ['model'], period: 'week' },
}

/** Fifteen that are about other models, and five that are looked at on every call and come true on none; two detectors look at each prompt. */
const rules = [
  ...Array.from({ length: 15 }, (_, at) => ({
    id: `other-${at}`,
    description: 'of another model',
    when: `request.model == "other-${at}" && cost_usd > 1.0`,
    outcome: 'BLOCK',
  })),
  { id: 'secrets', description: 'keys stay here', when: 'secrets.count > 0', outcome: 'BLOCK' },
  { id: 'people', description: 'many people', when: 'pii.count > 20', outcome: 'REVIEW' },
  { id: 'dear', description: 'a dear call', when: 'cost_usd > 50.0', outcome: 'REVIEW' },
  { id: 'long', description: 'a long prompt', when: 'request.tokens > 200000', outcome: 'BLOCK' },
  { id: 'full', description: 'little is left', when: 'budget.ratio > 0.95 && request.max_tokens > 4000', outcome: 'BLOCK' },
]

const policy = { version: '1', name: 'bench', scope: 'all', mode: 'enforce', rules }

/** Tells a gateway that runs all of it. Rejects where it does not take it. */
export async function govern(port: number, folder: string): Promise<void> {
  const authorization = `Bearer ${readFileSync(join(folder, 'admin.key'), 'utf8').trim()}`
  const put = async (path: string, body: object) => {
    const answer = await fetch(`${originOf(port)}/_omni/${path}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} was refused: ${await answer.text()}`)
  }
  for (const [id, limit] of Object.entries(limits)) await put(`limits/${id}`, limit)
  for (const [id, budget] of Object.entries(budgets)) await put(`budgets/${id}`, budget)
  await put('policies/bench', policy)
}
