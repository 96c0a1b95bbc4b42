/** Digests of what was said: of every surface, in both directions, whole and streamed; and the example of the docs proves them. */

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect } from '../contract/line.ts'
import { openScene, question, type Receipt, type Scene } from '../contract/scene.ts'
import { eventually } from '../gateway.ts'
import { formOf, postForm } from '../media/scene.ts'
import { finish, first, messages, openai, reply, size, type Answer, type Received } from '../upstream/index.ts'
import { embeddings, titanEmbed } from '../upstream/forms.ts'

const config = (mode: string) => () =>
  `
receipts: { content: ${mode} }
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
chains: { both: { targets: [openai/gpt-4o, anthropic/claude-sonnet-4] } }`
const providers = ({ chat }: { readonly chat: string }) =>
  `  bedrock: { key: k-bedrock-5e884898da280, region: eu-central-1, baseUrl: "${chat}/bedrock" }\n  deepgram: { key: dk, baseUrl: "${chat}" }`
const scenes = {
  prove: await openScene({ config: config('prove'), providers }),
  link: await openScene({ config: config('link'), providers }),
  none: await openScene({ config: config('none'), providers }),
} as const

const chat = { model: 'openai/gpt-4o', ...question }
const sound = Buffer.from('RIFF of a song')
const cut = (whole: Answer): Answer => [...first(Math.floor(size(whole) * 0.7), whole), finish()]
const vectors = (request: Received) => (request.path.includes('titan') ? titanEmbed(request) : embeddings(request))
const upload = () => formOf(['model', 'openai/whisper-1'], ['file', new Blob([sound], { type: 'audio/wav' }), 'a.wav'])

interface Case {
  readonly says: string
  /** How many requests the last attempt took. */
  readonly requests: number
  readonly ask: (scene: Scene) => Promise<Response>
}

const cases: readonly Case[] = [
  { says: 'a chat whole', requests: 1, ask: (scene) => scene.post('/v1/chat/completions', chat) },
  { says: 'a chat streamed', requests: 1, ask: (scene) => scene.post('/v1/chat/completions', { ...chat, stream: true }) },
  { says: 'a chat translated', requests: 1, ask: (scene) => scene.post('/v1/chat/completions', { ...chat, model: 'anthropic/claude-sonnet-4', stream: true }) },
  {
    says: 'a message with a letter of four bytes',
    requests: 1,
    ask: (scene) => scene.post('/v1/messages', { ...chat, max_tokens: 9, system: '🦜', stream: true }),
  },
  {
    says: 'the target that answered after another had failed',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(reply(500, 'no'))
      return scene.post('/v1/chat/completions', { ...chat, model: 'both' })
    },
  },
  {
    says: 'a stream that broke off',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(cut(openai.stream(['Hello', ' there', ' and', ' more'])))
      return scene.post('/v1/chat/completions', { ...chat, stream: true })
    },
  },
  {
    says: 'a refusal by the provider',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(openai.error(400))
      return scene.post('/v1/chat/completions', chat)
    },
  },
  { says: 'a count of tokens', requests: 1, ask: (scene) => scene.post('/v1/messages/count_tokens', { ...question, model: 'anthropic/claude-sonnet-4' }) },
  {
    says: 'a form that takes several requests',
    requests: 6,
    ask: (scene) => {
      scene.chat.play(vectors)
      return scene.post('/v1/embeddings', { model: 'bedrock/amazon.titan-embed-text-v2:0', input: ['a', 'bb', 'ccc', 'dddd', 'e', 'f'] })
    },
  },
  {
    says: 'speech',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(reply(200, sound, { 'content-type': 'audio/mpeg' }))
      return scene.post('/v1/audio/speech', { model: 'openai/gpt-4o-mini-tts', voice: 'alloy', input: 'Hello' })
    },
  },
  {
    says: 'an upload that is passed on while it comes',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(reply(200, { text: 'la la' }))
      return postForm(scene, '/v1/audio/transcriptions', upload())
    },
  },
  {
    says: 'an upload for another dialect',
    requests: 1,
    ask: (scene) => {
      scene.chat.play(reply(200, { metadata: { duration: 1 }, results: { channels: [{ alternatives: [{ transcript: 'la la' }] }] } }))
      return postForm(scene, '/v1/audio/transcriptions', formOf(['model', 'deepgram/nova-3'], ['file', new Blob([sound], { type: 'audio/wav' }), 'a.wav']))
    },
  },
]

interface Heard {
  readonly answer: Response
  readonly receipt: Receipt
  readonly request: Buffer
  readonly response: Buffer
}

async function hear(scene: Scene, { ask, requests }: Case): Promise<Heard> {
  scene.chat.play(openai.speak('Hello World'))
  scene.claude.play((request) => (request.path.endsWith('count_tokens') ? reply(200, { input_tokens: 7 }) : messages.speak('Hello World')(request)))
  const answer = await ask(scene)
  const response = Buffer.from(await answer.arrayBuffer())
  const receipt = await scene.receiptOf(answer)
  const asked = [...scene.chat.asked(), ...scene.claude.asked()].slice(-requests).map(({ body }) => body)
  // Those of one form are under way together, and may be read in any order; their texts are in this one.
  return { answer, receipt, response, request: Buffer.concat(asked.toSorted(Buffer.compare)) }
}

/** As the page has it. */
const page = readFileSync(new URL('../../docs/receipts.md', import.meta.url), 'utf8')
const script = /```python\n("""prove\.py[\s\S]*?)```/.exec(page)![1]!
const python = ensurePython()
const proves = (way: string, heard: Heard, input: Buffer): boolean =>
  spawnSync(python, ['-c', script, way, heard.answer.headers.get('x-receipt-opening') ?? '', String(heard.receipt[`${way}_digest`])], { input }).status === 0

