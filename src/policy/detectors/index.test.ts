/** What each detector finds, and what it leaves alone. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Detector, Speaker } from '../detector.ts'
import { mostCharacters } from './automaton.ts'
import { plainHost } from './domains.ts'
import { compileDetector } from './index.ts'
import { languageOf } from './languages.ts'

const found = (terms: Detector['terms'], text: string, from: Speaker = 'user'): readonly string[] =>
  compileDetector(terms)
    .look([{ from, text }])
    .findings.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`)

const random = (length: number, letters = 'a8Kd3Zq7Rm2Xw9Ts4Pv6'): string => letters.repeat(Math.ceil(length / letters.length)).slice(0, length)

describe('secrets', () => {
  const secrets = { kind: 'secrets', name: 'secrets' } as const
  const keys: readonly (readonly [string, string])[] = [
    ['openai_key', `sk-proj-${random(48)}`],
    ['anthropic_key', `sk-ant-api03-${random(60)}`],
    ['aws_key_id', `AKIA${'2E4K7QJ5M3XN6PRT'}`],
    ['github_token', `ghp_${random(36)}`],
    ['gitlab_token', `glpat-${random(20)}`],
    ['google_key', `AIza${random(35)}`],
    ['slack_token', `xoxb-${random(40)}`],
    ['stripe_key', `sk_live_${random(24)}`],
    ['huggingface_token', `hf_${random(34, 'aBcDeFgHiJkLmNoP')}`],
    ['npm_token', `npm_${random(36)}`],
    ['jwt', `eyJ${random(30)}.eyJ${random(40)}.${random(43)}`],
  ]
  for (const [kind, key] of keys) it(`are found as ${kind}`, () => assert.deepEqual(found(secrets, `use ${key} here`), [`${kind} ${key}`]))

  it('are found as private keys, whole', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${random(64)}\n${random(64)}\n-----END RSA PRIVATE KEY-----`
    assert.deepEqual(found(secrets, `a ${key} b -----BEGIN CERTIFICATE-----`), [`private_key ${key}`])
  })

  it('are found as the passwords of addresses, and behind words for them', () => {
    assert.deepEqual(found(secrets, 'postgres://app:s3cr3t@db.internal/x'), ['url_password s3cr3t'])
    assert.deepEqual(found(secrets, 'PASSWORD="Tr0ub4dor&3"'), ['password Tr0ub4dor&3'])
    assert.deepEqual(found(secrets, '{"api_key": "9f8e7d6c5b4a39281706f5e4d3c2b1a0"}'), ['random 9f8e7d6c5b4a39281706f5e4d3c2b1a0'])
  })

  it('are not seen in examples, names, calls and hashes', () => {
    const harmless = [
      `sk-xxxxxxxxxxxxxxxxxxxxxxxx AKIA${'IOSFODNN7EXAMPLE'} task-force-of-the-northern-hemisphere`,
      'const token = getToken(request) // password = process.env.PASSWORD',
      'the token count is 12345, secret: ${SECRET}, password: your-password-here',
      'https://user:pass@example.com is fine? no: http://example.com:8080/a:b@c',
      'commit 3f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39',
    ]
    assert.deepEqual(
      harmless.flatMap((text) => found(secrets, text)),
      ['url_password pass'],
    )
  })
})

describe('words', () => {
  const list = (...words: string[]) => ({ kind: 'words', name: 'list', words }) as const

  it('are found however they are dressed up', () => {
    for (const text of ['Forbidden', 'FORBIDDEN', 'fоrbiddеn', 'for\u200bbid\u00adden', 'ｆｏｒｂｉｄｄｅｎ', 'förbíddén', '𝐟𝐨𝐫𝐛𝐢𝐝𝐝𝐞𝐧'])
      assert.deepEqual(found(list('forbidden'), `a ${text} thing`), [`word ${text}`], text)
  })

  it('are whole words, unless a star says otherwise; where words have no spaces, they are anywhere', () => {
    assert.deepEqual(found(list('ass'), 'class, assess, ass'), ['word ass'])
    assert.deepEqual(found(list('kill*'), 'killing skill'), ['word kill'])
    assert.deepEqual(found(list('秘密'), 'これは秘密です'), ['word 秘密'])
  })

  it('are all found, those in others too', () => {
    assert.deepEqual(found(list('he*', '*she', '*hers', 'his'), 'ushers his'), ['word hers', 'word his'])
    assert.deepEqual(found(list('big data', 'data'), 'big data'), ['word big data', 'word data'])
  })

  it('are found by ten thousand as by one, and refused where they are too many to be', () => {
    const words = Array.from({ length: 9000 }, (_, at) => `w${at.toString(36)}`)
    assert.deepEqual(found(list(...words), 'w1 w2x w6xv none'), ['word w1', 'word w2x', 'word w6xv'])
    assert.throws(() => compileDetector(list('a'.repeat(mostCharacters + 1))), RangeError)
  })

  it('make a topic by several different ones', () => {
    const topic = compileDetector({ kind: 'topics', name: 'topic', words: ['loan', 'credit', 'mortgage'], least: 2 })
    const [one, two] = ['a loan, a loan', 'a loan or a mortgage'].map((text) => topic.look([{ from: 'user', text }]))
    assert.deepEqual([one!.score, one!.count, two!.score, two!.count], [0.5, 0, 1, 2])
  })
})

describe('domains', () => {
  it('are denied with all below them, by the host that browsers would ask', () => {
    const deny = { kind: 'domains', name: 'd', deny: ['evil.example', 'bücher.example'] } as const
    for (const [text, host] of [
      ['https://evil.example/x', 'evil.example'],
      ['http://a.b.EVIL.example:8080', 'a.b.EVIL.example:8080'],
      ['https://good.example@evil.example/', 'evil.example'],
      ['https://evil.example\\@good.example', 'evil.example'],
      ['ftp://xn--bcher-kva.example', 'xn--bcher-kva.example'],
      ['go to evil.example now', 'evil.example'],
    ] as const)
      assert.deepEqual(
        found(deny, text).filter((one) => one.startsWith('denied')),
        [`denied ${host}`],
        text,
      )
    assert.deepEqual(found(deny, 'https://notevil.example https://evil.example.com'), ['url notevil.example', 'url evil.example.com'])
  })

  it('that are on no list of what is allowed are denied, but not names of files', () => {
    const allow = { kind: 'domains', name: 'd', allow: ['example.com'] } as const
    assert.deepEqual(found(allow, 'https://api.example.com/x and main.ts, but https://other.test and other.org'), [
      'url api.example.com',
      'denied other.test',
      'denied other.org',
    ])
  })

  it('are read as URLs are', () => assert.equal(plainHost('0x7f.1'), '127.0.0.1'))
})

describe('languages', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['en', 'Please tell me what the weather is like in the city and how to get there.'],
    ['de', 'Bitte sag mir, wie das Wetter in der Stadt ist und wie ich mit dem Zug dorthin komme.'],
    ['fr', 'Dis-moi quel temps il fait dans la ville et comment je peux y aller avec vous.'],
    ['es', 'Dime qué tiempo hace en la ciudad y cómo puedo llegar con el tren por la mañana.'],
    ['pt', 'Diga como está o tempo na cidade e como eu posso chegar com o trem; não é longe.'],
    ['it', 'Dimmi che tempo fa nella città e come posso arrivare con il treno, non è lontano.'],
    ['nl', 'Vertel me wat het weer is in de stad en hoe ik er met de trein kan komen, maar niet te laat.'],
    ['pl', 'Powiedz mi, jaka jest pogoda w mieście i jak się tam dostać, ale nie za późno.'],
    ['ru', 'Скажи мне, какая погода в городе и как туда добраться.'],
    ['uk', 'Скажи мені, яка погода в місті і як туди дістатися.'],
    ['zh', '请告诉我这个城市的天气怎么样。'],
    ['ja', 'この町の天気を教えてください。'],
    ['ko', '이 도시의 날씨를 알려 주세요.'],
    ['ar', 'أخبرني كيف حال الطقس في المدينة'],
    ['hi', 'मुझे बताओ कि शहर में मौसम कैसा है'],
    ['unknown', 'x = y + 1; z()'],
    ['unknown', 'ok'],
  ]
  for (const [language, text] of texts) it(`are told: ${language}`, () => assert.equal(languageOf(text), language))

  it('that are not allowed are findings; what nobody can tell is none', () => {
    const terms = { kind: 'languages', name: 'language', allow: ['en'] } as const
    const detector = compileDetector(terms)
    const said = detector.look(texts.slice(0, 2).map(([, text]) => ({ from: 'user', text })))
    assert.deepEqual([said.count, said.findings[0]?.passage], [1, 1])
    assert.deepEqual(detector.look([{ from: 'user', text: 'ok' }]).label, 'unknown')
  })
})
