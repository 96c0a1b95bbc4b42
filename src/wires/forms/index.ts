/** Every dialect of the small forms that the gateway speaks to providers. */

import type { DialectName, FormName } from '../../canonical/forms.ts'
import type { UpstreamDialect } from './dialect.ts'
import { jinaEmbeddings, mistralEmbeddings, openaiEmbeddings, voyageEmbeddings } from './openai-embeddings.ts'

/** Those that only clients speak are not among them. */
const dialects: { readonly [name in DialectName]?: UpstreamDialect } = {
  'openai-embeddings': openaiEmbeddings,
  'mistral-embeddings': mistralEmbeddings,
  'voyage-embeddings': voyageEmbeddings,
  'jina-embeddings': jinaEmbeddings,
}

/** The dialect of that name. The form is the caller's to know: a provider's place says both. */
export function dialectOf<F extends FormName>(name: DialectName, form: F): UpstreamDialect<F> {
  const dialect = dialects[name]
  if (dialect?.form !== form) throw new Error(`The dialect ${name} is not one of ${form}.`)
  return dialect as UpstreamDialect<F>
}
