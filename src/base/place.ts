/** Places in documents, as people write them: `rules[3].when`. */

/** From the top: names of fields, and indexes of lists. */
export type Place = readonly PropertyKey[]

const word = /^[A-Za-z_][\w-]{0,63}$/
/** Characters of a name that is none of ours. */
const most = 64

/** Empty at the top. */
export function writtenPlace(place: Place): string {
  return place.map(writtenStep).join('').replace(/^\./, '')
}

function writtenStep(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`
  const name = String(step)
  return word.test(name) ? `.${name}` : `[${JSON.stringify(name.slice(0, most))}]`
}
