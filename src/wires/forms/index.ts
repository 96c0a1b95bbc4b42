/** Every dialect of the small forms that the gateway speaks to providers. */

import type { DialectName, FormName } from '../../canonical/forms.ts'
import { cohereEmbed } from './cohere-embed.ts'
import type { UpstreamDialect } from './dialect.ts'
import { geminiEmbed } from './gemini-embed.ts'
import { mistralModerations, openaiModerations } from './moderations.ts'
import { jinaEmbeddings, mistralEmbeddings, openaiEmbeddings, voyageEmbeddings } from './openai-embeddings.ts'
import { cohereRerank, jinaRerank, voyageRerank } from './rerank.ts'
import { titanEmbed } from './titan-embed.ts'

/** Those that only clients speak are not among them. */
const dialects: readonly UpstreamDialect[] = [
  openaiEmbeddings,
  mistralEmbeddings,
  voyageEmbeddings,
  jinaEmbeddings,
  cohereEmbed,
  geminiEmbed,
  titanEmbed,
  cohereRerank,
  jinaRerank,
  voyageRerank,
  openaiModerations,
  mistralModerations,
]

/** Bounded by the list. */
const byName: ReadonlyMap<DialectName, UpstreamDialect> = new Map(dialects.map((dialect) => [dialect.name, dialect]))

/** The dialect of that name. A place that names one of another form is a fault of ours. */
export function dialectOf<F extends FormName>(name: DialectName, form: F): UpstreamDialect<F> {
  const dialect = byName.get(name)
  if (dialect?.form !== form) throw new Error(`The dialect ${name} is not one of ${form}.`)
  return dialect as UpstreamDialect<F>
}
