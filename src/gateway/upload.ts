/** A form with files on its way in: its fields are read, and its bytes kept or passed on, so that no file is ever in memory whole. */

import { createHash } from 'node:crypto'
import { present, type Json, type JsonObject } from '../base/json.ts'
import { MultipartCutter, MultipartFault, type Cut, type Part } from '../base/multipart.ts'
import type { ByteSource } from '../base/source.ts'
import { Spool, SpoolFull, type SpoolTerms } from '../base/spool.ts'
import { Failure } from '../canonical/failure.ts'
import type { StreamedBody } from '../upstream/exchange.ts'
import { forbiddenFields } from '../wires/check.ts'
import { extensionFields } from './extensions.ts'

/** Bytes of all fields that are no files: they are held in memory. */
const mostText = 4 * 1024 * 1024

/** A part, by its place in the body. */
interface Placed {
  readonly part: Part
  readonly from: number
  readonly to: number
}

export interface UploadTerms extends SpoolTerms {
  readonly boundary: string
  /** As the client announced it; undefined where it did not. */
  readonly length: number | undefined
}

/** One upload, from its first byte until it is closed. */
export class Upload {
  /** Texts, and lists where a name came several times. It grows until the whole form has come. */
  readonly fields: JsonObject = Object.create(null) as JsonObject
  readonly #source: ByteSource
  readonly #length: number | undefined
  readonly #cutter: MultipartCutter
  /** What has come and was not passed on yet. */
  readonly #spool: Spool
  /** The names and places of the files; bounded by the parts of a form. */
  readonly #files: Placed[] = []
  #model: Placed | undefined
  #open: { readonly part: Part; readonly from: number; readonly pieces: Buffer[] } | undefined
  #textLength = 0
  #isWhole = false
  /** Bytes have gone on to a provider that are kept nowhere. */
  #hasPassed = false

  constructor(source: ByteSource, { boundary, length, ...terms }: UploadTerms) {
    this.#source = source
    this.#length = length
    this.#cutter = new MultipartCutter(boundary)
    this.#spool = new Spool(terms)
  }

  /** Bytes that are known of. */
  get size(): number {
    return this.#length ?? this.#spool.length
  }

  /** Whether it can be given once more, to another target or the same. */
  get canRepeat(): boolean {
    return !this.#hasPassed
  }

