/** Each that is in, in turn. */

import { among } from './among.ts'

/** Turns go round those that are in, not all: else who stands behind one that is out would have its turns too. */
export const roundRobin = among(({ count }, _, { turn }) => turn % count)
