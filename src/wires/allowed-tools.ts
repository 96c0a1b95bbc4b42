/** A choice among some of the tools alone: other wires have no word for it, and are offered no others. */

import type { ChatRequest, Tool, WireName } from '../canonical/chat.ts'

export function offerAllowed(request: ChatRequest, wire: WireName): ChatRequest {
  const { toolChoice, tools, rest } = request
  if (rest.wire === wire || toolChoice?.allowed === undefined) return request
  const { allowed, ...choice } = toolChoice
  const { [allowed.field]: _, ...fields } = rest.fields
  return {
    ...request,
    tools: tools.filter((tool) => tool.type === 'hosted' || namesOf(tool).some((name) => allowed.names.includes(name))),
    toolChoice: choice,
    rest: { ...rest, fields },
  }
}

/** Also as the client spelled it, where the form calls it otherwise: a tool in a namespace is allowed by either name. */
function namesOf({ name, rest }: Tool): string[] {
  return [name, rest?.spelled?.name, rest?.spelled?.namespace].filter((known) => known !== undefined)
}
