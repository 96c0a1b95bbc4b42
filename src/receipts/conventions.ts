/** Which version of OpenTelemetry's conventions our names are of: this place alone says it. */

/**
 * The last tagged version that has the names of generative AI, all of them in development. They have moved to a repository of their own
 * (https://github.com/open-telemetry/semantic-conventions-genai), which has no version yet that one could name.
 */
export const conventions = {
  version: '1.41.0',
  schemaUrl: 'https://opentelemetry.io/schemas/1.41.0',
  source: 'https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/registry/attributes',
} as const

/** The names of that version that signals bear, as its registry spells them; of a span's own fields, as its model does. */
export const conventionNames = {
  span: ['trace_id', 'parent_span_id'],
  general: ['cloud.region', 'enduser.pseudo.id', 'error.type', 'http.response.status_code', 'server.address', 'service.instance.id', 'service.version'],
  generative: [
    'gen_ai.conversation.id',
    'gen_ai.operation.name',
    'gen_ai.output.type',
    'gen_ai.provider.name',
    'gen_ai.request.choice.count',
    'gen_ai.request.max_tokens',
    'gen_ai.request.model',
    'gen_ai.request.stream',
    'gen_ai.request.temperature',
    'gen_ai.response.finish_reasons',
    'gen_ai.response.id',
    'gen_ai.response.model',
    'gen_ai.response.time_to_first_chunk',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.reasoning.output_tokens',
    'openai.response.service_tier',
    'openai.response.system_fingerprint',
  ],
} as const
