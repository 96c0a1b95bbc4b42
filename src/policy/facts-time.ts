/** What time it is for a rule: hour, weekday and date, in the time zone of its document. */

import type { Fact } from './facts.ts'

interface Moment {
  readonly hour: number
  readonly weekday: number
  readonly date: string
}

const minute = 60_000

/** Throws `RangeError` where nobody knows the zone. */
export function timeFacts(timeZone: string): readonly Fact[] {
  const momentAt = clockIn(timeZone)
  return [
    { name: 'time.hour', type: 'int', source: 'time', meaning: 'The hour, 0 to 23, in the time zone of the document.', read: ({ at }) => momentAt(at).hour },
    { name: 'time.weekday', type: 'int', source: 'time', meaning: 'The day of the week: 1 is Monday, 7 Sunday.', read: ({ at }) => momentAt(at).weekday },
    {
      name: 'time.date',
      type: 'string',
      source: 'time',
      meaning: 'The date, as `2026-11-21`: dates compare as texts do.',
      read: ({ at }) => momentAt(at).date,
    },
  ]
}

/** Asking a calendar takes longer than a rule may: one minute's answer is kept. Zones differ from each other by whole minutes. */
function clockIn(timeZone: string): (at: number) => Moment {
  const calendar = calendarIn(timeZone)
  let known = Number.NaN
  let moment: Moment = { hour: 0, weekday: 1, date: '' }
  return (at) => {
    const current = Math.floor(at / minute)
    if (current === known) return moment
    known = current
    return (moment = toMoment(calendar.formatToParts(at)))
  }
}

const calendarIn = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', weekday: 'short' })

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function toMoment(parts: readonly Intl.DateTimeFormatPart[]): Moment {
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? ''
  return {
    hour: Number(part('hour')),
    weekday: weekdays.indexOf(part('weekday')) + 1,
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
  }
}
