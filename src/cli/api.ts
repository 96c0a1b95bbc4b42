/** The control API of the gateway that runs with this configuration, asked with the operator's key. */

import { readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { request as requestSafely } from 'node:https'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isObject } from '../base/json.ts'
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

/** The same as text; what is long flows `into` a stream as it comes, and the text stays empty. */
export async function askText({ method, path, body, key: given, into, within = quietMs }: Asking): Promise<string> {
  const configured = readPlace()
  const key = given ?? readAdminKey(configured.dataDir)
  const { host: listening, port, certificate } = readRunning(configured.dataDir) ?? { ...configured, certificate: undefined }
  const host = listening === '0.0.0.0' || listening === '::' ? '127.0.0.1' : listening
  const { status, text } = await send({ method, host, port, certificate, path, key, body, into, within })
  if (status < 400) return text
  const said: unknown = JSON.parse(text)
  const error = isObject(said) && isObject(said.error) ? said.error : {}
  throw new Complaint(typeof error.message === 'string' ? error.message : `The gateway answered with status ${status}.`)
}

function readAdminKey(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, 'admin.key'), 'utf8').trim()
  } catch (cause) {
    throw new Complaint(
      `There is no admin.key to read in ${dataDir}. Is this the folder that the gateway was started in? OMNI_DATA_DIR says where its data is.`,
      { cause },
    )
  }
}

interface Asking {
  readonly method: Method
  readonly path: string
  readonly body?: object | undefined
  /** The operator's where absent. */
  readonly key?: string
  readonly into?: Writable | undefined
  /** Milliseconds for an answer to begin. */
  readonly within?: number
}

interface Question extends Asking {
  readonly within: number
  readonly host: string
  readonly port: number
  readonly certificate: string | undefined
  readonly key: string
}

function send({ method, host, port, certificate, path, key, body, into, within }: Question): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    // The certificate is for the name that clients use; here it is known by itself.
    const safely = certificate === undefined ? {} : { ca: certificate, checkServerIdentity: () => undefined }
    const asked = (certificate === undefined ? request : requestSafely)({ method, host, port, path, headers, timeout: within, ...safely }, (response) => {
      if (into !== undefined && response.statusCode === 200) return void pour(response, into).then(() => resolve({ status: 200, text: '' }), reject)
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => {
          text += piece
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('timeout', () => {
      reject(new Complaint(`The gateway on ${host}:${port} did not answer within ${within / 1000} seconds. It may still be at it.`))
      asked.destroy()
    })
    asked.on('error', (cause) => reject(new Complaint(`No gateway answers on ${host}:${port}. Start one with \`omni start\`.`, { cause })))
    asked.end(body && JSON.stringify(body))
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
