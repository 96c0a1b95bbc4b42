/** Packages that are not the vendors' own, and vendors' whose API we serve in another's words, against a provider of every wire: text, streams and tools. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { twoCalls } from './clients.ts'
import { othersAt } from './matrix/others.ts'
import { openEveryWire } from './matrix/wires.ts'

/** One of them names what it was answered before instead of saying it again, so the gateway keeps answers. */
const { scene, everyWire } = await openEveryWire({ config: () => 'responses: { store: true }\n' })
const said = 'Grüezi Wält 🏔'

for (const other of othersAt(scene)) {
  describe(other.name, () => {
    for (const { wire, model, stage, speak } of everyWire) {
      test(`${other.name}, ${wire} provider: text, whole`, async () => {
        stage.play(speak(said))
        assert.equal(await other.whole(model), said)
      })

      test(`${other.name}, ${wire} provider: text, streamed`, async () => {
        stage.play(speak(said))
        assert.equal(await other.stream(model), said)
      })

      test(`${other.name}, ${wire} provider: two calls, their results, and the answer`, async () => {
        stage.play(speak(['I look.'], { toolCalls: twoCalls }), speak(said))
        const inputs: JsonObject[] = []
        const look = (input: JsonObject) => `seen ${inputs.push(input)} times`
        assert.equal(await other.loop(model, look), said)
        assert.deepEqual(
          inputs,
          twoCalls.map(({ input }) => input),
        )
        const again = stage.asked()[1]!.body.toString()
        for (const { id } of twoCalls) assert.equal(again.split(`"${id}"`).length, 3, `${id} stands on its call and its result`)
        assert.match(again, /seen 1 times.*seen 2 times/s)
      })
    }
  })
}
