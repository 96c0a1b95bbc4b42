/** Who is to hear that a budget is nearly spent hears it once: by webhook, Slack and mail, of several processes, and after a crash. */

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { loadSettings } from '../../src/config/load.ts'
import { periodOf } from '../../src/policy/periods.ts'
import { openAlerting, type Alerting } from '../../src/server/alerting.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { Log } from '../../src/telemetry/log.ts'
import { omni } from '../contract/shell.ts'
import { eventually, startGateway } from '../gateway.ts'
import { reply, startUpstream, type Received } from '../upstream/index.ts'
import { openMailbox } from './mailbox.ts'

const secret = 'a-secret-of-alerts'
const { from } = periodOf('month', 'UTC', Date.now())

interface Place extends AsyncDisposable {
  readonly store: Store
  readonly told: () => string
  /** Another process, as far as the database goes. */
  start(alerts: string): Promise<Alerting>
  /** So many dollars of the budget are spent in all. */
  spend(counter: string, dollars: number): void
}

async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'omni-alerts-'))
  const file = join(folder, 'omni.db')
  const store = await openStore({ file })
  const running: { readonly alerting: Alerting; readonly store: Store }[] = []
  let told = ''
  const written = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void (told += chunk.toString())) })
  const database = new DatabaseSync(file)
  return {
    store,
    told: () => told,
    async start(alerts) {
      const settings = loadSettings({ env: {}, overrides: { 'storage.dataDir': folder }, readFile: () => `alerts:\n${alerts}` }).settings
      const own = await openStore({ file })
      const alerting = openAlerting({ settings, store: own, log: new Log(written, 'debug') })
      alerting.start()
      running.push({ alerting, store: own })
      return alerting
    },
    spend: (counter, dollars) => spendIn(database, counter, dollars),
    async [Symbol.asyncDispose]() {
      for (const one of running) await one.alerting.close(100).then(() => one.store.close())
      database.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function spendIn(database: DatabaseSync, counter: string, dollars: number): void {
  const statement = database.prepare('insert into spending (counter, window_from, spent) values (?, ?, ?) on conflict do update set spent = excluded.spent')
  statement.run(counter, from, Math.round(dollars * 1e9))
}

const budget = (id: string, body: object = {}, version = 1) => ({
  kind: 'budget' as const,
  id,
  tenant: null,
  version,
  body: JSON.stringify({
    scope: 'all',
    each: [],
    amount_usd: '100.00',
    period: 'month',
    time_zone: 'UTC',
    alerts: [50, 80, 95],
    status: 402,
    unpriced: 'refuse',
    ...body,
  }),
  changedAt: 1,
})
const hook = (url: string): string => `  webhooks: [{ url: "${url}/alerts", secret: ${secret} }]`
const ofMoney = 'budget:money|month'

const percentOf = (request: Received): unknown => (request.json() as { readonly data: { readonly percent: number } }).data.percent

void describe('a budget that is nearly spent', () => {
  test('is told of once at each of its percents, signed', async () => {
    await using place = await openPlace()
    await using receiver = await startUpstream(reply(200, ''))
    await place.store.objects.put(budget('money'))
    place.spend(ofMoney, 49.999999999)
    const alerting = await place.start(hook(receiver.url))
    await pause(300)
    assert.equal(receiver.requests.length, 0)
    for (const [spent, heard] of [
      [50, 1],
      [79, 1],
      [80, 2],
      [96, 3],
      [150, 3],
    ] as const) {
      place.spend(ofMoney, spent)
      alerting.touch([ofMoney])
      await eventually(() => receiver.requests.length === heard)
      await pause(700)
      assert.equal(receiver.requests.length, heard)
    }
    assert.deepEqual(receiver.requests.map(percentOf), [50, 80, 95])
    assert.match(alerting.metrics(), /^omni_budget_spent_ratio\{budget="money"\} 1\.5$/m)
    const [first] = receiver.requests
    const { id, at: _, ...event } = first!.json()
    assert.deepEqual(event, {
      tenant: null,
      type: 'budget.spent',
      subject: 'Budget money: 50 % is spent',
      text: `$50.00 of the $100.00 for the month of the budget money (all) are spent. It begins anew on ${endOfMonth()} (UTC).`,
      data: {
        budget: 'money',
        tenant: null,
        scope: 'all',
        values: {},
        percent: 50,
        spent_usd: '50.00',
        amount_usd: '100.00',
        period: 'month',
        time_zone: 'UTC',
        from,
        to: periodOf('month', 'UTC', Date.now()).to,
      },
    })
    const signed = `${id as string}.${first!.header('webhook-timestamp')}.${first!.body.toString()}`
    assert.equal(first!.header('webhook-id'), id)
    assert.equal(first!.header('webhook-signature'), `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
  })

  test('is told of once by several processes, and not again after they were started anew', async () => {
    await using place = await openPlace()
    await using receiver = await startUpstream(reply(200, ''))
    await place.store.objects.put(budget('money', { each: ['key'] }))
    const keys = Array.from({ length: 20 }, (_, at) => `${ofMoney}|key=key_${at}`)
    for (const counter of keys) place.spend(counter, 85)
    await Promise.all(Array.from({ length: 4 }, () => place.start(hook(receiver.url))))
    await eventually(() => receiver.requests.length >= keys.length)
    await place.start(hook(receiver.url))
    await pause(500)
    assert.deepEqual(
      receiver.requests.map(percentOf),
      keys.map(() => 80),
    )
    const whose = receiver.requests.map((request) => (request.json() as { readonly data: { readonly values: { readonly key: string } } }).data.values.key)
    assert.deepEqual(whose.toSorted(), keys.map((counter) => counter.split('=')[1]!).toSorted())
  })

  test('whose amount was changed is told of anew, and one that is suspended, or tells nobody, is not', async () => {
    await using place = await openPlace()
    await using receiver = await startUpstream(reply(200, ''))
    await place.store.objects.put(budget('money'), budget('none', { alerts: [] }), budget('zero', { amount_usd: '0' }))
    for (const id of ['money', 'none', 'zero']) place.spend(`budget:${id}|month`, 60)
    const alerting = await place.start(hook(receiver.url))
    await eventually(() => receiver.requests.length === 1)
    await place.store.objects.put(budget('money', { amount_usd: '70.00' }, 2))
    alerting.touch([ofMoney])
    await eventually(() => receiver.requests.length === 2)
    assert.deepEqual(receiver.requests.map(percentOf), [50, 80])
  })

  test('of more keys than are read at once is told of for each', async () => {
    await using place = await openPlace()
    await place.store.objects.put(budget('money', { each: ['key'], alerts: [50] }))
    for (let at = 0; at < 1203; at += 1) place.spend(`${ofMoney}|key=key_${at}`, at === 0 ? 10 : 60)
    await place.start('  webhooks: []')
    const written = await eventually(async () => {
      const found = await place.store.notices.list({ most: 2000 })
      return found.length === 1202 ? found : undefined
    }, 20_000)
    assert.equal(new Set(written.map(({ once }) => once)).size, 1202)
  })
})

void describe('a receiver', () => {
  test('of Slack gets a message that nothing in a name can change, and mail has the same words', async () => {
    await using place = await openPlace()
    await using slack = await startUpstream(reply(200, 'ok'))
    await using mailbox = await openMailbox({ user: 'gateway', password: 'of-mail' })
    await place.store.objects.put(budget('money', { each: ['model'] }))
    place.spend(`${ofMoney}|model=<!channel>&*%0d%0aBcc: x@y.example`, 81)
    await place.start(`  webhooks: [{ url: "${slack.url}/T0/B0", format: slack }]
  mail: { host: 127.0.0.1, port: ${mailbox.port}, user: gateway, password: of-mail, from: gateway@example.com, to: "ops@example.com, cfo@example.com" }`)
    await eventually(() => slack.requests.length === 1 && mailbox.letters.length === 1)
    const { text } = slack.requests[0]!.json() as { readonly text: string }
    assert.match(text, /^\*Budget money, model &lt;!channel&gt;&amp;∗\uFFFD\uFFFDBcc: x@y\.example: 80 % is spent\*\n\$81\.00 of the \$100\.00/)
    const [letter] = mailbox.letters
    assert.deepEqual(letter!.to, ['ops@example.com', 'cfo@example.com'])
    assert.match(letter!.source, /^Subject: =\?UTF-8\?Q\?Budget_money=2C_model_[^]*\r\nMessage-ID/m)
    assert.doesNotMatch(letter!.source, /^Bcc/im)
    assert.match(letter!.source, /^Message-ID: <ntc_[\da-f]{32}@omni-gateway>\r$/m)
    assert.match(letter!.source.replaceAll('=\r\n', ''), /\$81\.00 of the \$100\.00 for the month/)
  })

  test('that was away hears it when it is back', async () => {
    await using place = await openPlace()
    const receiver = await startUpstream(reply(200, ''))
    await receiver.stop()
    await place.store.objects.put(budget('money'))
    place.spend(ofMoney, 55)
    await place.start(hook(receiver.url))
    const triedAtLeast = (tries: number) => async () => ((await place.store.notices.list({ most: 1 }))[0]?.receivers[0]?.tries ?? 0) >= tries
    await eventually(triedAtLeast(1))
    await using back = await startUpstream(reply(200, ''), { port: receiver.port })
    await eventually(() => back.requests.length === 1, 10_000)
    await eventually(async () => (await place.store.notices.list({ most: 1 }))[0]!.receivers[0]!.toldAt !== null)
    assert.ok(await triedAtLeast(2)())
    assert.match(place.told(), /a receiver of alerts could not be reached[^]*a receiver of alerts is back/)
  })

  test('that refuses a message for good holds up no other, and nothing that it says is repeated', async () => {
    await using place = await openPlace()
    await using refusing = await openMailbox({ refusal: { code: 550, sentence: 'canary of the mail server' } })
    await using receiver = await startUpstream(reply(200, ''))
    await place.store.objects.put(budget('money'))
    place.spend(ofMoney, 55)
    const mail = `  mail: { host: 127.0.0.1, port: ${refusing.port}, from: gateway@example.com, to: ops@example.com }`
    const alerting = await place.start(`${hook(receiver.url)}\n${mail}`)
    await eventually(() => receiver.requests.length === 1)
    const tested = await alerting.test({ type: 'alerts.test', subject: 'A test', text: 'Nothing.', data: {} })
    assert.deepEqual(
      tested.map(({ problem }) => problem),
      [null, 'It refused the message.'],
    )
    await eventually(() => /omni_alert_failures_total\{receiver="mail 127\.0\.0\.1:\d+"\} [1-9]/.test(alerting.metrics()))
    assert.doesNotMatch(place.told(), /canary/)
  })

  test('of mail that knows another password says so, in words of ours', async () => {
    await using place = await openPlace()
    await using mailbox = await openMailbox({ user: 'gateway', password: 'another' })
    const alerting = await place.start(
      `  mail: { host: 127.0.0.1, port: ${mailbox.port}, user: gateway, password: of-mail, from: gateway@example.com, to: ops@example.com }`,
    )
    const [tested] = await alerting.test({ type: 'alerts.test', subject: 'A test', text: 'Nothing.', data: {} })
    assert.equal(tested!.problem, 'It refused the gateway’s credential.')
  })
})

void describe('the gateway', () => {
  test('tells after it was killed what it had written and not told, and shows it', async () => {
    const away = await startUpstream(reply(200, ''))
    await away.stop()
    const config = `alerts:\n${hook(away.url)}\n`
    const first = await startGateway({ config })
    const { dataDir, adminKey } = first
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ scope: 'all', amount_usd: '100', period: 'month' })
    assert.equal((await fetch(`${first.url}/_omni/budgets/money`, { method: 'PUT', headers, body })).status, 201)
    await first.stop()
    const database = new DatabaseSync(join(dataDir, 'omni.db'))
    spendIn(database, ofMoney, 97)
    database.close()
    const second = await startGateway({ config, dataDir })
    await eventually(() => second.log().some(({ msg }) => msg === 'a receiver of alerts could not be reached'))
    // Until that is written down, the errand is the second one's for a minute.
    await pause(300)
    await second.kill()
    await using receiver = await startUpstream(reply(200, ''), { port: away.port })
    await using third = await startGateway({ config, dataDir })
    await eventually(() => receiver.requests.length === 1, 150_000)
    assert.equal(percentOf(receiver.requests[0]!), 95)
    const told = await omni(third, ['alerts', 'test'])
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stdout, /^✓ webhook 127\.0\.0\.1:\d+\n$/)
    const listed = await omni(third, ['alerts', 'list'])
    assert.match(listed.stdout, /webhook 127\.0\.0\.1:\d+ +Budget money: 95 % is spent/)
    await third.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
})

test('`omni alerts test` says that a change of `alerts` counts from the next start, also where there was none before', async () => {
  await using receiver = await startUpstream(reply(200, ''))
  const config = `alerts:\n${hook(receiver.url)}\n`
  await using without = await startGateway()
  await writeFile(without.configPath, config)
  assert.equal((await omni(without, ['reload'])).code, 0)
  const none = await omni(without, ['alerts', 'test'])
  assert.equal(none.code, 1)
  assert.match(none.stderr, /had none when the gateway started, and what was written there since counts from its next start/)
  await using started = await startGateway({ config })
  await writeFile(started.configPath, `alerts:\n${hook('http://127.0.0.1:9')}\n`)
  assert.equal((await omni(started, ['reload'])).code, 0)
  assert.match((await omni(started, ['alerts', 'test'])).stdout, /^✓ webhook 127\.0\.0\.1:\d+\nThese are those that the gateway started with: /)
})

const endOfMonth = (): string =>
  new Date(periodOf('month', 'UTC', Date.now()).to!).toLocaleString('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' })
