/** The keys of epochs: a file each beside the database, made when it is first needed, which can be destroyed without touching any other. */

import { createSecretKey, randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { monotonic } from '../base/clock.ts'
import { epochMs, epochName, epochStart, type Epoch } from '../receipts/epoch.ts'
import { StorageError } from './errors.ts'
import { createSecret, destroySecret, openPrivateFolder, readSecret, syncFolder } from './files.ts'

export interface EpochState {
  readonly name: string
  readonly isDestroyed: boolean
}

/** Another process may destroy a key: so long, in milliseconds, this one may still use it. */
const trustMs = 1000
const mostTenants = 10_000

interface Current {
  readonly epoch: Epoch
  readonly from: number
  trustedUntil: number
}

/** All functions throw `StorageError` `refused` where a file cannot be used, with a sentence for the operator. */
export class EpochKeys {
  readonly #folder: string
  /** By tenant; bounded by `mostTenants`. */
  readonly #current = new Map<string, Current>()

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'epochs')
  }

  /** The epoch of a moment, with its key. Several processes on one directory have the same. */
  at(tenant: string, time: number): Epoch {
    const found = this.#current.get(tenant)
    if (found !== undefined && time >= found.from && time < found.from + epochMs && this.#isTrusted(tenant, found)) return found.epoch
    const from = epochStart(time)
    const epoch = this.#open(tenant, epochName(from))
    if (this.#current.size >= mostTenants) this.#current.clear()
    this.#current.set(tenant, { epoch, from, trustedUntil: monotonic() + trustMs })
    return epoch
  }

  /** All that a tenant has had, the oldest first. */
  list(tenant: string): readonly EpochState[] {
    const folder = this.#folderOf(tenant)
    if (!existsSync(folder)) return []
    const names = new Set(readdirSync(folder).flatMap((file) => epochFile.exec(file)?.[1] ?? []))
    return [...names].toSorted().map((name) => ({ name, isDestroyed: existsSync(markOf(join(folder, name))) }))
  }

  /** Those whose keys live. */
  living(tenant: string): readonly Epoch[] {
    return this.list(tenant).flatMap(({ name, isDestroyed }) => {
      const text = isDestroyed ? undefined : readSecret(join(this.#folderOf(tenant), name))
      return text === undefined ? [] : [{ name, key: parse(text, name) }]
    })
  }

  /** Whether there was a key, which is gone now: what it made can be tied to nothing any more. */
  destroy(tenant: string, name: string): boolean {
    const file = join(this.#folderOf(tenant), name)
    if (!epochShape.test(name) || !existsSync(file)) return false
    // The mark first: no process makes the same epoch a second key.
    if (!existsSync(markOf(file))) createSecret(markOf(file), '')
    destroySecret(file)
    this.#current.delete(tenant)
    return true
  }

  #isTrusted(tenant: string, current: Current): boolean {
    const time = monotonic()
    if (time < current.trustedUntil) return true
    current.trustedUntil = time + trustMs
    return !existsSync(markOf(join(this.#folderOf(tenant), current.epoch.name)))
  }

  #open(tenant: string, first: string): Epoch {
    const folder = this.#folderOf(tenant)
    for (const made of [this.#folder, folder]) {
      if (existsSync(made)) continue
      openPrivateFolder(made)
      syncFolder(join(made, '..'))
    }
    let name = first
    for (let turn = 2; existsSync(markOf(join(folder, name))); turn += 1) name = `${first}.${turn}`
    const file = join(folder, name)
    if (readSecret(file) === undefined) createSecret(file, `${randomBytes(32).toString('hex')}\n`)
    return { name, key: parse(readSecret(file) ?? '', name) }
  }

  #folderOf(tenant: string): string {
    if (!/^[\w-]{1,64}$/.test(tenant)) throw new StorageError('refused', 'A tenant’s name has letters, digits, _ and - alone.')
    return join(this.#folder, tenant)
  }
}

const epochShape = /^\d{4}-\d\d-\d\d(\.\d{1,4})?$/
const epochFile = /^(\d{4}-\d\d-\d\d(?:\.\d{1,4})?)(?:\.destroyed)?$/
const markOf = (file: string): string => `${file}.destroyed`

function parse(text: string, name: string): Epoch['key'] {
  const digits = text.trim()
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new StorageError('refused', `The key of the epoch ${name} is damaged (64 hex digits). Restore it, or destroy it.`)
  return createSecretKey(Buffer.from(digits, 'hex'))
}
