/** What both databases are asked of a counter, and what follows from it. */

import type { Account } from '../policy/counter-account.ts'
import type { CounterTerms } from '../policy/counter.ts'

/** Of its window, and of the newest one before it. */
export interface Known {
  readonly now: number
  readonly taken: number | null
  readonly filled_at: number | null
  readonly own: number | null
  readonly elsewhere: number
  readonly spent: number
  readonly before_from: number | null
  readonly before_taken: number | null
  readonly before_capacity: number | null
  readonly before_spent: number
}

/** `asked` is a relation of ids, windows and places in the answer; `me` the process, and `now` the database's clock, as expressions. */
export const selectKnown = ({ asked, me, now }: { readonly asked: string; readonly me: string; readonly now: string }): string => `
  select ${now} as now, c.taken, c.filled_at, m.held as own, coalesce(p.spent, 0) as spent,
    (select cast(coalesce(sum(s.held), 0) as bigint) from shares as s join holders as h on h.instance = s.instance
      where s.counter = a.id and s.window_from = a.window_from and s.instance <> ${me} and h.ends_at > ${now}) as elsewhere,
    b.window_from as before_from, b.taken as before_taken, b.capacity as before_capacity, coalesce(e.spent, 0) as before_spent
  from ${asked} as a
  left join counters as c on c.id = a.id and c.window_from = a.window_from
  left join shares as m on m.counter = a.id and m.window_from = a.window_from and m.instance = ${me}
  left join spending as p on p.counter = a.id and p.window_from = a.window_from
  left join counters as b on b.id = a.id and b.window_from = (select max(o.window_from) from counters as o where o.id = a.id and o.window_from < a.window_from)
  left join spending as e on e.counter = a.id and e.window_from = b.window_from
  order by a.place`

/** What is known of a counter, and the debt that its window begins with. */
export function accountOf(terms: CounterTerms, known: Known): Account & { readonly debt: number } {
  const debt = terms.kind === 'window' ? debtOf(terms.before, known) : 0
  const taken = terms.kind === 'window' ? known.spent + debt : (known.taken ?? 0)
  return { taken, debt, at: known.filled_at ?? known.now, own: known.own ?? undefined, elsewhere: known.elsewhere }
}

/** What was spent of the window before beyond what there was. Where nothing was spent for a whole window, that one has borne it as far as it could. */
function debtOf(before: number | null, known: Known): number {
  if (before === null || known.before_from === null) return 0
  const beyond = known.before_spent + known.before_taken! - known.before_capacity!
  const debt = known.before_from === before ? beyond : beyond - known.before_capacity!
  return Math.min(Math.max(debt, 0), Number.MAX_SAFE_INTEGER)
}

export const windowOf = (terms: CounterTerms): number => (terms.kind === 'window' ? terms.from : 0)
