/** Addresses of the internet, and networks of them: read from text and compared as numbers. An IPv4 address is the same in the part of IPv6 that is set aside for it. */

/** 128 bits in eight words. */
type Words = readonly number[]

export interface Network {
  readonly words: Words
  /** That all of its addresses have in common, from the left. */
  readonly bits: number
}

/** `::ffff:0:0/96`: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const mapped: Words = [0, 0, 0, 0, 0, 0xffff]
/** The longest spelling of an address with a network behind it. */
const mostCharacters = 64

/** Undefined where the text is no address. What stands behind a `%` says on which link it is, and not whose. */
export function readAddress(text: string): Words | undefined {
  if (text.length > mostCharacters) return undefined
  const four = readFour(text)
  if (four !== undefined) return [...mapped, ...four]
  const halves = text.split('%', 1)[0]!.split('::')
  const [before, after] = halves.map((half, at) => readWords(half, at === halves.length - 1))
  if (before === undefined || halves.length > 2 || (halves.length === 2 && after === undefined)) return undefined
  const left = 8 - before.length - (after?.length ?? 0)
  if (after === undefined ? left !== 0 : left < 1) return undefined
  return after === undefined ? before : [...before, ...Array<number>(left).fill(0), ...after]
}

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address. Undefined where it is none of them. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const words = readAddress(address)
  if (words === undefined) return undefined
  const aside = address.includes(':') ? 0 : 96
  const bits = length === undefined ? 128 : Number(length) + aside
  return bits <= 128 ? { words, bits } : undefined
}

/** Tells of an address whether it is in one of these; one that cannot be read is in none. Throws where one of them is no network. */
export function among(networks: readonly string[]): (address: string) => boolean {
  const all = networks.map((text) => {
    const network = readNetwork(text)
    if (network === undefined) throw new Error('A text was taken for a network that is none.')
    return network
  })
  return (address) => {
    const words = readAddress(address)
    return words !== undefined && all.some((network) => isIn(words, network))
  }
}

/** As much of an address as whoever sends from it cannot choose at will: all of IPv4, of IPv6 the 64 bits that a household gets. */
export function householdOf(address: string): string {
  const words = readAddress(address)
  if (words === undefined) return 'unknown'
  return isIn(words, everyFour) ? fourOf(words) : `${words.slice(0, 4).map(hex).join(':')}::/64`
}

/** On this machine, over no network. */
export const isLoopback = among(['127.0.0.0/8', '::1'])

const everyFour: Network = { words: [...mapped, 0, 0], bits: 96 }
const hex = (word: number): string => word.toString(16)
const fourOf = (words: Words): string =>
  words
    .slice(6)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.')

function isIn(address: Words, { words, bits }: Network): boolean {
  const whole = bits >> 4
  for (let at = 0; at < whole; at += 1) if (address[at] !== words[at]) return false
  const rest = 16 - (bits & 15)
  return rest === 16 || address[whole]! >> rest === words[whole]! >> rest
}

/** A zero before a number means octal to some, and nothing to others: such a text is no address. */
function readFour(text: string): Words | undefined {
  const [, ...parts] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text) ?? []
  const bytes = parts.map(Number)
  if (bytes.length === 0 || bytes.some((byte, at) => byte > 255 || String(byte) !== parts[at])) return undefined
  return [bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!]
}

/** What stands on one side of `::`; the end of the whole may be spelled as IPv4. */
function readWords(text: string, isEnd: boolean): Words | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const tail = isEnd ? readFour(parts.at(-1)!) : undefined
  const heads = tail === undefined ? parts : parts.slice(0, -1)
  if (!heads.every((part) => /^[\da-f]{1,4}$/i.test(part))) return undefined
  return [...heads.map((part) => Number.parseInt(part, 16)), ...(tail ?? [])]
}
