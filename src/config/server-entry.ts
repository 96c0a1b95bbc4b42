/** What stands under `server` in the file: where the gateway listens, to whom, and how long it waits for them. */

import { z } from 'zod'
import { count, duration, flag, list, optional, setting, size, text } from './kinds.ts'
import { anything, host, network } from './names.ts'

export const server = z.strictObject({
  host: setting(text('a host name or an address', host), 'The address to listen on. Any but loopback needs TLS or `server.allowPlaintext`.', {
    env: 'OMNI_HOST',
    or: '127.0.0.1',
  }),
  port: setting(count(0, 65_535), 'The port to listen on; 0 takes a free one.', { env: 'OMNI_PORT', or: 8080 }),
  hosts: setting(
    list('a list of host names', host, 100),
    'Names that clients may call the gateway by, beside loopback and `server.host`; any other `Host` header is refused.',
    { env: 'OMNI_HOSTS', or: [] },
  ),
  trustedProxies: setting(
    list('a list of addresses or networks, as `10.0.0.0/8`', network, 100),
    'Proxies in front whose `x-forwarded-for` is believed: where a request comes from is the last address in it that is none of theirs. Without any the connection alone tells.',
    { env: 'OMNI_TRUSTED_PROXIES', or: [] },
  ),
  allowPlaintext: setting(flag(), 'Listen beyond loopback without TLS: keys and prompts can then be read on the way. For a proxy in front that speaks TLS.', {
    env: 'OMNI_ALLOW_PLAINTEXT',
    or: false,
  }),
  tls: z
    .strictObject({
      cert: optional(text('a path', anything), 'The file of the certificate and its chain, in PEM.', { env: 'OMNI_TLS_CERT' }),
      key: optional(text('a path', anything), 'The file of the private key, in PEM.', { env: 'OMNI_TLS_KEY' }),
    })
    .prefault({}),
  workers: setting(
    count(1, 64),
    'Processes that serve. Only 1 does anything yet; several gateways on one data directory or database share limits and budgets exactly.',
    {
      env: 'OMNI_WORKERS',
      or: 1,
    },
  ),
  headerBytes: setting(size('4KiB', '256KiB'), 'The most that the headers of a request may hold.', { or: '16KiB' }),
  headerTime: setting(duration('100ms', '5min'), 'Until a request’s headers must be whole.', { or: '10s' }),
  bodyIdle: setting(duration('100ms', '10min'), 'Between two pieces of a request’s body.', { or: '15s' }),
  writeIdle: setting(duration('100ms', '1h'), 'Until a client that reads too slowly has caught up.', { or: '60s' }),
  drain: setting(duration('0ms', '1h'), 'How long calls in flight may go on when the gateway is told to stop; a second signal ends that waiting.', {
    or: '30s',
  }),
})