function ensurePython(): string {
  if (spawnSync('python3', ['--version']).status !== 0) execFileSync('apt-get', ['install', '-y', '-qq', 'python3'])
  return 'python3'
}

describe('with `prove`', () => {
  for (const one of cases)
    test(`[C75] the caller can show what was said of ${one.says}, by ten lines of Python`, async () => {
      const heard = await hear(scenes.prove, one)
      assert.match(heard.answer.headers.get('x-receipt-opening') ?? '', /^[\w-]{22}$/)
      assert.equal(heard.receipt.content_mode, 'prove')
      assert.ok(heard.request.length > 0 && heard.response.length > 0)
      for (const way of ['request', 'response'] as const) {
        assert.ok(proves(way, heard, heard[way]), `the ${way} is not what was said`)
        assert.ok(!proves(way, heard, Buffer.concat([heard[way], Buffer.from(' ')])), `more was said than the ${way}`)
      }
      assert.ok(!proves('request', { ...heard, receipt: { request_digest: heard.receipt.response_digest } }, heard.response), 'the ways are one')
    })

  test('[C75] equal words have other digests every time, and the opening is kept nowhere', async () => {
    const heard = [await hear(scenes.prove, cases[0]!), await hear(scenes.prove, cases[0]!)]
    assert.ok(heard[0]!.request.equals(heard[1]!.request))
    assert.notEqual(heard[0]!.receipt.request_digest, heard[1]!.receipt.request_digest)
    const openings = heard.map(({ answer }) => answer.headers.get('x-receipt-opening')!)
    const { dataDir, stdout, stderr } = scenes.prove.gateway
    const kept = [stdout(), stderr(), JSON.stringify(heard.map(({ receipt }) => receipt)), ...filesIn(dataDir)]
    for (const opening of openings)
      for (const form of [opening, Buffer.from(opening, 'base64url').toString('hex'), Buffer.from(opening, 'base64url').toString('latin1')])
        assert.ok(kept.every((text) => !text.includes(form)))
  })

  test('who was refused before any provider was asked can prove that as well', async () => {
    const heard = await hear(scenes.prove, {
      says: '',
      requests: 0,
      ask: (scene) => scene.post('/v1/chat/completions', { model: 'openai/gpt-4o', messages: 'hi' }),
    })
    assert.equal(heard.answer.status, 400)
    assert.equal(heard.receipt.request_digest, null)
    assert.ok(proves('response', heard, heard.response))
  })
})

describe('with `link`', () => {
  for (const one of cases)
    test(`who has the key of the epoch can tell ${one.says}`, async () => {
      const { receipt, answer, ...said } = await hear(scenes.link, one)
      assert.equal(answer.headers.get('x-receipt-opening'), null)
      assert.equal(receipt.content_mode, 'link')
      const key = Buffer.from(readFileSync(join(scenes.link.gateway.dataDir, 'epochs', 'default', String(receipt.content_epoch)), 'utf8').trim(), 'hex')
      for (const way of ['request', 'response'] as const) {
        const length = Buffer.alloc(8)
        length.writeBigUInt64BE(BigInt(said[way].length))
        const mac = createHmac('sha256', key).update(`omni-gateway/link/${way}/1\0`).update(length).update(createHash('sha256').update(said[way]).digest())
        assert.equal(receipt[`${way}_digest`], mac.digest('hex'), way)
      }
    })

  test('the key is for the user alone, and apart from the database', async () => {
    const folder = join(scenes.link.gateway.dataDir, 'epochs', 'default')
    const [epoch, ...others] = readdirSync(folder)
    assert.deepEqual(others, [])
    assert.match(epoch!, /^\d{4}-\d\d-\d\d$/)
    assert.equal(statSync(join(folder, epoch!)).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
  })
})

describe('on a WebSocket', () => {
  const speak = async (scene: Scene): Promise<Receipt> => {
    scene.chat.play(openai.speak('Hello World'))
    const line = await connect(scene, { headers: { authorization: `Bearer ${scene.gateway.key}` } })
    line.send({ type: 'response.create', model: chat.model, input: 'hi', store: false })
    await line.answer()
    line.socket.close()
    return eventually(async () => {
      const { data } = (await (await scene.get('/_omni/reports?limit=1&surface=openai-responses')).json()) as { data: Receipt[] }
      return data[0]
    })
  }

  test('no commitment is made that nobody could open', async () => {
    const receipt = await speak(scenes.prove)
    assert.deepEqual([receipt.content_mode, receipt.request_digest, receipt.response_digest], ['none', null, null])
  })

  test('digests under the key of the epoch are', async () => {
    const receipt = await speak(scenes.link)
    assert.equal(receipt.content_mode, 'link')
    assert.match(`${String(receipt.request_digest)} ${String(receipt.response_digest)}`, /^[\da-f]{64} [\da-f]{64}$/)
  })
})

test('with `none`, which is the default, there is no digest, no header and no key', async () => {
  const { receipt, answer } = await hear(scenes.none, cases[1]!)
  assert.equal(answer.headers.get('x-receipt-opening'), null)
  assert.deepEqual([receipt.content_mode, receipt.content_epoch, receipt.request_digest, receipt.response_digest], ['none', null, null, null])
  assert.ok(!readdirSync(scenes.none.gateway.dataDir).includes('epochs'))
})

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
