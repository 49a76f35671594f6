import type { FieldChange } from '../model/change.js';
import { canonicalJson, equalJson } from '../model/json.js';
import type { Json } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';

/**
 * How what is to be done now compares with what a plan showed.
 *
 * - `same`: exactly that; also any harmless change where the plan said `?`.
 * - `less`: a part of it is done already.
 * - `more`: something else, or more; `why` says what.
 */
export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'less'; readonly why: string }
  | { readonly kind: 'more'; readonly why: string };

/** Compares a node's entry in a plan with its entry now. */
export function compareEntries(planned: PlanEntry, now: PlanEntry): Comparison {
  if (now.unreachable !== undefined && now.steps.length === 0) return { kind: 'same' };
  if (now.change.kind === 'none') {
    return planned.change.kind === 'none' ? { kind: 'same' } : { kind: 'less', why: 'nothing is left to do' };
  }
  const unshown = unshownRisk(planned, now);
  if (unshown !== undefined) return { kind: 'more', why: unshown };
  // What a plan cannot foresee is only the effect of an action: its steps are shown.
  if (planned.change.kind === 'unknown')
    return planned.steps.length > 0 ? compareSteps(planned, now) : { kind: 'same' };
  if (planned.change.kind !== now.change.kind) {
    return { kind: 'more', why: `the plan showed ${wordOf(planned)}, now it is ${wordOf(now)}` };
  }
  if (planned.change.kind === 'update' && now.change.kind === 'update') {
    const fields = compareFields(planned.change.fields, now.change.fields);
    return fields.kind === 'same' ? compareSteps(planned, now) : fields;
  }
  if (!equalJson(asJson(planned.change), asJson(now.change))) {
    return { kind: 'more', why: 'what it would do differs from what the plan showed' };
  }
  return compareSteps(planned, now);
}

/** Equal changes may need fewer steps: a folder above may be there by now. */
function compareSteps(planned: PlanEntry, now: PlanEntry): Comparison {
  const shown = planned.steps.map((step) => canonicalJson(asJson(step)));
  const steps = now.steps.map((step) => canonicalJson(asJson(step)));
  if (steps.some((step) => !shown.includes(step))) {
    return { kind: 'more', why: 'it would take other steps than the plan showed' };
  }
  if (steps.length === shown.length) return { kind: 'same' };
  return { kind: 'less', why: `${String(shown.length - steps.length)} of its steps are not needed any more` };
}

/** A step that destroys data or interrupts I/O has to have been shown, whatever else the plan left open. */
export function unshownRisk(planned: PlanEntry, now: PlanEntry): string | undefined {
  const shown = new Set(planned.steps.map((step) => canonicalJson(asJson(step))));
  const risky = now.steps.find(
    (step) => step.kind === 'run' && step.risk !== undefined && !shown.has(canonicalJson(asJson(step))),
  );
  return risky?.kind === 'run' ? `the plan did not show the step ${risky.argv.join(' ')}` : undefined;
}

function compareFields(planned: readonly FieldChange[], now: readonly FieldChange[]): Comparison {
  const shown = new Map(planned.map((field) => [field.path.join('.'), field]));
  for (const field of now) {
    const name = field.path.join('.');
    const before = shown.get(name);
    if (before === undefined) return { kind: 'more', why: `${name} differs now too` };
    if (!equalJson(before.from, field.from) || !equalJson(before.to, field.to)) {
      return { kind: 'more', why: `${name} is not what it was when the plan was made` };
    }
  }
  if (now.length === planned.length) return { kind: 'same' };
  return { kind: 'less', why: `${String(planned.length - now.length)} of its fields are right already` };
}

function wordOf(entry: PlanEntry): string {
  return entry.change.kind === 'none' ? 'no change' : entry.change.kind;
}

/** Plan entries are JSON by construction: they are read back from plan files. */
function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
