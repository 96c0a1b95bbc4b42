/** The surfaces of the small forms. */

import { openaiEmbeddings } from '../wires/forms/openai-embeddings.ts'
import type { FormSurface } from './surface.ts'

/** With the version before it, and without, for clients that cannot add it. */
export const versioned = (path: string): readonly string[] => [`/v1${path}`, path]

export const formSurfaces: readonly FormSurface[] = [
  { name: 'openai-embeddings', operation: 'embeddings', paths: versioned('/embeddings'), wire: openaiEmbeddings },
]
