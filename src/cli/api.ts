/** The control API of the gateway that runs with this configuration, asked with the operator's key. */

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as requestSafely } from 'node:https'
import { join } from 'node:path'
import { isObject } from '../base/json.ts'
import { readPlace } from './configuration.ts'
import { Complaint } from './command.ts'
import { readRunning } from './running.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Resolves to what it said. Throws `Complaint` where it cannot be asked, or says no. */
export async function ask<T>(method: Method, path: string, body?: object): Promise<T> {
  const configured = readPlace()
  const key = readAdminKey(configured.dataDir)
  const { host: listening, port, certificate } = readRunning(configured.dataDir) ?? { ...configured, certificate: undefined }
  const host = listening === '0.0.0.0' || listening === '::' ? '127.0.0.1' : listening
  const { status, text } = await send({ method, host, port, certificate, path, key, body })
  const said: unknown = JSON.parse(text)
  if (status < 400) return said as T
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

interface Question {
  readonly method: Method
  readonly host: string
  readonly port: number
  readonly certificate: string | undefined
  readonly path: string
  readonly key: string
  readonly body: object | undefined
}

function send({ method, host, port, certificate, path, key, body }: Question): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    // The certificate is for the name that clients use; here it is known by itself.
    const safely = certificate === undefined ? {} : { ca: certificate, checkServerIdentity: () => undefined }
    const asked = (certificate === undefined ? request : requestSafely)({ method, host, port, path, headers, timeout: 10_000, ...safely }, (response) => {
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
