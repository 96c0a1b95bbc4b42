/** What the gateway and the database's thread say to each other. */

import type { CounterAsk, CounterState } from '../../policy/counter.ts'
import type { StorageReason } from '../errors.ts'
import type { Progress } from '../store.ts'
import type { PackedEntries } from './packed.ts'

export type Value = string | number | bigint | null | Uint8Array

export type Request =
  | { readonly kind: 'open'; readonly file: string; readonly busyMs: number }
  | { readonly kind: 'query'; readonly sql: string; readonly parameters: readonly Value[] }
  | { readonly kind: 'append'; readonly batch: Batch }
  | { readonly kind: 'addUp' }
  | { readonly kind: 'backup'; readonly file: string }
  | { readonly kind: 'count'; readonly file: string; readonly busyMs: number }
  | { readonly kind: 'attach'; readonly file: string }
  | { readonly kind: 'detach' }
  | { readonly kind: 'exchange'; readonly instance: string; readonly asks: readonly CounterAsk[] }
  | { readonly kind: 'keep'; readonly instance: string; readonly ms: number }
  | { readonly kind: 'leave'; readonly instance: string }
  | { readonly kind: 'close' }

export interface Batch {
  readonly entries: PackedEntries
  readonly progress: Progress | undefined
}

export interface Rows {
  readonly rows: readonly unknown[]
  readonly changes: number
}

/** What each kind of request is answered with. */
export interface Answers {
  readonly open: undefined
  readonly query: Rows
  readonly append: undefined
  readonly addUp: undefined
  readonly backup: undefined
  readonly count: undefined
  readonly attach: undefined
  readonly detach: undefined
  readonly exchange: { readonly at: number; readonly states: readonly CounterState[] }
  readonly keep: undefined
  readonly leave: undefined
  readonly close: undefined
}

export interface Asked {
  readonly number: number
  readonly request: Request
}

export type Reply =
  | { readonly number: number; readonly value: Answers[Request['kind']] }
  | { readonly number: number; readonly reason: StorageReason; readonly message: string; readonly code: string | undefined }
