/** How far a log is in the index. */

export interface Progress {
  /** The id of a log. */
  readonly log: string
  /** The position up to which its entries are in the index: the first that is not. */
  readonly indexed: number
}