  /** Reads until a file begins and the model is known, or to the end. */
  async untilNamed(): Promise<void> {
    while (!this.#isWhole && !(this.#model !== undefined && this.#open?.part.fileName !== undefined)) await this.#keepMore()
  }

  /** Reads to the end: what has come can be given as often as needed. */
  async gather(): Promise<void> {
    while (!this.#isWhole) await this.#keepMore()
  }

  /** The form as it came, but for the model's name; what has not come yet is passed on as it comes. */
  form(model: string): StreamedBody {
    const name = Buffer.from(model)
    const { from, to } = this.#model ?? { from: 0, to: 0 }
    const pieces: ByteSource[] = this.#model === undefined ? [this.#spool.read()] : [this.#spool.read(0, from), once(name), this.#spool.read(to)]
    const grown = this.#model === undefined ? 0 : name.length - (to - from)
    const known = this.#isWhole ? this.#spool.length : this.#length
    return { length: known === undefined ? undefined : known + grown, ...this.#chain(pieces) }
  }

  /** The one file of a form that was gathered. Throws `Failure` where there is none, or more. */
  file(): { readonly part: Part; readonly body: StreamedBody } {
    const [file] = this.#files
    if (file === undefined) throw new Failure('missing_parameter', '`file` is missing.', { param: 'file' })
    if (this.#files.length > 1) throw new Failure('unsupported_parameter', 'The model’s provider takes one file.', { param: this.#files[1]!.part.name })
    const { part, from, to } = file
    return { part, body: { length: to - from, ...this.#spool.read(from, to) } }
  }

  /** The files of a form that was gathered, as what is kept of them may say: their names, and the SHA-256 of their bytes. */
  async describe(): Promise<JsonObject[]> {
    const told: JsonObject[] = []
    for (const { part, from, to } of this.#files) {
      const { name, fileName, type } = part
      told.push(present({ name, file_name: fileName, type, sha256: await digestOf(this.#spool.read(from, to)) }))
    }
    return told
  }

  /** Never throws: a file without a name goes with the process at the latest. */
  close(): void {
    this.#source.stop()
    this.#spool.close().catch(() => {})
  }

  /** One after the other, and then what still comes. */
  #chain(pieces: ByteSource[]): ByteSource {
    let isStopped = false
    return {
      next: async () => {
        for (;;) {
          if (isStopped) return undefined
          const chunk = await pieces[0]?.next()
          if (chunk !== undefined && chunk.length > 0) return chunk
          if (pieces.shift() === undefined) return this.#isWhole ? undefined : this.#passMore()
        }
      },
      stop: () => {
        isStopped = true
        if (this.#hasPassed) this.#source.stop()
      },
    }
  }

  async #keepMore(): Promise<void> {
    const chunk = await this.#more()
    if (chunk === undefined) return
    try {
      await this.#spool.write(chunk)
    } catch (error) {
      throw error instanceof SpoolFull ? new Failure('overloaded', 'The gateway holds too many uploads to keep another.', { cause: error }) : error
    }
  }

  #passMore(): Promise<Buffer | undefined> {
    this.#hasPassed = true
    return this.#more()
  }

  /** The next bytes, read before anyone gets them: no provider finds in them what we did not. */
  async #more(): Promise<Buffer | undefined> {
    const chunk = await this.#source.next()
    if (chunk === undefined) {
      this.#isWhole = true
      if (!this.#cutter.isClosed) throw new Failure('bad_request', 'The form ends before its last boundary.')
      return undefined
    }
    for (const cut of this.#cut(chunk)) this.#read(cut)
    return chunk
  }

  #cut(chunk: Buffer): readonly Cut[] {
    try {
      return this.#cutter.push(chunk)
    } catch (error) {
      if (error instanceof MultipartFault) throw new Failure('bad_request', `The form has ${error.message}.`, { cause: error })
      throw error
    }
  }

  #read(cut: Cut): void {
    if (cut.kind === 'open') {
      this.#open = { part: cut.part, from: cut.at, pieces: [] }
      return checkName(cut.part)
    }
    const { part, from, pieces } = this.#open!
    if (cut.kind === 'data') {
      if (part.fileName !== undefined) return
      this.#textLength += cut.bytes.length
      if (this.#textLength > mostText) throw new Failure('request_too_large', `The texts of the form are longer than ${mostText} bytes.`)
      pieces.push(cut.bytes)
      return
    }
    this.#open = undefined
    const placed = { part, from, to: cut.at }
    if (part.fileName !== undefined) return void this.#files.push(placed)
    if (part.name === 'model') this.#model = this.#once(placed)
    this.#tell(part.name, Buffer.concat(pieces).toString('utf8'))
  }

  #once(placed: Placed): Placed {
    if (this.#model !== undefined) throw new Failure('duplicate_key', '`model` stands in the form twice.', { param: 'model' })
    return placed
  }

  #tell(name: string, value: string): void {
    const before: Json | undefined = this.fields[name]
    this.fields[name] = before === undefined ? (name.endsWith('[]') ? [value] : value) : [...[before].flat(), value]
  }
}

async function digestOf(source: ByteSource): Promise<string> {
  const hash = createHash('sha256')
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) hash.update(chunk)
  return hash.digest('hex')
}

function checkName({ name, fileName }: Part): void {
  if (name === 'model' && fileName !== undefined) throw new Failure('invalid_type', '`model` must be a text, not a file.', { param: 'model' })
  // Some servers take case for nothing, leave spaces out, or read a list's last as the one.
  if (name !== 'model' && /^\s*model\s*(\[.*)?$/i.test(name))
    throw new Failure('bad_request', 'The form has a part that might be read as `model`.', { param: 'model' })
  // The fields before a file are checked with the request; those behind it come when the provider is hearing it already.
  if (Object.hasOwn(forbiddenFields, name)) throw new Failure('forbidden_parameter', `${name} is not for clients to set.`, { param: name })
  // What is for us must not go on, and a form that is passed on while it comes cannot be cut.
  if (extensionFields.has(name)) throw new Failure('unsupported_parameter', 'In a form this is not taken: send the header of the same name.', { param: name })
}

function once(bytes: Buffer): ByteSource {
  let left: Buffer | undefined = bytes
  return {
    next: () => {
      const given = left
      left = undefined
      return Promise.resolve(given)
    },
    stop: () => (left = undefined),
  }
}
