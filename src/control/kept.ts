/** What was made last, for as long as what it was made of stands. */

/** Makes it anew where one of the parts is another than the last time. */
export function kept<Parts extends object, Made>(make: (parts: Parts) => Made): (parts: Parts) => Made {
  let last: { readonly parts: Parts; readonly made: Made } | undefined
  return (parts) => {
    const before = last
    const names = Object.keys(parts) as (keyof Parts)[]
    if (before !== undefined && names.every((name) => parts[name] === before.parts[name])) return before.made
    const made = make(parts)
    last = { parts, made }
    return made
  }
}
