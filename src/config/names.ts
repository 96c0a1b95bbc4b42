/** What names and short texts in the file may be made of. */

import { z } from 'zod'
import { readNetwork } from '../base/networks.ts'
import { text } from './kinds.ts'

/** Of a provider, and of an account. */
export const name = /^[A-Za-z0-9][\w.-]{0,63}$/
export const modelName = /^[\w.:@/-]{1,200}$/
/** A model's name with a `*` in it, or without; how many it has is told apart, since that wants a sentence. */
export const aliasName = /^[\w.:@/*-]{1,200}$/
export const host = /^[\w.:[\]-]{1,253}$/
/** An address of the internet, or a network of them. */
export const network = { test: (text: string): boolean => readNetwork(text) !== undefined }
export const anything = /[^]/

export const secret = (says: string) => text(says, /^\S*$/)

/** A name of the operator's own, as the key of a record. */
export const names = (says: string, pattern: RegExp) => z.string().regex(pattern, { error: `is not a name: ${says}` })
