/** Numbers and addresses of people: an example of each kind, and what only looks like one. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileDetector } from './index.ts'
import { piiKinds } from './pii-shapes.ts'

const pii = compileDetector({ kind: 'pii', name: 'pii' })
const found = (text: string): readonly string[] =>
  pii.look([{ from: 'user', text }]).findings.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)

/** Published examples; then the same with a wrong digit, or what only looks like one. */
const examples: readonly (readonly [kind: string, before: string, right: string, wrong: string])[] = [
  ['email', 'mail ', 'ann.lee+news@mail.example.co.uk', 'ann.lee@localhost'],
  ['email', '(', 'Ürsula@müller.example', 'lodash@4.17.21'],
  ['phone', 'call ', '+49 30 901820', '+49'],
  ['phone', 'or ', '(415) 555-2671', '(415) 55-671'],
  ['phone', 'appelez le ', '06 12 34 56 78', '06 12 34 56'],
  ['phone', 'Telefon: ', '030 9018200', '030'],
  ['card', 'pay with ', '4242 4242 4242 4242', '4242 4242 4242 4243'],
  ['card', 'pay with ', '378282246310005', '378282246310006'],
  ['card', 'pay with ', '5555-5555-5555-4444', '5555-5555-5555-4445'],
  ['iban', 'to ', 'DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 01'],
  ['iban', 'to ', 'GB82WEST12345698765432', 'GB82WEST12345698765433'],
  ['us_ssn', 'ssn ', '078-05-1120', '666-05-1120'],
  ['uk_nino', 'ni ', 'AB 12 34 56 C', 'QQ 12 34 56 C'],
  ['de_tax_id', 'Steuer-ID ', '86095742719', '86095742718'],
  ['fr_nir', 'n° ', '2 55 08 14 168 025 38', '2 55 08 14 168 025 39'],
  ['es_dni', 'dni ', '12345678Z', '12345678A'],
  ['es_nie', 'nie ', 'X1234567L', 'X1234567T'],
  ['it_codice_fiscale', 'cf ', 'RSSMRA85T10A562S', 'RSSMRA85T10A562T'],
  ['br_cpf', 'cpf ', '529.982.247-25', '529.982.247-26'],
  ['in_aadhaar', 'aadhaar ', '2341 2341 2346', '2341 2341 2347'],
  ['nl_bsn', 'BSN ', '123456782', '123456781'],
  ['pl_pesel', 'PESEL ', '44051401359', '44051401358'],
  ['se_personnummer', 'nr ', '811228-9874', '811228-9875'],
  ['ca_sin', 'SIN ', '046 454 286', '046 454 287'],
  ['au_tfn', 'TFN ', '123 456 782', '123 456 783'],
  ['cn_id', '身份证', '11010519491231002X', '110105194912310021'],
  ['kr_rrn', 'rrn ', '900101-1234567', '901301-1234567'],
  ['ch_ahv', 'ahv ', '756.9217.0769.85', '756.9217.0769.86'],
  ['be_national_id', 'rr ', '85.07.30-033.28', '85.07.30-033.29'],
  ['za_id', 'ID number ', '8001015009087', '8001015009088'],
  ['ip', 'from ', '203.0.113.7', '203.0.113.700'],
  ['ip', 'from ', '2001:db8::ff00:42:8329', '12:34:56'],
]

describe('personal data', () => {
  for (const [kind, before, right, wrong] of examples) {
    it(`is found as ${kind}: ${right}; and not ${wrong}`, () => {
      assert.deepEqual(found(`${before}${right}.`), [`${kind} ${right}`])
      assert.equal(
        found(`${before}${wrong}.`).some((one) => one.startsWith(kind)),
        false,
      )
    })
  }

  it('has an example of every kind', () => {
    assert.deepEqual(new Set(examples.map(([kind]) => kind)), new Set(piiKinds))
  })

  it('is not seen in versions, times, code, hashes and counts', () => {
    const harmless =
      'v1.2.3.4 at 12:34:56 std::vector<int> a::b 2026-11-21T14:30:00 commit 3f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39 1700000000 order 12345678901 x[0] 10.5 %'
    assert.deepEqual(found(harmless), [])
  })

  it('is seen in other widths, with other spaces and hyphens, and behind characters that nobody sees, where it stands', () => {
    const written = [
      '4242\u00a04242\u00a04242\u00a04242',
      '4242\u20114242\u20114242\u20114242',
      '42\u200b42 4242\u200b\u200b 4242 424\u20602',
      '４２４２ ４２４２ ４２４２ ４２４２',
    ]
    for (const card of written) assert.deepEqual(found(`\ufeffpay\u200b with ${card}\u200b now`), [`card ${card}`])
    assert.deepEqual(found('an ann＠example.com geschrieben'), ['email ann＠example.com'])
  })

  it('is looked for in the kinds and the passages that are asked for', () => {
    const mail = compileDetector({ kind: 'pii', name: 'pii', kinds: ['email'], of: ['tool'] })
    const text = 'joe@example.com 078-05-1120'
    const said = mail.look([
      { from: 'user', text },
      { from: 'tool', text },
    ])
    assert.deepEqual(
      said.findings.map(({ kind, passage }) => [kind, passage]),
      [['email', 1]],
    )
  })
})
