/** Fields of Chat Completions that few but its inventor serve. Strict servers refuse a request that carries one; without them the answer has the same shape. */

export const vendorHints = ['store', 'metadata', 'prediction', 'prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'verbosity'] as const
