/** The rules of all documents that may be about the calls of one caller, compiled. */

export interface Rules {
  /** Of the documents that they are from. */
  readonly version: string
}
