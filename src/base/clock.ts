/** The clocks: the only place that reads the time. */

/** Milliseconds since 1970. For stamps: the operator may set it back, so never measure with it. */
export const now = (): number => Date.now()

/** Milliseconds since the process began, with fractions. Never goes back: for durations and deadlines. */
export const monotonic = (): number => performance.now()

/** Resolves after `ms` milliseconds, or at once when cancelled. */
export function pause(ms: number): { readonly done: Promise<void>; cancel(): void } {
  let finish: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    finish = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  return { done, cancel: () => finish() }
}
