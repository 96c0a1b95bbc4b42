/** Any that is in, each as often as the others. */

import { among } from './among.ts'

export const random = among(({ count }, _, asked) => Math.floor(asked.random() * count))
