/** Puts small objects into a store that speaks S3, and lets it lock them. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */

import { createHash } from 'node:crypto'
import { now } from '../base/clock.ts'
import type { Message } from './deliver.ts'

export interface Bucket {
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  readonly region: string
  readonly key: string
  readonly secret: string
  /** Scheme, host and port; AWS where absent. */
  readonly endpoint?: string
  /** Days that nobody, not even the owner of the bucket, can change or remove the object. */
  readonly retainDays?: number
}

const day = 86_400_000

/** `name` is of letters, digits and `. _ / -`: they are signed as they are sent. */
export function putObject(into: Bucket, name: string, text: string): Message {
  const { region, key, secret, prefix, retainDays } = into
  return {
    method: 'PUT',
    url: `${baseOf(into)}/${[...(prefix === '' ? [] : [prefix]), name].join('/')}`,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...(retainDays !== undefined && lock(text, retainDays)) },
    body: text,
    signing: { scheme: 'aws', service: 's3', region, secret: `${key}:${secret}` },
  }
}

/** A host for each bucket is what AWS wants, but its certificate holds for names without dots alone; other stores know buckets by the path. */
function baseOf({ endpoint, bucket, region }: Bucket): string {
  if (endpoint !== undefined) return `${endpoint}/${bucket}`
  return bucket.includes('.') ? `https://s3.${region}.amazonaws.com/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`
}

/** Locks are taken with a digest of the object alone. */
const lock = (text: string, days: number) => ({
  'content-md5': createHash('md5').update(text).digest('base64'),
  'x-amz-object-lock-mode': 'COMPLIANCE',
  'x-amz-object-lock-retain-until-date': new Date(now() + days * day).toISOString(),
})
