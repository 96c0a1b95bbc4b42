/** What the gateway and the database's thread say to each other. */

import type { Column } from '../columns.ts'
import type { StorageReason } from '../errors.ts'

export type Value = string | number | bigint | null | Uint8Array

export type Request =
  | { readonly kind: 'open'; readonly file: string; readonly busyMs: number }
  | { readonly kind: 'query'; readonly sql: string; readonly parameters: readonly Value[] }
  | { readonly kind: 'columns'; readonly columns: readonly Column[] }
  /** Lines of JSON, joined by line feeds: one string crosses much faster than the objects would. */
  | { readonly kind: 'append'; readonly lines: string }
  | { readonly kind: 'backup'; readonly file: string }
  | { readonly kind: 'close' }

export interface Rows {
  readonly rows: readonly unknown[]
  readonly changes: number
}

/** What each kind of request is answered with. */
export interface Answers {
  readonly open: undefined
  readonly query: Rows
  readonly columns: undefined
  readonly append: undefined
  readonly backup: undefined
  readonly close: undefined
}

export interface Asked {
  readonly number: number
  readonly request: Request
}

export type Reply =
  | { readonly number: number; readonly value: Answers[Request['kind']] }
  | { readonly number: number; readonly reason: StorageReason; readonly message: string; readonly code: string | undefined }
