/** Whoever waits gets a turn, in an order that is fair between those who ask; whoever leaves leaves nothing behind. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FairQueue } from './queue.ts'

const join = (queue: FairQueue, who: string, until = Infinity) => queue.join(who, until, () => {})

const waitingOf = (all: readonly { readonly isOver: boolean }[]): number => all.filter(({ isOver }) => !isOver).length

test('callers take turns, however many of one of them wait', async () => {
  const queue = new FairQueue()
  const order: string[] = []
  const waiting = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((who) => join(queue, who).isGranted.then(() => order.push(who)))
  while (queue.grant());
  await Promise.all(waiting)
  assert.deepEqual(order, ['a', 'b', 'c', 'a', 'b', 'a', 'a'])
})

test('whose time is up hears that there is no room, though nobody leaves', async () => {
  const queue = new FairQueue()
  const began = performance.now()
  assert.equal(await join(queue, 'a', began + 30).isGranted, false)
  assert.ok(performance.now() - began < 1000)
  assert.deepEqual([queue.length, queue.grant()], [0, false])
})

test('whoever comes, leaves and is let go, the queue holds exactly those who wait', async () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('join' as const), who: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('leave' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('grant' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const queue = new FairQueue()
      const all: ReturnType<typeof join>[] = []
      for (const one of events) {
        if (one.kind === 'join') all.push(join(queue, one.who))
        else if (one.kind === 'leave') all[one.at % Math.max(1, all.length)]?.end(false)
        else {
          const isSomebody = waitingOf(all) > 0
          assert.equal(queue.grant(), isSomebody)
        }
        // Whoever left is taken out when its promise has settled.
        await new Promise(setImmediate)
        assert.equal(queue.length, waitingOf(all))
      }
      while (queue.grant());
      await Promise.all(all.map(({ isGranted }) => isGranted))
      assert.equal(queue.length, 0)
    }),
  )
})
