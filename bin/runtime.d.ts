/** The types of runtime.js, for the commands that name a runtime with known holes. */

export const oldestMajor: number
export function isTooOld(version: string): boolean
export function mendedVersion(version: string): string | undefined
