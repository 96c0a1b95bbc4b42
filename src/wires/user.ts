/** Who a client's user is, where the target bounds its length. */

import type { ChatRequest, WireName } from '../canonical/chat.ts'

/** OpenAI refuses longer ones, and Claude Code's is a JSON of 200 characters: https://platform.openai.com/docs/api-reference/chat/create#chat_create-safety_identifier */
const longestUser = 64

/** A client of the wire itself knows what it sends. */
export const isLongUser = ({ user = '', rest }: ChatRequest, wire: WireName): boolean => user.length > longestUser && rest.wire !== wire
