/** Which addresses are near, and where a provider may be. */

/** `localhost`, 127.0.0.0/8 and `::1`: nobody else's machine. */
export function isLoopback(host: string): boolean {
  const name = plain(host)
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Loopback, the private ranges of RFC 1918, 4193 and 6598, and names that only a private network resolves. */
export function isPrivate(host: string): boolean {
  const name = plain(host)
  if (isLoopback(name) || /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$/.test(name)) return true
  return /^f[cd][\da-f]{2}:/.test(name) || /\.(local|internal|localhost|lan|home\.arpa)$/.test(name) || /^[a-z][a-z\d-]*$/.test(name)
}

/** Where clouds hand out the machine's own credentials to whoever asks. */
const metadata = /^(169\.254\.|100\.100\.100\.200$|metadata(\.google\.internal)?$|fd00:ec2::254$|fe80:|::ffff:|64:ff9b:)/

/** Whether it is such a place. */
export const isMachines = (host: string): boolean => metadata.test(plain(host))

const plain = (host: string): string => host.toLowerCase().replace(/^\[|\]$|\.$/g, '')

export type Address = { readonly url: string; readonly isNear: boolean } | { readonly sentence: string }

/** A provider's base URL without the slash at its end, or what is wrong with it, to be put behind the setting's name. */
export function readAddress(text: string): Address {
  if (/[\s\\<>"^`{|}]/.test(text)) return { sentence: 'holds a character that no URL has.' }
  if (!URL.canParse(text)) return { sentence: 'is not a URL: write the whole of it, as `https://api.example.com/v1`.' }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { sentence: 'must begin with https:// or http://.' }
  if (url.username !== '' || url.password !== '') return { sentence: 'holds a user or a password: put the secret into `key`.' }
  if (text.includes('?') || text.includes('#')) return { sentence: 'ends with its path: put what stands behind `?` into `query`.' }
  if (isMachines(url.hostname)) return { sentence: 'is where a cloud keeps its machines’ credentials: no provider is there.' }
  const isNear = isPrivate(url.hostname)
  if (url.protocol === 'http:' && !isNear) return { sentence: 'must begin with https://, since the key would be sent in the clear.' }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, isNear }
}
