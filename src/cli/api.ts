/** The control API of the gateway that runs with this configuration, asked with the operator's key. */

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as requestSafely } from 'node:https'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isObject } from '../base/json.ts'
import { readPlace } from './configuration.ts'
import { Complaint } from './command.ts'
import { readRunning } from './running.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Resolves to what it said. Throws `Complaint` where it cannot be asked, or says no. */
export async function ask<T>(method: Method, path: string, body?: object): Promise<T> {
  return JSON.parse(await askText({ method, path, body })) as T
}

/** The same as text; what is long flows `into` a stream as it comes, and the text stays empty. */
export async function askText({ method, path, body, into }: Asking): Promise<string> {
  const configured = readPlace()
  const key = readAdminKey(configured.dataDir)
  const { host: listening, port, certificate } = readRunning(configured.dataDir) ?? { ...configured, certificate: undefined }
  const host = listening === '0.0.0.0' || listening === '::' ? '127.0.0.1' : listening
  const { status, text } = await send({ method, host, port, certificate, path, key, body, into })
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
  readonly into?: Writable | undefined
}

interface Question extends Asking {
  readonly host: string
  readonly port: number
  readonly certificate: string | undefined
  readonly key: string
}

function send({ method, host, port, certificate, path, key, body, into }: Question): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    // The certificate is for the name that clients use; here it is known by itself.
    const safely = certificate === undefined ? {} : { ca: certificate, checkServerIdentity: () => undefined }
    const asked = (certificate === undefined ? request : requestSafely)({ method, host, port, path, headers, timeout: 10_000, ...safely }, (response) => {
      if (into !== undefined && response.statusCode === 200)
        return void pipeline(response, into, { end: false }).then(() => resolve({ status: 200, text: '' }), reject)
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => {
          text += piece
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', (cause) => reject(new Complaint(`No gateway answers on ${host}:${port}. Start one with \`omni start\`.`, { cause })))
    asked.end(body && JSON.stringify(body))
  })
}
