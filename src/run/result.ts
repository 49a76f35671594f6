import type { Change, State } from '../model/change.js';
import type { Json, JsonObject } from '../model/json.js';
import type { StepResult } from '../model/step.js';
import type { SealedAction } from '../module/define.js';

/** What `register` keeps of a resource: Ansible's keys, and the states. */
export function stateResult(
  outcome: 'ok' | 'changed' | 'failed',
  change: Change,
  prior: State | null,
  desired: State | null,
  message = '',
): JsonObject {
  const fields: Json =
    change.kind === 'update' ? change.fields.map(({ path, from, to }) => ({ path: path.join('.'), from, to })) : [];
  return {
    changed: outcome === 'changed',
    failed: outcome === 'failed',
    skipped: false,
    msg: message,
    prior,
    desired,
    fields,
  };
}

/** What `register` keeps of an action: Ansible's keys with what the module makes of its steps. */
export function actionResult(module: SealedAction, results: readonly StepResult[], params: JsonObject): JsonObject {
  const ran = results.length > 0;
  const failed = results.some(({ code }) => code !== 0);
  return { changed: ran, failed, skipped: false, msg: '', ...module.result(results, params) };
}

export const skippedResult: JsonObject = { changed: false, failed: false, skipped: true, msg: '' };
