export { startThreeXuiSimulator, type SimulatorOptions, type ThreeXuiSimulator } from './simulator.ts';
export { demoInbounds } from './demo-inbounds.ts';
export { costMs, type CostModel } from './latency.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { ClientEntry, InboundRow } from './database.ts';
export type { InboundDraft } from './inbounds.ts';
