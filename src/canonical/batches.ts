/** Cutting a request of a small form into several that a provider takes, and joining their answers in order. */

import type { Usage } from './chat.ts'
import type { EmbeddingAnswer, EmbeddingRequest, FormName, Forms, ModerationAnswer, ModerationRequest } from './forms.ts'

/** How a form is cut and joined, where the answer to a whole is the answers to its parts. */
interface Batch<F extends FormName> {
  /** Parts of at most so many pieces. */
  cut(request: Forms[F]['request'], most: number): readonly Forms[F]['request'][]
  /** `usage` is the sum. */
  join(answers: readonly Forms[F]['answer'][], usage: Usage): Forms[F]['answer']
}

const embeddings: Batch<'embeddings'> = {
  cut: (request: EmbeddingRequest, most) => cutList(request.inputs, most).map((inputs) => ({ ...request, inputs })),
  join: (answers: readonly EmbeddingAnswer[], usage) => ({ ...answers[0]!, usage, vectors: answers.flatMap(({ vectors }) => vectors) }),
}

const moderations: Batch<'moderations'> = {
  cut: (request: ModerationRequest, most) => cutList(request.inputs, most).map((inputs) => ({ ...request, inputs })),
  join: (answers: readonly ModerationAnswer[], usage) => ({ ...answers[0]!, usage, moderations: answers.flatMap((answer) => answer.moderations) }),
}

const batches: { readonly [F in FormName]?: Batch<F> } = { embeddings, moderations }

/** The request itself where it need not be cut, or cannot. */
export function cutRequest<F extends FormName>(form: F, request: Forms[F]['request'], most = Infinity): readonly Forms[F]['request'][] {
  const parts = request.rest.shaping === undefined ? batchOf(form)?.cut(request, most) : undefined
  return parts === undefined || parts.length < 2 ? [request] : parts
}

/** Of at least one answer; what was told of only some parts is not told of the whole. */
export function joinAnswers<F extends FormName>(form: F, answers: readonly Forms[F]['answer'][]): Forms[F]['answer'] {
  return answers.length === 1 ? answers[0]! : batchOf(form)!.join(answers, sumUsage(answers.map(({ usage }) => usage)))
}

const batchOf = <F extends FormName>(form: F): Batch<F> | undefined => batches[form]

function cutList<T>(list: readonly T[], most: number): readonly (readonly T[])[] {
  if (list.length <= most) return [list]
  return Array.from({ length: Math.ceil(list.length / most) }, (_, at) => list.slice(at * most, (at + 1) * most))
}

function sumUsage(told: readonly Usage[]): Usage {
  const sum = (word: 'input' | 'output' | 'imageInput' | 'audioInput') =>
    told.every((usage) => usage[word] !== undefined) ? { [word]: told.reduce((total, usage) => total + usage[word]!, 0) } : {}
  return { ...sum('input'), ...sum('output'), ...sum('imageInput'), ...sum('audioInput') }
}
