/** The kinds of values that a setting may have. Each is read from YAML or from the text of a variable, and says what it wants. */

import { z } from 'zod'

/** What is known of a setting beside its type: it makes the docs page, the JSON Schema, the variable and the error message. */
export interface About {
  /** What it wants, as it stands behind `must be`. */
  readonly says: string
  /** Its JSON Schema. */
  readonly json: z.core.JSONSchema.JSONSchema
  /** What it does, in sentences. */
  readonly description?: string
  /** The variable that sets it, where it is not called after its path. */
  readonly env?: string
  /** The default as people write it. */
  readonly shown?: string
  readonly isSecret?: boolean
}

export type Kind<Value> = z.ZodType<Value>

/** No text is run as code, not even the library's own. */
z.config({ jitless: true })

const abouts = z.registry<About>()

export const aboutOf = (schema: z.core.$ZodType): About | undefined => abouts.get(schema)

/** `read` gives undefined for what is not of the kind, or a sentence part that says what is wrong with it. */
function kind<Value>(about: About, read: (value: unknown) => Value | undefined): Kind<Value> {
  const schema = z.unknown().transform((value, context): Value => {
    const found = read(value)
    if (found !== undefined) return found
    context.issues.push({ code: 'custom', message: `must be ${about.says}`, input: value })
    return z.NEVER
  })
  abouts.add(schema, about)
  return schema
}

interface Meant<Value> {
  readonly env?: string
  /** The default as people write it; read as if it stood in the file. */
  readonly or?: Value
  readonly isSecret?: boolean
}

/** A setting with a default: always there once the configuration is read. */
export function setting<Value>(of: Kind<Value>, description: string, meant: Meant<unknown> & { readonly or: unknown }): z.ZodDefault<Kind<Value>> {
  return described(of.default(of.parse(meant.or) as z.core.util.NoUndefined<Value>), of, description, meant)
}

/** A setting that may be absent. */
export function optional<Value>(of: Kind<Value>, description: string, meant: Meant<never> = {}): z.ZodOptional<Kind<Value>> {
  return described(of.optional(), of, description, meant)
}

/** Each of the values that stand under names of the operator's own. */
export const each = <Value>(of: Kind<Value>, description: string): Kind<Value> => described(of, of, description, {})

function described<Schema extends z.ZodType>(schema: Schema, of: z.ZodType, description: string, { env, or, isSecret }: Meant<unknown>): Schema {
  const shown = or === undefined ? undefined : Array.isArray(or) ? or.join(', ') : String(or)
  abouts.add(schema, { ...aboutOf(of)!, description, ...(env && { env }), ...(shown !== undefined && { shown }), ...(isSecret && { isSecret }) })
  return schema
}

const variable = { type: 'string', pattern: String.raw`^\$\{[A-Za-z_][A-Za-z0-9_]*\}$` } as const
const orVariable = (json: z.core.JSONSchema.JSONSchema): z.core.JSONSchema.JSONSchema => ({ anyOf: [json, variable] })

const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN
const grouped = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',')

export function count(least: number, most: number): Kind<number> {
  return kind(
    { says: `a whole number from ${grouped(least)} to ${grouped(most)}`, json: orVariable({ type: 'integer', minimum: least, maximum: most }) },
    (value) => {
      const number = numberOf(value)
      return Number.isInteger(number) && number >= least && number <= most ? number : undefined
    },
  )
}

export function number(least: number, most: number): Kind<number> {
  return kind({ says: `a number from ${least} to ${most}`, json: orVariable({ type: 'number', minimum: least, maximum: most }) }, (value) => {
    const found = numberOf(value)
    return found >= least && found <= most ? found : undefined
  })
}

const yes = new Set<unknown>([true, 'true', 'yes', 'on', '1'])
const no = new Set<unknown>([false, 'false', 'no', 'off', '0'])

export const flag = (): Kind<boolean> =>
  kind({ says: '`true` or `false`', json: orVariable({ type: 'boolean' }) }, (value) => {
    const word = typeof value === 'string' ? value.toLowerCase() : value
    return yes.has(word) ? true : no.has(word) ? false : undefined
  })

/** A number with a unit; without one it counts what the unit of 1 counts. */
function measure(value: unknown, units: { readonly [unit: string]: number }): number {
  if (typeof value === 'number') return value
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(typeof value === 'string' ? value : '') ?? []
  return Number(digits) * (unit === '' ? 1 : (units[unit?.toLowerCase() ?? ''] ?? Number.NaN))
}

const times = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 }

