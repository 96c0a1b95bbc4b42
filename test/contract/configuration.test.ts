/** Section 4 of the contract: variables and `omni.yaml`, which beats which, and what happens while it changes. */

import assert from 'node:assert/strict'
import { rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { eventually, startGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { question } from './scene.ts'
import { omni } from './shell.ts'

const upstream = await startUpstream(openai.speak('ok'))
after(() => upstream.stop())
const secret = 'secret-of-file-9f86d081884c7d65'
const entry = (name: string) => `  ${name}: { like: openai, key: ${secret}, baseUrl: "${upstream.url}/${name}" }\n`

const ask = (gateway: Gateway, model: string, key = gateway.key) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model, ...question }),
  })
const admin = (gateway: Gateway, path: string, method = 'GET') =>
  fetch(`${gateway.url}${path}`, { method, headers: { authorization: `Bearer ${gateway.adminKey}` } })
const readiness = async (gateway: Gateway) => (await (await fetch(`${gateway.url}/health/readiness`)).json()) as { status: string; config: string }

describe('who may call', () => {
  test('without `OMNI_AUTH_TOKENS` keys are required, and the first start makes one', async () => {
    await using gateway = await startGateway()
    assert.match(gateway.key, /^omni_[\w-]{43}$/)
    assert.equal((await ask(gateway, 'omni-runtime/smoke')).status, 200)
    assert.equal((await ask(gateway, 'omni-runtime/smoke', '')).status, 401)
    assert.ok(!gateway.stderr().includes(gateway.key), 'nobody watches: it is in a file')
  })

  test('set but empty it turns client auth off, and never opens what is the operator’s', async () => {
    await using gateway = await startGateway({ env: { OMNI_AUTH_TOKENS: '' } })
    assert.equal(gateway.key, '')
    for (const key of ['', 'anything']) assert.equal((await ask(gateway, 'omni-runtime/smoke', key)).status, 200)
    for (const path of ['/metrics', '/_omni/reports', '/_omni/keys']) assert.equal((await fetch(`${gateway.url}${path}`)).status, 401, path)
    assert.equal((await admin(gateway, '/metrics')).status, 200)
  })

  test('with tokens, those open the models and their own receipts, and nothing else', async () => {
    const [first, second] = ['first-token-of-a-client-42', 'second-token-of-a-client-43']
    await using gateway = await startGateway({ env: { OMNI_AUTH_TOKENS: `${first}, ${second}` } })
    for (const token of [first, second]) assert.equal((await ask(gateway, 'omni-runtime/smoke', token)).status, 200)
    assert.equal((await ask(gateway, 'omni-runtime/smoke', 'third-token')).status, 401)
    const get = (path: string, token: string) => fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    await eventually(async () => ((await (await get('/_omni/reports', first)).json()) as { retained: number }).retained === 1)
    for (const path of ['/metrics', '/_omni/keys', '/_omni/status']) assert.equal((await get(path, first)).status, 403, path)
    for (const token of [first, second]) assert.ok(!`${gateway.stdout()}${gateway.stderr()}`.includes(token))
  })

  for (const [says, options, complaint] of [
    [
      'auth off beyond loopback',
      { env: { OMNI_AUTH_TOKENS: '', OMNI_HOST: '0.0.0.0' }, args: ['--allow-plaintext'] },
      /turns client auth off: that is for loopback alone/,
    ],
    ['plain text beyond loopback', { env: { OMNI_HOST: '0.0.0.0' } }, /give `server\.tls`, or say `--allow-plaintext`/],
    [
      'a setting that is not there, with the nearest name',
      { config: 'sever: { port: 1 }\n' },
      /omni\.yaml:1: sever: is not a setting\. Did you mean `server`\?/,
    ],
    ['a variable that is not set', { config: 'providers:\n  openai: { key: ${NOT_SET_HERE} }\n' }, /NOT_SET_HERE, which is not set/],
    ['a name that leads nowhere', { config: 'aliases: { fast: nobody/x }\n' }, /names the provider `nobody`, which is not connected/],
    ['names that lead in a circle', { config: 'aliases: { a: b, b: a }\n' }, /leads back to itself/],
    [
      'a name for many that leads back to itself',
      { config: 'aliases:\n  fast: omni-runtime/smoke\n  gpt-*: gpt-4-*\n' },
      /omni\.yaml:3: aliases\.gpt-\*: leads back to itself/,
    ],
    [
      'chains that nobody could follow, each slip with its line and what to write instead',
      {
        config: `chains:
  first:
    strategy: weigthed
    targets:
      - { model: omni-runtime/smoke, weight: -1 }
  second:
    alsoOn: [content_filter]
`,
      },
      /yaml:3: chains\.first\.strategy: must be one of `priority`.*\n.*yaml:5: chains\.first\.targets\.0\.weight: must be a number from 0.*\n.*yaml:7: .*must be a list of `context_length/,
    ],
    [
      'a target at an account that is not there',
      {
        config: `providers:
  east: { like: openai, baseUrl: "http://127.0.0.1:1/v1", accounts: { red: { key: ${secret} } } }
chains:
  first:
    targets:
      - omni-runtime/smoke
      - { model: east/x, account: rde }
`,
      },
      /omni\.yaml:7: chains\.first\.targets\.1: `east` has no account `rde`\. Did you mean `red`\?/,
    ],
    ['what is no YAML', { config: 'providers: [\n' }, /not YAML/],
  ] as const satisfies readonly (readonly [string, GatewayOptions, RegExp])[]) {
    test(`it does not start with ${says}, and says so in a sentence`, async () => {
      await assert.rejects(startGateway(options), (error) => {
        assert.ok(error instanceof Error && /ended with 1 before it was ready/.test(error.message), String(error))
        assert.match(error.message, complaint)
        return !/\n\s+at .*omni/.test(error.message)
      })
    })
  }
})

describe('the environment', () => {
  test('connects the provider that the contract’s own variables name', async () => {
    await using gateway = await startGateway({
      env: { OMNI_OPENAI_API_KEY: 'from-omni-9f86d081884c7d65', OPENAI_API_KEY: 'usual-9f86d081884c7d65', OMNI_OPENAI_BASE_URL: `${upstream.url}/custom/v1` },
    })
    const before = upstream.requests.length
    assert.equal((await ask(gateway, 'openai/gpt-4o')).status, 200)
    const request = upstream.requests[before]!
    assert.deepEqual([request.path, request.header('authorization')], ['/custom/v1/chat/completions', 'Bearer from-omni-9f86d081884c7d65'])
    assert.match(gateway.stderr(), /providers +openai \(OMNI_OPENAI_API_KEY\)/)
    assert.ok(!gateway.stderr().includes('9f86d081884c7d65'))
  })

  test('beats the file, and options beat both', async () => {
    const config = `server: { port: 1 }\nlog: { level: warn, inputHash: none }\nproviders:\n  openai: { key: ${secret}, baseUrl: "${upstream.url}/file" }\n`
    await using gateway = await startGateway({ config, env: { OPENAI_API_KEY: 'usual-9f86d081884c7d65', OMNI_LOG_LEVEL: 'info' } })
    const before = upstream.requests.length
    await ask(gateway, 'openai/gpt-4o')
    assert.deepEqual(
      [upstream.requests[before]!.path, upstream.requests[before]!.header('authorization')],
      ['/file/chat/completions', 'Bearer usual-9f86d081884c7d65'],
    )
    await eventually(() => gateway.log().some(({ msg, input_hash }) => msg === 'inference' && input_hash === null))
    assert.match(gateway.stderr(), /OPENAI_API_KEY is used for `openai`, and not the key in the file/)
    const shown = await omni(gateway, ['config', 'show'])
    assert.ok(shown.stdout.includes('"logLevel": "info"') && !shown.stdout.includes('9f86d081884c7d65'))
  })

  test('`OMNI_CONFIG` names another file, and one that is not there is an error', async () => {
    await using gateway = await startGateway({ config: 'aliases: { from-default: omni-runtime/smoke }\n' })
    await writeFile(join(gateway.dataDir, 'other.yaml'), 'aliases: { from-other: omni-runtime/smoke }\n')
    await gateway.stop()
    await using other = await startGateway({ dataDir: gateway.dataDir, env: { OMNI_CONFIG: 'other.yaml' } })
    assert.equal((await ask(other, 'from-other')).status, 200)
    assert.equal((await ask(other, 'from-default')).status, 404)
    await assert.rejects(startGateway({ env: { OMNI_CONFIG: 'nowhere.yaml' } }), /There is no such file/)
  })
})

describe('accounts of a provider', () => {
  const [red, blue, green] = ['red-9f86d081884c7d659a2feaa0', 'blue-9f86d081884c7d659a2feaa0', 'green-9f86d081884c7d659a2feaa0']
  const config = (second: string) => `providers:
  team:
    like: openai
    baseUrl: "${upstream.url}/team"
    accounts: { red: { key: ${red} }, blue: { key: ${second} } }
aliases: { big: team/m, small-*: team/mini-* }
chains: { blue-alone: { targets: [{ model: team/m, account: blue }] } }
`
  const asked = async (gateway: Gateway, model: string) => {
    const before = upstream.requests.length
    const answer = await ask(gateway, model)
    return { status: answer.status, by: upstream.requests.slice(before).map((request) => `${request.header('authorization')} ${String(request.json().model)}`) }
  }

  test('are asked by the strategy of their provider, or one alone where a chain says so; a new key holds from the next call on', async () => {
    await using gateway = await startGateway({ config: config(blue) })
    assert.deepEqual(await asked(gateway, 'team/m'), { status: 200, by: [`Bearer ${red} m`] })
    assert.deepEqual(await asked(gateway, 'blue-alone'), { status: 200, by: [`Bearer ${blue} m`] })
    await writeFile(gateway.configPath, config(green))
    assert.equal((await admin(gateway, '/_omni/reload', 'POST')).status, 200)
    assert.deepEqual(await asked(gateway, 'blue-alone'), { status: 200, by: [`Bearer ${green} m`] })
  })

  test('(routing 3) that the provider refuses are out at once, and the next one serves; later calls leave them alone', async () => {
    const refusing = await startUpstream((request) =>
      request.header('authorization') === `Bearer ${red}` ? openai.error(401, 'invalid_request_error', 'invalid_api_key') : openai.speak('ok')(request),
    )
    await using _ = { [Symbol.asyncDispose]: () => refusing.stop() }
    await using gateway = await startGateway({ config: config(blue).replaceAll(upstream.url, refusing.url) })
    for (const wanted of [[red, blue], [blue]]) {
      const before = refusing.requests.length
      assert.equal((await ask(gateway, 'team/m')).status, 200)
      assert.deepEqual(
        refusing.requests.slice(before).map((request) => request.header('authorization')),
        wanted.map((key) => `Bearer ${key}`),
      )
    }
    assert.ok(!`${gateway.stdout()}${gateway.stderr()}`.includes(red))
  })

  test('have keys that nobody is shown, and names for many lead to all that fit', async () => {
    await using gateway = await startGateway({ config: config(blue) })
    const shown = `${(await omni(gateway, ['config', 'show'])).stdout}${await (await admin(gateway, '/_omni/config')).text()}`
    assert.ok(shown.includes('"red"') && shown.includes('"account": "blue"') && !shown.includes(red) && !shown.includes(blue))
    assert.deepEqual(await asked(gateway, 'small-7b'), { status: 200, by: [`Bearer ${red} mini-7b`] })
    assert.deepEqual(await asked(gateway, 'big'), { status: 200, by: [`Bearer ${red} m`] })
    assert.equal((await asked(gateway, 'small-')).status, 404)
    assert.equal((await asked(gateway, 'small-a/b')).status, 404)
  })
})

describe('a file that changes', () => {
  const aliases = (target: string) => `providers:\n${entry('east')}aliases: { fast: ${target} }\n`

  test('is read by itself: in place, by a rename and by a link; calls in flight keep what they began with', async () => {
    await using gateway = await startGateway({ config: aliases('omni-runtime/fail-400') })
    const leadsTo = (status: number) => eventually(async () => (await ask(gateway, 'fast')).status === status)
    await leadsTo(400)
    await writeFile(gateway.configPath, aliases('omni-runtime/smoke'))
    await leadsTo(200)
    await writeFile(`${gateway.configPath}.new`, aliases('omni-runtime/fail-400'))
    await rename(`${gateway.configPath}.new`, gateway.configPath)
    await leadsTo(400)
    await writeFile(join(gateway.dataDir, 'linked.yaml'), aliases('omni-runtime/smoke'))
    await symlink('linked.yaml', `${gateway.configPath}.link`)
    const slow = ask(gateway, 'omni-runtime/fail-slow')
    await rename(`${gateway.configPath}.link`, gateway.configPath)
    await leadsTo(200)
    assert.equal((await slow).status, 200)
    await eventually(() => gateway.log().some(({ msg }) => msg === 'configuration loaded'))
  })

  test('and is broken leaves the old one running, which log, readiness, metrics and `omni doctor` say until it is mended', async () => {
    await using gateway = await startGateway({ config: aliases('omni-runtime/smoke') })
    await writeFile(gateway.configPath, `${aliases('omni-runtime/smoke')}unknown: { setting: ${secret} }\n`)
    await eventually(async () => (await readiness(gateway)).config === 'stale')
    assert.equal((await readiness(gateway)).status, 'ready')
    assert.equal((await ask(gateway, 'fast')).status, 200)
    assert.match(await (await admin(gateway, '/metrics')).text(), /^omni_config_stale 1$/m)
    const told = await eventually(() => gateway.log().find(({ level }) => level === 'ERROR'))
    assert.match(String(told.problem), /unknown.*is not a setting/s)
    const doctor = await omni(gateway, ['doctor'])
    assert.equal(doctor.code, 1)
    assert.match(doctor.stdout, /!! +.*unknown[^]*!! +it runs on an older configuration: .*unknown/)
    assert.equal((await admin(gateway, '/_omni/reload', 'POST')).status, 400)
    assert.ok(!`${gateway.stdout()}${doctor.stdout}`.includes(secret))
    await writeFile(gateway.configPath, aliases('omni-runtime/fail-400'))
    await eventually(async () => (await readiness(gateway)).config === 'current')
    assert.equal((await ask(gateway, 'fast')).status, 400)
  })

  test('is read on `POST /_omni/reload`, on `omni reload` and on SIGHUP, too', async () => {
    await using gateway = await startGateway({ config: aliases('omni-runtime/smoke') })
    const status = async () => ((await (await admin(gateway, '/_omni/status')).json()) as { snapshot: string }).snapshot
    const first = await status()
    await writeFile(gateway.configPath, aliases('omni-runtime/fail-400'))
    assert.equal((await admin(gateway, '/_omni/reload', 'POST')).status, 200)
    assert.notEqual(await status(), first)
    await writeFile(gateway.configPath, aliases('omni-runtime/smoke'))
    assert.equal((await omni(gateway, ['reload'])).code, 0)
    assert.equal(await status(), first)
    const loads = () => gateway.log().filter(({ msg }) => msg === 'configuration loaded').length
    const before = loads()
    process.kill(gateway.pid, 'SIGHUP')
    await eventually(() => loads() > before)
  })
})
