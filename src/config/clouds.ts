/** Where a provider in a cloud is, and who asks there: a region and a project that stand in its address, and keys that come in pairs. */

/** A variable that is set. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** A pair of keys as one text, with the token where they are lent. */
export function joinPair([id, secret, token]: readonly (Variable | undefined)[]): Variable | undefined {
  return id && secret && { name: id.name, value: [id, secret, ...(token ? [token] : [])].map(({ value }) => value).join(':') }
}

/** What the operator says of a cloud. */
export interface Cloud {
  readonly region: string | undefined
  readonly project: string | undefined
}

export function cloudOf({ region, project }: { readonly [word in keyof Cloud]?: Variable | undefined }, entry: Partial<Cloud> = {}): Cloud {
  return { region: region?.value ?? entry.region, project: project?.value ?? entry.project }
}

/** What stands in a host or a path, and may not lead out of it. */
export const cloudWords = {
  region: { says: 'a region, as `eu-central-1`', shape: /^[a-z0-9-]{1,64}$/ },
  project: { says: 'the id of a project', shape: /^[a-z0-9.:-]{1,64}$/ },
} as const

/** What is wrong with a variable that says one. */
export function flawOf(given: { readonly [word in keyof Cloud]?: Variable | undefined }): string | undefined {
  for (const word of ['region', 'project'] as const) {
    const variable = given[word]
    if (variable !== undefined && !cloudWords[word].shape.test(variable.value)) return `${variable.name} must be ${cloudWords[word].says}`
  }
  return undefined
}

/** Undefined where the operator has not said a word that stands in it. */
export function fill(text: string, { region, project }: Cloud): string | undefined {
  const words = { '{region}': region, '{region-}': region === 'global' ? '' : region && `${region}-`, '{project}': project }
  let filled = text
  for (const [slot, word] of Object.entries(words)) {
    if (!filled.includes(slot)) continue
    if (word === undefined) return undefined
    filled = filled.replaceAll(slot, word)
  }
  return filled
}

/** Why a provider is nowhere, and which variables would say where. */
export type Nowhere = { readonly sentence: string; readonly lacks?: readonly string[] }

export function lackingWord(setting: string, variables: readonly string[] = []): Nowhere {
  return { sentence: `needs \`${setting}\`, or the variable ${variables.join(' or ')}.`, lacks: variables }
}
