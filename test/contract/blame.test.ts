/** Whose doing a failure is: what one client asks for takes no target, account or provider from the others. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gemini, reply } from '../upstream/index.ts'
import { openScene, openStage } from './scene.ts'

const google = await openStage(gemini.speak('Hello World'))
after(() => google.upstream.stop())
const scene = await openScene({
  providers: () => `  gemini: { key: secret-of-gemini-9f86d081884c7d65, baseUrl: "${google.upstream.url}/v1beta" }`,
  config: () => 'retry: { perTarget: 0 }\nhealth: { failures: 1, window: 1ms }',
})

for (const message of ['You do not have permission to access the File abc or it may not exist.', 'CachedContent not found (or permission denied)']) {
  test(`a file that is not there (“${message.slice(-20)}”) is the client’s to mend, and the account goes on`, async () => {
    google.play(reply(403, { error: { code: 403, message, status: 'PERMISSION_DENIED' } }), gemini.speak('fine'))
    const ask = (part: object) => scene.post('/v1beta/models/gemini%2Fgemini-2.5-flash:generateContent', { contents: [{ role: 'user', parts: [part] }] })
    const fileUri = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
    assert.equal((await ask({ fileData: { fileUri, mimeType: 'image/png' } })).status, 400)
    assert.equal((await ask({ text: 'hi' })).status, 200)
  })
}
