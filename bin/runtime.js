/**
 * Which versions of Node.js the gateway runs on, and which of those have known holes.
 * Plain JavaScript that Node 12 can load: the launcher asks before anything newer is read.
 */

/** The oldest major version that runs the gateway; `engines` in package.json says the same. */
export const oldestMajor = 24

/**
 * The first release of each line that has the security fixes of 21 October 2026
 * (CVE-2026-111497: an out-of-bounds write in the Brotli decoder; a TLS host name bypass). A line that is not
 * here is either older, and was never mended, or newer, and never had them.
 */
const mended = { 24: [24, 22, 1], 26: [26, 12, 1] }

/** `'v26.10.0'` or `'26.10.0'` as `[26, 10, 0]`. */
function parts(version) {
  return version
    .replace(/^v/, '')
    .split('.')
    .map((part) => parseInt(part, 10))
}

/** Whether this version of Node.js is too old to run the gateway. */
export function isTooOld(version) {
  return !(parts(version)[0] >= oldestMajor)
}

/** The version to move to from one with known holes, as `'26.12.1'`; undefined where none are known. */
export function mendedVersion(version) {
  const [major, minor, patch] = parts(version)
  if (major > 26) return undefined
  const [, mendedMinor, mendedPatch] = mended[major] || [0, Infinity, 0]
  if (minor > mendedMinor || (minor === mendedMinor && patch >= mendedPatch)) return undefined
  return (mended[major] || mended[26]).join('.')
}
