/** The control API of the gateway that runs with this configuration, or at `OMNI_URL`: asked with the operator's key, or the user's token in `OMNI_TOKEN`. */

import { readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { request as requestSafely } from 'node:https'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isObject, readObject, type JsonObject } from '../base/json.ts'
import { isLoopback } from '../base/networks.ts'
import { readPlace } from './configuration.ts'
import { Complaint } from './command.ts'
import { readRunning } from './running.ts'

/** Milliseconds that a gateway may say nothing. */
const quietMs = 10_000
/** The same of what reads all logs, or erases. */
export const longMs = 3_600_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Resolves to what it said. Throws `Complaint` where it cannot be asked, or says no. */
export async function ask<T>(method: Method, path: string, body?: object): Promise<T> {
  return JSON.parse(await askText({ method, path, body })) as T
}

/** Undefined where there is no such thing, or it is not for this person. Throws `Complaint` as `ask` does. */
export async function askForOne<T>(path: string): Promise<T | undefined> {
  const { status, text } = await answerTo({ method: 'GET', path })
  return status >= 400 && errorIn(text).code === 'not_found' ? undefined : (JSON.parse(checked(status, text)) as T)
}

/** The same as text; what is long flows `into` a stream as it comes, and the text stays empty. */
export async function askText(asking: Asking): Promise<string> {
  const { status, text } = await answerTo(asking)
  return checked(status, text)
}

interface Answer {
  readonly status: number
  readonly text: string
}

function answerTo({ key: given, within = quietMs, ...asking }: Asking): Promise<Answer> {
  // An empty variable is one that is not set.
  const { OMNI_URL: url = '', OMNI_TOKEN: token = '' } = process.env
  const place = url === '' ? findPlace() : readAddress(url)
  if (url !== '' && given === undefined && token === '' && !isNear(place))
    throw new Complaint('The admin key is for this machine: OMNI_TOKEN is a user’s token for a gateway elsewhere.')
  const key = given ?? (token === '' ? readAdminKey(readPlace().dataDir) : token.trim())
  return send({ ...asking, within, key, place })
}

/** Throws `Complaint` with what the gateway said where it says no. */
function checked(status: number, text: string): string {
  if (status < 400) return text
  const { message } = errorIn(text)
  throw new Complaint(typeof message === 'string' ? message : `The gateway answered with status ${status}.`)
}

/** Empty for what no gateway says, but something before it. */
function errorIn(text: string): JsonObject {
  const said = readObject(text)
  return isObject(said?.error) ? said.error : {}
}

/** Where the control API is. */
interface Address {
  readonly isSafe: boolean
  readonly host: string
  readonly port: number | undefined
  /** What stands before every path of it. */
  readonly prefix: string
  /** The one certificate that is trusted; absent where those are that the system trusts. */
  readonly certificate?: string | undefined
}

function findPlace(): Address {
  const configured = readPlace()
  const { host, port, certificate } = readRunning(configured.dataDir) ?? { ...configured, certificate: undefined }
  return { isSafe: certificate !== undefined, host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port, prefix: '', certificate }
}

function readAddress(text: string): Address {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new Complaint('OMNI_URL is the address of a gateway, as https://gateway.example.com.')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const place = { isSafe: url.protocol === 'https:', host, port: url.port === '' ? undefined : Number(url.port), prefix: url.pathname.replace(/\/+$/, '') }
  if (!place.isSafe && !isNear(place))
    throw new Complaint('OMNI_URL begins with https:// for a gateway that is not on this machine: else keys could be read on the way.')
  return place
}

/** On this machine. */
const isNear = ({ host }: Address): boolean => host === 'localhost' || isLoopback(host)

function readAdminKey(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'admin.key'), 'utf8').trim()
  } catch (cause) {
    throw new Complaint(
      `There is no admin.key to read in ${dataDir}. Is this the folder that the gateway was started in? OMNI_DATA_DIR says where its data is, and OMNI_TOKEN is a token to ask with in its place.`,
      { cause },
    )
  }
}

interface Asking {
  readonly method: Method
  readonly path: string
  readonly body?: object | undefined
  /** That of `OMNI_TOKEN` where absent, and else the operator's. */
  readonly key?: string
  readonly into?: Writable | undefined
  /** Milliseconds for an answer to begin. */
  readonly within?: number
}

interface Question extends Asking {
  readonly within: number
  readonly place: Address
  readonly key: string
}

function send({ method, place, path: asked, key, body, into, within }: Question): Promise<Answer> {
  const { isSafe, host, port, prefix, certificate } = place
  const path = `${prefix}${asked}`
  const named = port === undefined ? host : `${host}:${port}`
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    // The certificate is for the name that clients use; here it is known by itself.
    const safely = certificate === undefined ? {} : { ca: certificate, checkServerIdentity: () => undefined }
    const sent = (isSafe ? requestSafely : request)({ method, host, port, path, headers, timeout: within, ...safely }, (response) => {
      if (into !== undefined && response.statusCode === 200) return void pour(response, into).then(() => resolve({ status: 200, text: '' }), reject)
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => {
          text += piece
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('timeout', () => {
      reject(new Complaint(`The gateway on ${named} did not answer within ${within / 1000} seconds. It may still be at it.`))
      sent.destroy()
    })
    sent.on('error', (cause) => reject(new Complaint(`No gateway answers on ${named}. Start one with \`omni start\`.`, { cause })))
    sent.end(body && JSON.stringify(body))
  })
}

/** Whoever reads slowly keeps the gateway waiting, and not the other way round. A reader that has enough has what it wants. */
async function pour(response: IncomingMessage, into: Writable): Promise<void> {
  response.socket.setTimeout(0)
  try {
    await pipeline(response, into, { end: false })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EPIPE') return
    throw new Complaint(`It broke off (${code ?? 'no code'}): what was written is not all that there is.`, { cause })
  }
}
