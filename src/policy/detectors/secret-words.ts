/** Words that tell of a secret behind them, which may look like anything. */

export const privateKey = '-----BEGIN '
export const address = '://'
/** Before a value of which nothing else tells that it is secret; each also in capitals and with a capital. */
const labels = ['password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'api_key', 'apikey', 'api-key', 'access_key', 'auth_key', 'bearer', 'credential']
const written = labels.flatMap((label) => [label, label.toUpperCase(), label[0]!.toUpperCase() + label.slice(1)])
const camel = ['apiKey', 'accessKey', 'ApiKey', 'AccessKey', 'API key', 'api key', 'Api-Key', 'X-Api-Key']

const words = new RegExp([privateKey, address, ...written, ...camel].join('|'), 'g')

/** What gives a value, and so many characters that one may begin with: behind `:`, `=` and `>`, and behind `is` and `Bearer`. */
const signs = /[:=>] ?["'`]?[^\s"'`,;<>()[\]{}$\\]{8}/
const says = /(?: is:?|earer|EARER) ["'`]?[^\s"'`,;<>()[\]{}$\\]{8}/

/** Looks that together cost a third of looking for the words: of most prompts they say that no word has a secret behind it. */
export const mayHoldWords = (text: string): boolean => signs.test(text) || says.test(text) || text.includes(address) || text.includes(privateKey)

export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The next one that begins at `from` or behind it. */
export function wordFrom(text: string, from: number): Word | undefined {
  words.lastIndex = from
  const found = words.exec(text)
  return found === null ? undefined : { text: found[0], start: found.index, end: words.lastIndex }
}
