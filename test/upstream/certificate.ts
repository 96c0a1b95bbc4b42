/** Makes self-signed certificates for scripted upstreams: good ones, expired ones and ones for another name. https://www.rfc-editor.org/rfc/rfc5280 */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface CertificateOptions {
  /** Names and IPv4 addresses that it is good for; `127.0.0.1` and `localhost` where none is given. */
  readonly names?: readonly string[]
  readonly from?: Date
  readonly until?: Date
}

const day = 86_400_000
const tag = { integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, sequence: 48, set: 49, time: 24 } as const
const ecdsaWithSha256 = '06082a8648ce3d040302'
const commonName = '0603550403'
const subjectAltName = '0603551d11'

/** A key and its certificate in PEM, valid from yesterday until tomorrow where nothing else is said. */
export function certificate(options: CertificateOptions = {}): { readonly key: string; readonly cert: string } {
  const { names = ['127.0.0.1', 'localhost'], from = new Date(Date.now() - day), until = new Date(Date.now() + day) } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(tag.sequence, hex(ecdsaWithSha256))
  const name = der(tag.sequence, der(tag.set, der(tag.sequence, hex(commonName), der(tag.utf8, Buffer.from('scripted upstream')))))
  const alternatives = der(tag.octets, der(tag.sequence, ...names.map(generalName)))
  const content = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(tag.sequence, time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(tag.sequence, der(tag.sequence, hex(subjectAltName), alternatives))),
  )
  const signature = der(tag.bits, Buffer.from([0]), sign('sha256', content, privateKey))
  const base64 = der(tag.sequence, content, algorithm, signature)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  }
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

function der(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([type, ...size]), content])
}

/** GeneralizedTime, which writes every year in four digits. */
function time(date: Date): Buffer {
  return der(tag.time, Buffer.from(date.toISOString().replace(/\.\d+|[-:T]/g, '')))
}

function generalName(name: string): Buffer {
  const isAddress = /^\d+(\.\d+){3}$/.test(name)
  return isAddress ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
}
