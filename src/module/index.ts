/**
 * The door of modules, `stowage/module`: everything that a module may import besides shared facts. The modules of
 * stowage use no other.
 */
export { defineAction, defineClusterModule, defineComposite, defineModule } from './define.js';
export type { Catalog, SealedAction, SealedComposite, SealedModule, SealedStateful } from './define.js';
export { badParameters, defineFact, defineHostFact, digestOfTexts, readFailed } from './fact.js';
export type { HostFact } from './fact.js';
export type * from './module.js';
export { param } from '../schema/param.js';
export type { Infer, Param } from '../schema/param.js';
export type { Fact, Probe, RunResult } from '../transport/probe.js';
export type { Assessment, Change, FieldChange, Pending, Refusal, State } from '../model/change.js';
export type { Guard, HostStep, ReadRequest, Step, StepResult } from '../model/step.js';
export type { HostStatus, StatusNode, StatusState } from '../model/status.js';
export type { Json, JsonObject } from '../model/json.js';
export { isJsonObject } from '../model/json.js';
