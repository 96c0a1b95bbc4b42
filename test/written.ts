/** What we write on OpenAI's surfaces, as OpenAI's own package types it, and the closed list of what we say beyond that. */

import type OpenAI from 'openai'

type With<Whole, Part> = Omit<Whole, keyof Part> & Part

/** The words that were cited, as OpenRouter tells them. https://openrouter.ai/docs/guides/features/plugins/web-search */
type Cited = With<
  OpenAI.ChatCompletionMessage.Annotation,
  { readonly url_citation: OpenAI.ChatCompletionMessage.Annotation.URLCitation & { readonly content?: string } }
>

/** Where Google's proof of a thought travels. https://ai.google.dev/gemini-api/docs/thought-signatures */
interface Proven {
  readonly extra_content?: { readonly google: { readonly thought_signature: string } }
}

/** Fields that OpenAI's API does not have, and whose they are. */
interface Beyond extends Proven {
  readonly annotations?: readonly Cited[]
  /** What the model thought, as DeepSeek, Qwen and most clients spell it. https://api-docs.deepseek.com/guides/reasoning_model */
  readonly reasoning_content?: string
  /** Thoughts that are signed or sealed, to be brought back. https://openrouter.ai/docs/use-cases/reasoning-tokens */
  readonly reasoning_details?: readonly { readonly type: string; readonly index: number; readonly format?: string | null; readonly [field: string]: unknown }[]
  /** Pictures that the model made. https://openrouter.ai/docs/guides/overview/multimodal/image-generation */
  readonly images?: readonly { readonly type: 'image_url'; readonly image_url: { readonly url: string } }[]
}

type Message = With<OpenAI.ChatCompletionMessage, Beyond & { readonly tool_calls?: readonly (OpenAI.ChatCompletionMessageToolCall & Proven)[] }>
type Delta = With<
  OpenAI.ChatCompletionChunk.Choice.Delta,
  Beyond & { readonly tool_calls?: readonly (OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall & Proven)[] }
>

/** Of a call of a custom tool the API tells the status; the package knows that only of such calls in requests. */
type Item<Of = OpenAI.Responses.ResponseOutputItem> = Of extends OpenAI.Responses.ResponseCustomToolCall
  ? Of & { readonly status?: OpenAI.Responses.ResponseFunctionToolCall['status'] }
  : Of

/** Clients know the code `context_length_exceeded`, which the API tells and the package does not list: Codex shortens its history by it. */
type Fault = With<OpenAI.Responses.ResponseError, { readonly code: OpenAI.Responses.ResponseError['code'] | 'context_length_exceeded' }>

/** The API tells whether an answer is stored. `output_text` is the package's own. */
type Response = With<
  Omit<OpenAI.Responses.Response, 'output_text'>,
  { readonly output: readonly Item[]; readonly error: Fault | null; readonly store?: boolean }
>

/** The name of the function stands in OpenAI's OpenAPI document. */
type Event<Of = OpenAI.Responses.ResponseStreamEvent> = Of extends { response: unknown }
  ? With<Of, { readonly response: Response }>
  : Of extends { item: OpenAI.Responses.ResponseOutputItem }
    ? With<Of, { readonly item: Item }>
    : Of extends OpenAI.Responses.ResponseFunctionCallArgumentsDoneEvent
      ? Of & { readonly name?: string }
      : Of

/** The rest is what Whisper measures of itself: vendors who tell none of it get nothing made up. */
type Segment = Pick<OpenAI.Audio.TranscriptionSegment, 'id' | 'text' | 'start' | 'end'> & Partial<OpenAI.Audio.TranscriptionSegment>

/** By the name that tests call each by. */
export interface Written {
  readonly 'chat answer': With<OpenAI.ChatCompletion, { readonly choices: readonly With<OpenAI.ChatCompletion.Choice, { readonly message: Message }>[] }>
  readonly 'chat chunk': With<OpenAI.ChatCompletionChunk, { readonly choices: readonly With<OpenAI.ChatCompletionChunk.Choice, { readonly delta: Delta }>[] }>
  readonly response: Response
  readonly 'response event': Event
  /** Also a frame of a stream, which the package types as an answer that has finished. */
  readonly completion: With<
    OpenAI.Completion,
    { readonly choices: readonly With<OpenAI.CompletionChoice, { readonly finish_reason: OpenAI.CompletionChoice['finish_reason'] | null }>[] }
  >
  readonly 'count of tokens': OpenAI.Responses.InputTokenCountResponse
  /** Mistral's package wants an `id`. OpenAI's decodes base64 by itself, and types what comes of it. */
  readonly embeddings: With<
    OpenAI.CreateEmbeddingResponse,
    { readonly id?: string; readonly data: readonly With<OpenAI.Embedding, { readonly embedding: readonly number[] | string }>[] }
  >
  readonly moderations: OpenAI.ModerationCreateResponse
  readonly transcript: OpenAI.Audio.Transcription
  /** The API's own examples tell the task. */
  readonly 'transcript in detail': With<OpenAI.Audio.TranscriptionVerbose, { readonly segments?: readonly Segment[]; readonly task?: 'transcribe' }>
  readonly images: OpenAI.ImagesResponse
  readonly error: { readonly error: OpenAI.ErrorObject }
}
