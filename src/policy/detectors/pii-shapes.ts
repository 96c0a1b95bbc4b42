/** How numbers of people and accounts are written: one line a kind, by the letters before the first digit and the length of its first run of digits. */

import {
  isBelgianId,
  isChineseId,
  isCodiceFiscale,
  isCpf,
  isDay,
  isDutchBsn,
  isFrenchNir,
  isGermanTaxId,
  isIban,
  isLuhn,
  isPesel,
  isSpanishId,
  isSwissAhv,
  isTaxFileNumber,
  isVerhoeff,
} from './checksums.ts'

export interface Shape {
  readonly kind: string
  /** Letters before the first digit; `+` is a sign before it. */
  readonly letters: 0 | 1 | 2 | 6 | '+'
  /** How long the first run of digits may be. */
  readonly runs: readonly number[]
  /** Sticky; every repeat in it is bounded. */
  readonly pattern: RegExp
  /** Of its letters and digits alone. */
  readonly isValid?: (text: string) => boolean
  /** A word that must stand before it, where its sum alone is no proof. */
  readonly near?: RegExp
  readonly confidence: number
}

/** Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay: first digits and lengths. */
const issuers = /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d|2\d\d)\d{12,15}|35\d{14}|3(?:0[0-5]|[68]\d)\d{11})$/
const isCard = (digits: string): boolean => issuers.test(digits) && isLuhn(digits)

const isPhone = (digits: string): boolean => digits.length >= 8 && digits.length <= 15 && new Set(digits).size > 2
const isSsn = (digits: string): boolean => !/^(?:000|666|9)|^\d{3}00|0000$/.test(digits)
const isNino = (text: string): boolean => !/^(?:BG|GB|NK|KN|TN|NT|ZZ)/.test(text)

const phoneWords = /(?:phone|tel|mobile|cell|call|fax|whatsapp|handy|telefon|t[eé]l[eé]phone|m[oó]vil|celular|電話|电话|전화)[^\d\n]{0,24}$/i
const ssnWords = /(?:ssn|social security)[^\d\n]{0,24}$/i
const taxWords = /(?:steuer|tax|tin|idnr)[^\d\n]{0,24}$/i
const personWords =
  /(?:id|number|no|nr|n[ºo°]|cpf|pesel|bsn|sin|tfn|aadhaar|uid|nir|identi\w{1,10}|insurance|securit\w{1,3}|tax|身份证\S{0,4}|番号)[^\d\n]{0,16}$/i

const runs = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

