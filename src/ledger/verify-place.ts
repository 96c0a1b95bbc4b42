/** What can be wrong with a log, and where. */

const wrongs = {
  missing: 'It is not there.',
  gone: 'The whole log is gone.',
  malformed: 'It is not of the form that the gateway writes.',
  signature: 'It is not signed by the key whose turn it is.',
  untrusted: 'The key that was given did not sign the last checkpoint, and vouched for none that did.',
  order: 'It counts fewer entries than the checkpoint before, or as many with another root.',
  edited: 'The entry is not the one that was written.',
  deleted: 'One or more entries that stood here are gone.',
  inserted: 'This entry was not written here.',
  reordered: 'The entries stand in another order than they were written in.',
  truncated: 'The entries end here, and more were written.',
  replaced: 'From here on, up to the next checkpoint, entries are not what was signed, and their hashes were changed with them.',
  hashes: 'The entry is as it was signed, and its hash is not.',
  segment_root: 'The root is not that of the segment.',
  unexplained: 'The content is gone, and no later entry tells of it.',
  rolled_back: 'This checkpoint was kept elsewhere, and counts more than the last one that the log has: the log was rolled back or cut off.',
  fork: 'This checkpoint was kept elsewhere, and tells another past than the log does.',
  noteless: 'There is no checkpoint in it.',
  unreadable: 'The operating system does not let it be read.',
} as const satisfies { readonly [what: string]: string }

export type WhatWrong = keyof typeof wrongs

export interface WrongPlace {
  /** In the folder of the log, or the path of checkpoints that were kept elsewhere. */
  readonly file: string
  /** From 1; of a note its first, of hashes their number. */
  readonly line: number
  /** Of the entry in the log, from 0; null where it is about no entry. */
  readonly position: number | null
  readonly what: WhatWrong
  readonly sentence: string
}

/** Ends the verifying of a log at its first wrong place. */
export class WrongAt extends Error {
  readonly place: WrongPlace

  constructor(what: WhatWrong, { file, line = 1, position = null }: { readonly file: string; readonly line?: number; readonly position?: number | null }) {
    super(wrongs[what])
    this.place = { file, line, position, what, sentence: wrongs[what] }
  }
}
