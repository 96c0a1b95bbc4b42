/** The surfaces of the small forms. */

import { cohereEmbed } from '../wires/forms/cohere-embed.ts'
import { geminiEmbed, geminiEmbedSingle } from '../wires/forms/gemini-embed.ts'
import { openaiModerations } from '../wires/forms/moderations.ts'
import { openaiEmbeddings } from '../wires/forms/openai-embeddings.ts'
import { cohereRerank } from '../wires/forms/rerank.ts'
import type { FormSurface } from './surface.ts'

/** With the version before it, and without, for clients that cannot add it. */
export const versioned = (path: string): readonly string[] => [`/v1${path}`, path]

/** The same, and as one vendor's package calls the paths of this API, whatever base URL it is given. */
export const compatible = (path: string): readonly string[] => [...versioned(path), `/openai/v1${path}`]

/** As Google's API has it: the path names the model, and what is asked of it. */
export const ofModel = (method: string): readonly string[] => [`/v1beta/models/*:${method}`, `/v1/models/*:${method}`, `/v1beta/*:${method}`]

export const formSurfaces: readonly FormSurface[] = [
  { name: 'openai-embeddings', operation: 'embeddings', paths: compatible('/embeddings'), wire: openaiEmbeddings },
  { name: 'cohere-embed', operation: 'embeddings', paths: ['/v2/embed'], wire: cohereEmbed },
  { name: 'gemini-embed', operation: 'embeddings', paths: ofModel('batchEmbedContents'), asks: 'whole', wire: geminiEmbed },
  { name: 'gemini-embed-single', operation: 'embeddings', paths: ofModel('embedContent'), asks: 'whole', wire: geminiEmbedSingle },
  { name: 'cohere-rerank', operation: 'rerank', paths: [...versioned('/rerank'), '/v2/rerank'], wire: cohereRerank },
  { name: 'openai-moderations', operation: 'moderations', paths: versioned('/moderations'), wire: openaiModerations, model: 'omni-moderation-latest' },
]
