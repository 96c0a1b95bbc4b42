/** What vectors are for, in the words of each vendor. */

import type { Json } from '../../base/json.ts'
import type { EmbeddingTask } from '../../canonical/forms.ts'

/** A dialect's words for the tasks that it knows. */
export type TaskWords = { readonly [task in EmbeddingTask]?: string }

/** https://docs.cohere.com/reference/embed */
export const cohereTasks: TaskWords = { query: 'search_query', document: 'search_document', classification: 'classification', clustering: 'clustering' }

/** https://docs.voyageai.com/reference/embeddings-api */
export const voyageTasks: TaskWords = { query: 'query', document: 'document' }

/** https://api.jina.ai/redoc */
export const jinaTasks: TaskWords = {
  query: 'retrieval.query',
  document: 'retrieval.passage',
  similarity: 'text-matching',
  classification: 'classification',
  clustering: 'separation',
}

/** https://ai.google.dev/api/embeddings#tasktype */
export const geminiTasks: TaskWords = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  code_query: 'CODE_RETRIEVAL_QUERY',
  question: 'QUESTION_ANSWERING',
  fact_check: 'FACT_VERIFICATION',
}

/** https://docs.nvidia.com/nim/nemo-retriever/text-embedding/latest/reference.html */
const nimTasks: TaskWords = { query: 'query', document: 'passage' }

/** Every vendor's words are told apart by themselves, so clients may use any of them. */
const tasks: ReadonlyMap<string, EmbeddingTask> = new Map(
  [cohereTasks, voyageTasks, jinaTasks, geminiTasks, nimTasks].flatMap((words) => Object.entries(words).map(([task, word]) => [word, task as EmbeddingTask])),
)

export function readTask(word: Json | undefined): EmbeddingTask | undefined {
  return typeof word === 'string' ? tasks.get(word) : undefined
}

/** The tasks that are kinds of asking, for vendors that know no finer ones. */
const queries: ReadonlySet<EmbeddingTask> = new Set<EmbeddingTask>(['code_query', 'question', 'fact_check'])

export function taskWord(words: TaskWords, task: EmbeddingTask): string | undefined {
  return words[task] ?? (queries.has(task) ? words.query : undefined)
}
