/**
 * A scripted provider for tests, yours too: `await using upstream = await startUpstream(openai.speak('Hello'))`, point a gateway or an SDK at
 * `upstream.url`, and read `upstream.requests`. A script is an answer, a list of answers in turn, or a function from the request; an answer is a list of steps.
 */

export type { Ending } from '../../src/chaos/connection.ts'
export { startUpstream, type Received, type Script, type Upstream, type UpstreamOptions } from './upstream.ts'
export * from './answer.ts'
export * as bedrock from './bedrock.ts'
export * as cohere from './cohere.ts'
export * as gemini from './gemini.ts'
export * as openai from './openai.ts'
export * as messages from './messages.ts'
export * as responses from './responses.ts'
export type { Call, Counts, Saying, Stop, Words } from './saying.ts'
export { certificate, type CertificateOptions } from './certificate.ts'
export { openBlackHole, type BlackHole } from './black-hole.ts'
