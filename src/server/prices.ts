/** Fetches a table of prices for the operator who asked for it, by the way that media are fetched: public https, and nothing else unless `media.hosts` says so. */

import { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import { mostTableBytes } from '../control/prices-table.ts'
import { MediaFetcher } from '../upstream/media.ts'

/** Milliseconds: the command that asks for it waits ten seconds. */
const longest = 9000

/** Resolves to the text. Rejects with `Failure` where it cannot be had. */
export async function fetchPrices(url: string, { media, upstream }: Pick<Settings, 'media' | 'upstream'>): Promise<string> {
  const hosts = new Set(media.hosts.map((name) => name.toLowerCase()))
  const fetcher = new MediaFetcher({ bytes: mostTableBytes, time: longest, hosts, resolvers: upstream.resolvers })
  try {
    return (await fetcher.bring(url, mostTableBytes, new AbortController().signal)).bytes.toString('utf8')
  } catch (cause) {
    const sentence = `Nothing could be fetched there. It must be a public address by https, and hold ${mostTableBytes} bytes at most; else fetch it yourself, and send the file.`
    throw new Failure('invalid_value', sentence, { cause, param: 'url' })
  } finally {
    await fetcher.close()
  }
}
