/** The library: what the command line does, for programs. Modules are made through `stowage/module`. */
export { changeable, changedInputs, differencesFrom, loadProject, openRun, planOf } from './app.js';
export type { OpenRun, PlanDifference, Project, Request, RunTools } from './app.js';
export type { Catalog } from './module/define.js';
export type { Checked, Diagnostic } from './model/diagnostic.js';
export type { Event, Recap, StampedEvent } from './model/event.js';
export type { Plan, PlanEntry } from './model/plan.js';
export type { StatusReport } from './model/status.js';
