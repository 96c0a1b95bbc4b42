/** Token counts, read and written. The wire counts cached tokens beside the input; the form counts them in. */

import type { Json, JsonObject } from '../../base/json.ts'
import { present } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { asList, kept, own } from './own.ts'

export function readUsage(usage: JsonObject): Usage {
  const { inputTokens, outputTokens, totalTokens, cacheReadInputTokens, cacheWriteInputTokens, ...fields } = usage
  const [plain, output] = [countOf(inputTokens), countOf(outputTokens)]
  const [cacheRead, cacheWrite] = [countOf(cacheReadInputTokens), countOf(cacheWriteInputTokens)]
  const input = plain === undefined ? undefined : plain + (cacheRead ?? 0) + (cacheWrite ?? 0)
  const details = asList(fields.cacheDetails)
  const hour = details.length === 0 ? undefined : details.reduce((sum, { ttl, inputTokens: tokens }) => sum + (ttl === '1h' ? (countOf(tokens) ?? 0) : 0), 0)
  if (totalTokens !== undefined && totalTokens !== (input ?? 0) + (output ?? 0)) fields.totalTokens = totalTokens
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(hour !== undefined && { cacheWriteHour: hour }),
    ...kept(fields),
  }
}

/** What a provider says is not believed blindly: a count is a number of things. */
function countOf(value: Json | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

export function writeUsage({ input = 0, output = 0, cacheRead, cacheWrite, cacheWriteHour: hour, rest }: Usage): JsonObject {
  const written = cacheWrite ?? 0
  return present({
    inputTokens: Math.max(0, input - (cacheRead ?? 0) - written),
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: cacheWrite,
    cacheDetails: hour === undefined ? undefined : writeDetails(written, hour),
    ...own(rest),
  })
}

function writeDetails(written: number, hour: number): JsonObject[] {
  const details = [
    { ttl: '5m', inputTokens: written - hour },
    { ttl: '1h', inputTokens: hour },
  ]
  return details.filter(({ inputTokens }) => inputTokens > 0)
}