// oxfmt-ignore
export const shapes: readonly Shape[] = [
  { kind: 'card', letters: 0, runs: runs(13, 19), pattern: /\d{13,19}(?!\d|\.\d)/y, isValid: isCard, confidence: 0.9 },
  { kind: 'card', letters: 0, runs: [4], pattern: /\d{4}([ -])(?:\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{6}\1\d{4,5})(?!\d)/y, isValid: isCard, confidence: 0.95 },
  { kind: 'iban', letters: 2, runs: runs(2, 28), pattern: /[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![A-Za-z\d])/y, isValid: isIban, confidence: 0.97 },
  { kind: 'phone', letters: '+', runs: runs(1, 15), pattern: /\d{1,4}(?:[ .-]?\(0?\d{0,4}\))?(?:[ .-]?\d{2,5}){1,5}(?:[ .-]?\d{1,5})?(?!\d)/y, isValid: isPhone, confidence: 0.85 },
  { kind: 'phone', letters: 0, runs: [3], pattern: /\d{3}(?:\) ?|[ .-])\d{3}[ .-]\d{4}(?![\d-])/y, isValid: isPhone, confidence: 0.75 },
  { kind: 'phone', letters: 0, runs: [2], pattern: /0[1-9](?:([ .-])\d{2}(?:\1\d{2}){3})(?!\d)/y, isValid: isPhone, confidence: 0.75 },
  { kind: 'phone', letters: 0, runs: runs(3, 6), pattern: /0\d{2,5}[ /-]\d{3,8}(?:[ -]\d{2,6})?(?!\d)/y, isValid: isPhone, near: phoneWords, confidence: 0.75 },
  { kind: 'phone', letters: 0, runs: runs(8, 13), pattern: /\d{8,13}(?!\d)/y, isValid: isPhone, near: phoneWords, confidence: 0.7 },
  { kind: 'us_ssn', letters: 0, runs: [3], pattern: /\d{3}([ -])\d{2}\1\d{4}(?![\d-])/y, isValid: isSsn, confidence: 0.85 },
  { kind: 'us_ssn', letters: 0, runs: [9], pattern: /\d{9}(?!\d)/y, isValid: isSsn, near: ssnWords, confidence: 0.85 },
  { kind: 'uk_nino', letters: 2, runs: [2, 6], pattern: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z\d])/y, isValid: isNino, confidence: 0.85 },
  { kind: 'de_tax_id', letters: 0, runs: [2], pattern: /\d{2} \d{3} \d{3} \d{3}(?!\d)/y, isValid: isGermanTaxId, confidence: 0.85 },
  { kind: 'de_tax_id', letters: 0, runs: [11], pattern: /\d{11}(?!\d)/y, isValid: isGermanTaxId, near: taxWords, confidence: 0.9 },
  { kind: 'fr_nir', letters: 0, runs: [1], pattern: /[12] \d{2} \d{2} (?:\d{2}|2[AB]) \d{3} \d{3} \d{2}(?!\d)/y, isValid: isFrenchNir, confidence: 0.97 },
  { kind: 'fr_nir', letters: 0, runs: [6, 15], pattern: /[12]\d{4}(?:\d{2}|2[AB])\d{8}(?!\d)/y, isValid: isFrenchNir, confidence: 0.9 },
  { kind: 'es_dni', letters: 0, runs: [8], pattern: /\d{8}-?[A-HJ-NP-TV-Z](?![A-Za-z\d])/y, isValid: isSpanishId, confidence: 0.9 },
  { kind: 'es_nie', letters: 1, runs: [7], pattern: /[XYZ]\d{7}-?[A-HJ-NP-TV-Z](?![A-Za-z\d])/y, isValid: isSpanishId, confidence: 0.9 },
  { kind: 'it_codice_fiscale', letters: 6, runs: [2], pattern: /[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z\d])/y, isValid: isCodiceFiscale, confidence: 0.97 },
  { kind: 'br_cpf', letters: 0, runs: [3], pattern: /\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/y, isValid: isCpf, confidence: 0.97 },
  { kind: 'br_cpf', letters: 0, runs: [11], pattern: /\d{11}(?!\d)/y, isValid: isCpf, near: personWords, confidence: 0.8 },
  { kind: 'in_aadhaar', letters: 0, runs: [4], pattern: /[2-9]\d{3}([ -])\d{4}\1\d{4}(?![ -]?\d)/y, isValid: isVerhoeff, confidence: 0.9 },
  { kind: 'in_aadhaar', letters: 0, runs: [12], pattern: /[2-9]\d{11}(?!\d)/y, isValid: isVerhoeff, near: personWords, confidence: 0.85 },
  { kind: 'nl_bsn', letters: 0, runs: [9], pattern: /\d{9}(?!\d)/y, isValid: isDutchBsn, near: /(?:bsn|burgerservice\w{0,8}|sofi)[^\d\n]{0,16}$/i, confidence: 0.85 },
  { kind: 'pl_pesel', letters: 0, runs: [11], pattern: /\d{11}(?!\d)/y, isValid: isPesel, near: /pesel[^\d\n]{0,16}$/i, confidence: 0.9 },
  { kind: 'se_personnummer', letters: 0, runs: [6], pattern: /\d{6}[-+]\d{4}(?!\d)/y, isValid: (digits) => isDay(digits) && isLuhn(digits), confidence: 0.85 },
  { kind: 'ca_sin', letters: 0, runs: [3], pattern: /\d{3}([ -])\d{3}\1\d{3}(?![ -]?\d)/y, isValid: isLuhn, near: /\b(?:sin|social insurance|nas)\b[^\d\n]{0,16}$/i, confidence: 0.85 },
  { kind: 'au_tfn', letters: 0, runs: [3], pattern: /\d{3} \d{3} \d{3}(?! ?\d)/y, isValid: isTaxFileNumber, near: /\b(?:tfn|tax file)\b[^\d\n]{0,16}$/i, confidence: 0.85 },
  { kind: 'cn_id', letters: 0, runs: [17, 18], pattern: /[1-9]\d{16}[\dX](?![\dA-Za-z])/y, isValid: (text) => isDay(text.slice(8, 14)) && isChineseId(text), confidence: 0.95 },
  { kind: 'kr_rrn', letters: 0, runs: [6], pattern: /\d{6}-[1-8]\d{6}(?!\d)/y, isValid: isDay, confidence: 0.85 },
  { kind: 'ch_ahv', letters: 0, runs: [3], pattern: /756\.\d{4}\.\d{4}\.\d{2}(?!\d)/y, isValid: isSwissAhv, confidence: 0.97 },
  { kind: 'be_national_id', letters: 0, runs: [2], pattern: /\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\d)/y, isValid: isBelgianId, confidence: 0.95 },
  { kind: 'za_id', letters: 0, runs: [13], pattern: /\d{13}(?!\d)/y, isValid: (digits) => isDay(digits) && isLuhn(digits), near: personWords, confidence: 0.8 },
]

/** Everything that this detector finds. */
export const piiKinds: readonly string[] = [...new Set(['email', 'ip', ...shapes.map(({ kind }) => kind)])]
