/** A straight line through measurements: how fast they grow, and how sure that is. */

export interface Slope {
  /** By so much for each of x. */
  readonly by: number
  /** The standard error of that; infinite for two points and fewer. */
  readonly error: number
}

/** Least squares. https://en.wikipedia.org/wiki/Simple_linear_regression */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const count = points.length
  const [meanX, meanY] = [meanOf(points.map(([x]) => x)), meanOf(points.map(([, y]) => y))]
  const spread = sumOf(points.map(([x]) => (x - meanX) ** 2))
  if (count < 3 || spread === 0) return { by: 0, error: Infinity }
  const by = sumOf(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread
  const left = sumOf(points.map(([x, y]) => (y - meanY - by * (x - meanX)) ** 2))
  return { by, error: Math.sqrt(left / (count - 2) / spread) }
}

export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
