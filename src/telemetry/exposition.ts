/** Numbers in Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** Counts of values by their size: `counts` has one entry for each bound, and one for all that is larger. */
export class Buckets {
  readonly bounds: readonly number[]
  readonly counts: number[]
  sum = 0

  /** `bounds` grow. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  add(value: number): void {
    let at = 0
    while (at < this.bounds.length && value > this.bounds[at]!) at += 1
    this.counts[at]! += 1
    this.sum += value
  }
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

export function writeFamily(name: string, kind: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  return head(name, kind, help) + samples.map(({ labels, value }) => `${name}${written(labels)} ${value}\n`).join('')
}

export function writeHistogram(name: string, help: string, rows: readonly { readonly labels: Labels; readonly buckets: Buckets }[]): string {
  return head(name, 'histogram', help) + rows.map(({ labels, buckets }) => writeBuckets(name, labels, buckets)).join('')
}

function writeBuckets(name: string, labels: Labels, { bounds, counts, sum }: Buckets): string {
  let count = 0
  const lines = counts.map((one, at) => {
    count += one
    return `${name}_bucket${written({ ...labels, le: at < bounds.length ? String(bounds[at]) : '+Inf' })} ${count}\n`
  })
  return `${lines.join('')}${name}_sum${written(labels)} ${sum}\n${name}_count${written(labels)} ${count}\n`
}

function head(name: string, kind: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escaped)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}
