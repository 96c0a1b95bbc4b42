/** All that the command needs, behind one import that it makes when it is asked for. */

export { clientApis } from './asking.ts'
export { entriesOf } from './entries.ts'
export { rowsOf, sumUp } from './report.ts'
export { runCampaign, untested } from './run.ts'
export { startSimulator, usualTimes } from './simulator.ts'
export { scenarios } from './scenarios/index.ts'
export { wires } from '../wires/index.ts'
