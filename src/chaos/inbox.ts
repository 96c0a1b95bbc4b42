/** Reads requests from the bytes of one connection, keeping each header as it was spelled. */

/** The most bytes that wait here to be read; requests are far smaller. */
const most = 512 * 2 ** 20

/** A request as it came over the connection. */
export interface RequestBytes {
  readonly method: string
  readonly path: string
  /** Names and values in the order and spelling of the client. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** Bytes pushed in at one side and taken out in measured pieces at the other. Taking throws once it is closed and cannot give what is asked. */
export class Inbox {
  #pieces: Buffer[] = []
  #length = 0
  #closed = false
  #wake: () => void = () => {}

  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#length > most) throw new Error(`a client sent more than ${most} bytes that nobody read`)
    this.#wake()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  async take(length: number): Promise<Buffer> {
    while (this.#length < length) await this.#more()
    const all = this.#join()
    this.#pieces = [all.subarray(length)]
    this.#length -= length
    return all.subarray(0, length)
  }

  /** Everything before `mark`, which is taken too. */
  async until(mark: string): Promise<string> {
    for (;;) {
      const at = this.#join().indexOf(mark)
      if (at !== -1) return (await this.take(at + mark.length)).toString('latin1', 0, at)
      await this.#more()
    }
  }

  #join(): Buffer {
    if (this.#pieces.length !== 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0]!
  }

  async #more(): Promise<void> {
    if (this.#closed) throw new Error('the connection is closed')
    await new Promise<void>((wake) => (this.#wake = wake))
  }
}

/** Takes one request; throws when the connection closes before it is whole. */
export async function readRequest(inbox: Inbox): Promise<RequestBytes> {
  const [requestLine = '', ...lines] = (await inbox.until('\r\n\r\n')).split('\r\n')
  const [method = '', path = ''] = requestLine.split(' ')
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  const isChunked = /chunked/i.test(find(headers, 'transfer-encoding') ?? '')
  const body = isChunked ? await readChunks(inbox) : await inbox.take(Number(find(headers, 'content-length') ?? 0))
  return { method, path, headers, body }
}

/** The value of the first header of that name, whatever its case. */
export function find(headers: RequestBytes['headers'], name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1]
}

async function readChunks(inbox: Inbox): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (;;) {
    const length = Number.parseInt(await inbox.until('\r\n'), 16)
    if (length > 0) pieces.push(await inbox.take(length))
    await inbox.until('\r\n')
    if (!(length > 0)) return Buffer.concat(pieces)
  }
}
