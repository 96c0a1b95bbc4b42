/** Subtitles of a transcript. https://www.w3.org/TR/webvtt1/ */

import { asText } from '../../base/json.ts'
import type { Timed, Transcript } from '../../canonical/media.ts'

/** Of a line that people can read: beyond either, another begins. */
const mostLetters = 80
const mostSeconds = 7

/** The provider's segments; of words alone, lines of them. */
export function cuesOf({ segments, words, text, duration }: Transcript): readonly Timed[] {
  if (segments.length > 0) return segments
  if (words.length === 0) return text === '' ? [] : [{ text, start: 0, end: duration ?? 0 }]
  const cues: { text: string; start: number; end: number }[] = []
  for (const word of words) {
    const last = cues.at(-1)
    const hasRoom = last !== undefined && last.text.length + word.text.length < mostLetters && word.end - last.start <= mostSeconds && !/[.!?]$/.test(last.text)
    if (!hasRoom) cues.push({ ...word })
    else Object.assign(last, { text: `${last.text} ${word.text}`, end: word.end })
  }
  return cues
}

export const writeSrt = (cues: readonly Timed[]): string =>
  cues.map((cue, at) => `${at + 1}\n${time(cue.start, ',')} --> ${time(cue.end, ',')}\n${lineOf(cue)}\n\n`).join('')

export const writeVtt = (cues: readonly Timed[]): string =>
  `WEBVTT\n\n${cues.map((cue) => `${time(cue.start, '.')} --> ${time(cue.end, '.')}\n${lineOf(cue)}\n\n`).join('')}`

/** An empty line or an arrow would end the cue. */
const lineOf = ({ text }: Timed): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
    .replaceAll('-->', '->')

function time(seconds: number, mark: ',' | '.'): string {
  const ms = Math.max(0, Math.round(seconds * 1000))
  const [hours, minutes, rest] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
  const two = (value: number) => asText(value).padStart(2, '0')
  return `${two(hours)}:${two(minutes)}:${two(rest)}${mark}${asText(ms % 1000).padStart(3, '0')}`
}