/** Milliseconds. */
export function duration(least: string, most: string): Kind<number> {
  const pattern = String.raw`^\d+(\.\d+)?\s*(ms|s|min|m|h)?$`
  return kind(
    {
      says: `a time from ${least} to ${most}, as \`500ms\`, \`10s\`, \`5min\` or \`1h\``,
      json: orVariable({ anyOf: [{ type: 'string', pattern }, { type: 'integer' }] }),
    },
    (value) => {
      const milliseconds = Math.round(measure(value, times))
      return milliseconds >= measure(least, times) && milliseconds <= measure(most, times) ? milliseconds : undefined
    },
  )
}

const sizes = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 }

/** Bytes. */
export function size(least: string, most: string): Kind<number> {
  const pattern = String.raw`^\d+(\.\d+)?\s*([KkMmGg]i?)?[Bb]?$`
  return kind(
    { says: `a size from ${least} to ${most}, as \`256KiB\` or \`32MiB\``, json: orVariable({ anyOf: [{ type: 'string', pattern }, { type: 'integer' }] }) },
    (value) => {
      const bytes = Math.round(measure(value, sizes))
      return bytes >= measure(least, sizes) && bytes <= measure(most, sizes) ? bytes : undefined
    },
  )
}

/** Dollars, exactly: whole units of the last of so many decimals. A number that has more of them is none. */
export function dollars(decimals: number, most: number): Kind<number> {
  const pattern = new RegExp(String.raw`^(\d{1,9})(?:\.(\d{1,${decimals}}))?$`)
  const says = `dollars from 0 to ${grouped(most)}, with ${decimals} decimals at most`
  return kind(
    {
      says,
      json: orVariable({
        anyOf: [
          { type: 'number', minimum: 0, maximum: most },
          { type: 'string', pattern: pattern.source },
        ],
      }),
    },
    (value) => {
      const text = typeof value === 'number' && value < 1e9 ? value.toFixed(decimals) : value
      if (typeof text !== 'string' || (typeof value === 'number' && Number(text) !== value)) return undefined
      const [, whole, part = ''] = pattern.exec(text.trim()) ?? []
      const units = Number(`${whole}${part.padEnd(decimals, '0')}`)
      return units <= most * 10 ** decimals ? units : undefined
    },
  )
}

const quoted = (words: readonly string[], and: string): string => words.map((word) => `\`${word}\``).join(words.length === 2 ? and : ', ')

/** One of several words. */
export function choice<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return kind({ says: `${words.length > 2 ? 'one of ' : ''}${quoted(words, ' or ')}`, json: orVariable({ enum: [...words] }) }, (value) =>
    words.find((word) => word === value),
  )
}

/** Some of several words. */
export function several<const Word extends string>(words: readonly Word[]): Kind<readonly Word[]> {
  const items: z.core.JSONSchema.JSONSchema = { type: 'array', items: { enum: [...words] }, uniqueItems: true }
  return kind({ says: `a list of ${quoted(words, ' and ')}`, json: { anyOf: [items, { type: 'string' }] } }, (value) => {
    const given = itemsOf(value)
    const found = words.filter((word) => given?.includes(word))
    return given?.every((item) => words.some((word) => word === item)) ? found : undefined
  })
}

/** Text without control characters; numbers are taken for the text that they were written as. */
export function text(says: string, pattern: RegExp): Kind<string> {
  return kind({ says, json: { type: 'string' } }, (value) => {
    const found = typeof value === 'number' ? String(value) : value
    // oxlint-disable-next-line no-control-regex
    return typeof found === 'string' && !/[\u0000-\u001f\u007f]/.test(found) && pattern.test(found) ? found : undefined
  })
}

/** A list in YAML, or its items with commas between them; empty text is an empty list. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'string') return Array.isArray(value) ? value : undefined
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export function list(says: string, pattern: Pick<RegExp, 'test'>, most: number): Kind<readonly string[]> {
  return kind({ says, json: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }] } }, (value) => {
    const items = itemsOf(value)
    return items && items.length <= most && items.every((item): item is string => typeof item === 'string' && pattern.test(item)) ? items : undefined
  })
}

/** A list of what has settings of its own, or texts with commas between them where it can be text alone. Empty where absent. */
export function listOf<Item extends z.ZodType>(item: Item, most: number, description: string) {
  const says = `a list of ${grouped(most)} at most`
  const items = z.array(item, { error: `must be ${says}` }).max(most, { error: `must be ${says}` })
  const schema = z.preprocess((value) => (value === undefined ? [] : (itemsOf(value) ?? value)), items)
  abouts.add(schema, { says, json: {}, description })
  return schema
}
