/**
 * Cuts a `multipart/form-data` body while it comes, however its bytes are split, and says where each part stands: the bytes themselves stay
 * with whoever passes them on. https://www.rfc-editor.org/rfc/rfc7578
 *
 * What two readers could read in two ways is refused: a preamble, an epilogue, padding behind a boundary, a name with escapes. No client sends
 * them, and the provider behind us must not find another model in the body than we did.
 */

/** The head of a part. */
export interface Part {
  readonly name: string
  /** As the client spelled it; undefined where the part is a plain field. */
  readonly fileName?: string
  /** The part's media type as it was sent. */
  readonly type?: string
}

/** Offsets count bytes from the beginning of the body. */
export type Cut =
  /** A part's data begins at `at`. */
  | { readonly kind: 'open'; readonly part: Part; readonly at: number }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** The open part's data ended before `at`. */
  | { readonly kind: 'close'; readonly at: number }

/** Thrown where the bytes are no such body. Its message is ours: it may be told. */
export class MultipartFault extends Error {}

/** Bytes of one part's head. */
const mostHead = 8 * 1024
/** Parts of one body. */
const mostParts = 512

/** The boundary that a `content-type` header names; undefined where it is no `multipart/form-data`, or names none or two. */
export function boundaryOf(contentType: string): string | undefined {
  const found = /^multipart\/form-data *((?:; *[\w-]+=(?:"[^"\\]*"|[^\s";]+) *)+)$/i.exec(contentType)?.[1]
  const named = [...(found ?? '').matchAll(/; *boundary=("?)([\w'()+,./:=? -]{0,69}[\w'()+,./:=?-])\1 *(?=;|$)/gi)]
  return named.length === 1 && found!.match(/boundary=/gi)!.length === 1 ? named[0]![2] : undefined
}

type State = 'first' | 'mark' | 'head' | 'data' | 'closed'

export class MultipartCutter {
  readonly #delimiter: Buffer
  #state: State = 'first'
  /** What was not decided yet: shorter than a part's head, or than a delimiter. */
  #rest: Buffer = nothing
  /** Where `#rest` begins. */
  #at = 0
  #parts = 0

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** Whether the last boundary has come: what is cut off before it is not whole. */
  get isClosed(): boolean {
    return this.#state === 'closed' && (this.#rest.length === 0 || this.#rest.equals(lineEnd))
  }

  /** Throws `MultipartFault`. */
  push(chunk: Buffer): readonly Cut[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const cuts: Cut[] = []
    while (this.#step(cuts));
    return cuts
  }

  /** Whether there is more to be found in what is here. */
  #step(cuts: Cut[]): boolean {
    switch (this.#state) {
      case 'first':
        return this.#takeFirst()
      case 'mark':
        return this.#takeMark()
      case 'head':
        return this.#takeHead(cuts)
      case 'data':
        return this.#takeData(cuts)
      case 'closed':
        if (!lineEnd.subarray(0, this.#rest.length).equals(this.#rest)) throw new MultipartFault('bytes behind its last boundary')
        return false
    }
  }

  #takeFirst(): boolean {
    const first = this.#delimiter.subarray(lineEnd.length)
    const seen = Math.min(first.length, this.#rest.length)
    if (!first.subarray(0, seen).equals(this.#rest.subarray(0, seen))) throw new MultipartFault('no boundary at its beginning')
    return seen === first.length && this.#goOn(first.length, 'mark')
  }

  /** Behind a boundary: another part, or the end. */
  #takeMark(): boolean {
    if (this.#rest.length < lineEnd.length) return false
    const mark = this.#rest.toString('latin1', 0, lineEnd.length)
    if (mark !== '\r\n' && mark !== '--') throw new MultipartFault('something behind a boundary that is neither a new line nor its end')
    return this.#goOn(mark.length, mark === '--' ? 'closed' : 'head')
  }

  #takeHead(cuts: Cut[]): boolean {
    const end = this.#rest.indexOf('\r\n\r\n')
    if ((end === -1 ? this.#rest.length : end) > mostHead) throw new MultipartFault('a part whose headers are too long')
    if (end === -1) return false
    if ((this.#parts += 1) > mostParts) throw new MultipartFault(`more than ${mostParts} parts`)
    const part = readHead(this.#rest.toString('utf8', 0, end))
    this.#goOn(end + 4, 'data')
    cuts.push({ kind: 'open', part, at: this.#at })
    return true
  }

  #takeData(cuts: Cut[]): boolean {
    const end = this.#rest.indexOf(this.#delimiter)
    const sure = end === -1 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : end
    if (sure > 0) cuts.push({ kind: 'data', bytes: this.#rest.subarray(0, sure) })
    this.#goOn(sure, 'data')
    if (end === -1) return false
    cuts.push({ kind: 'close', at: this.#at })
    return this.#goOn(this.#delimiter.length, 'mark')
  }

  #goOn(taken: number, state: State): true {
    this.#rest = this.#rest.subarray(taken)
    this.#at += taken
    this.#state = state
    return true
  }
}

const nothing = Buffer.alloc(0)
const lineEnd = Buffer.from('\r\n')

function readHead(head: string): Part {
  const fields = new Map<string, string>()
  for (const line of head.split('\r\n')) {
    const [, name, value] = /^([\w-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined || fields.has(name.toLowerCase())) throw new MultipartFault('a part whose headers cannot be read')
    fields.set(name.toLowerCase(), value!)
  }
  const encoding = fields.get('content-transfer-encoding')
  if (encoding !== undefined && !/^(binary|7bit|8bit)$/i.test(encoding)) throw new MultipartFault('a part in another encoding')
  const { name, filename } = readDisposition(fields.get('content-disposition') ?? '')
  const type = fields.get('content-type')
  return { name, ...(filename !== undefined && { fileName: filename }), ...(type !== undefined && { type }) }
}

const parameter = /; *([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+)) */g

function readDisposition(text: string): { readonly name: string; readonly filename: string | undefined } {
  const given = new Map<string, string>()
  const rest = text.replace(/^form-data */i, '').replace(parameter, (_all, key: string, quoted?: string, plain?: string) => {
    if (given.has(key.toLowerCase())) throw new MultipartFault('a part with two names')
    given.set(key.toLowerCase(), quoted ?? plain ?? '')
    return ''
  })
  const name = given.get('name')
  if (rest !== '' || name === undefined || name === '' || /[\\%]/.test(name) || given.has('name*')) throw new MultipartFault('a part without a plain name')
  return { name, filename: given.get('filename') ?? given.get('filename*') }
}
