/** The sums by which numbers of people and accounts are told from other numbers. Digits come as a string of them alone. */

const at = (digits: string, index: number): number => digits.charCodeAt(index) - 48

function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0
  for (let index = 0; index < weights.length; index++) sum += at(digits, index) * weights[index]!
  return sum
}

/** ISO/IEC 7812-1, annex B: cards, Canada's SIN, Sweden's and South Africa's numbers. */
export function isLuhn(digits: string): boolean {
  let sum = 0
  for (let index = digits.length - 1, doubles = false; index >= 0; index--, doubles = !doubles) {
    const digit = at(digits, index)
    sum += doubles ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

// oxfmt-ignore
const verhoeffProducts = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210']
// oxfmt-ignore
const verhoeffTurns = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258']

/** Verhoeff, 1969: India's Aadhaar. */
export function isVerhoeff(digits: string): boolean {
  let check = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = at(digits, digits.length - 1 - index)
    check = at(verhoeffProducts[check]!, at(verhoeffTurns[index % 8]!, digit))
  }
  return check === 0
}

/** The remainder by 97 of a number of any length; letters count as in ISO 13616 (A is 10). */
function mod97(text: string): number {
  let rest = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    rest = code < 58 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97
  }
  return rest
}

export const isIban = (text: string): boolean => mod97(text.slice(4) + text.slice(0, 4)) === 1

/** ISO 7064, MOD 11,10; of the first ten digits one comes twice or three times, and no other does: Germany's tax id. */
export function isGermanTaxId(digits: string): boolean {
  const distinct = new Set(digits.slice(0, 10)).size
  if (digits[0] === '0' || (distinct !== 8 && distinct !== 9)) return false
  let product = 10
  for (let index = 0; index < 10; index++) {
    const sum = (at(digits, index) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === at(digits, 10)
}

/** France's NIR: 97 less the remainder; the two halves of Corsica are written with a letter. */
export function isFrenchNir(text: string): boolean {
  const number = text.slice(0, 13).replace('2A', '19').replace('2B', '18')
  return 97 - mod97(number) === Number(text.slice(13))
}

const spanishLetters = 'TRWAGMYFPDXBNJZSQVHLCKE'

/** Eight digits, or X, Y, Z and seven, and the letter of the remainder by 23. */
export function isSpanishId(text: string): boolean {
  const number = Number(text.slice(0, 8).replace('X', '0').replace('Y', '1').replace('Z', '2'))
  return spanishLetters[number % 23] === text[8]
}

const oddValues: readonly number[] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

/** Italy's codice fiscale: its last letter is the sum of the others, those at odd places by a table. */
export function isCodiceFiscale(text: string): boolean {
  let sum = 0
  for (let index = 0; index < 15; index++) {
    const code = text.charCodeAt(index)
    const value = code < 58 ? code - 48 : code - 65
    sum += index % 2 === 0 ? oddValues[value]! : value
  }
  return (sum % 26) + 65 === text.charCodeAt(15)
}

/** Brazil's CPF: two digits of eleven. A number of one digit alone is nobody's. */
export function isCpf(digits: string): boolean {
  if (new Set(digits).size === 1) return false
  const check = (count: number): number => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += at(digits, index) * (count + 1 - index)
    return ((sum * 10) % 11) % 10
  }
  return check(9) === at(digits, 9) && check(10) === at(digits, 10)
}

export const isDutchBsn = (digits: string): boolean => digits !== '000000000' && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
export const isPesel = (digits: string): boolean => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
export const isTaxFileNumber = (digits: string): boolean => digits !== '000000000' && weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0

/** EAN-13, of Swiss numbers that begin with the country's 756. */
export const isSwissAhv = (digits: string): boolean => weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0

/** 97 less the remainder; who was born in this century has a 2 before it. */
export function isBelgianId(digits: string): boolean {
  const key = Number(digits.slice(9))
  return 97 - (Number(digits.slice(0, 9)) % 97) === key || 97 - (Number(`2${digits.slice(0, 9)}`) % 97) === key
}

/** ISO 7064, MOD 11-2; the last may be an X. */
export function isChineseId(text: string): boolean {
  return '10X98765432'[weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === text[17]
}

/** Whether it can be a day, as `YYMMDD`. */
export function isDay(digits: string): boolean {
  const month = Number(digits.slice(2, 4))
  const day = Number(digits.slice(4, 6))
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}
