/** Which version of OpenTelemetry's conventions our names are of: this place alone says it. */

/**
 * The conventions for generative AI have a repository of their own, no tags yet, and every `gen_ai.*` name is in development: a version is a
 * commit. https://github.com/open-telemetry/semantic-conventions-genai/blob/67dff024110be5bd9f318006e733f4078e0f4c97/model/manifest.yaml
 */
export const conventions = {
  schemaUrl: 'https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev',
  source: 'https://github.com/open-telemetry/semantic-conventions-genai/tree/67dff024110be5bd9f318006e733f4078e0f4c97',
  /** The general conventions that it builds on. */
  core: '1.44.0',
} as const

/** The names of that version that signals bear, as its registry and the general one spell them; of a span's own fields, those of its model. */
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
    'gen_ai.usage.audio.input_tokens',
    'gen_ai.usage.audio.output_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.image.input_tokens',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.reasoning.output_tokens',
    'openai.response.service_tier',
    'openai.response.system_fingerprint',
  ],
} as const
