/** [B19]: one of two files, which run at once, of the 200 points at which a gateway is killed under load. */

import { test } from 'node:test'
import { killAndCount } from './crash.ts'

const points = 100

test(`[B19] a gateway as it comes, killed at ${points} points under load, starts clean, its log verifies, and every call that an upstream saw has a receipt or is told as interrupted`, async () => {
  await killAndCount(points, {})
})
