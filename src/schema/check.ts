import type { Checked, Diagnostic } from '../model/diagnostic.js';
import { isJsonObject } from '../model/json.js';
import type { Json } from '../model/json.js';
import type { Span, Value } from '../model/source.js';
import { diagnosticOf } from './explain.js';
import type { Param } from './param.js';
import { jsonOf, pathsOfHoles } from './pointer.js';
import type { Hole } from './pointer.js';
import { validate } from './validate.js';
import { withDefaults } from './walk.js';

export interface CheckOptions {
  /**
   * Says what stands for a template or expression in the value that is returned. Without it, and where it says
   * undefined, the key is absent (in a list: null).
   */
  readonly fill?: (hole: Hole, pointer: string) => Json | undefined;
  /** Where the key of the value stands: missing keys are shown there. */
  readonly keyAt?: Span;
  /** The value as it was written, when its templates were replaced by what they give. */
  readonly source?: Value;
}

/** Keeps the place of a hole while defaults are filled in. No file holds this text. */
const openHole = '\u0000hole';

/**
 * Checks parameters as they were written. Templates and expressions are holes: nothing is said about what they may
 * become, neither there nor above; what stands beside them is checked.
 * @returns the parameters with defaults filled in; absent when something is wrong
 */
export function checkValue(value: Value, param: Param<unknown>, options: CheckOptions = {}): Checked<Json> {
  const holes = new Set(pathsOfHoles(value));
  // Something has to stand for a hole, so that its key is not missing and a list keeps its length.
  const json = jsonOf(value, () => null) ?? null;
  const faults = validate(param.schema, json).filter(({ pointer }) => !isCovered(pointer, holes));
  const diagnostics = faults.flatMap((fault) =>
    diagnosticOf(fault, { value: options.source ?? value, json, schema: param.schema, keyAt: options.keyAt }),
  );
  if (diagnostics.length > 0) return { diagnostics: inOrder(diagnostics) };
  const filled = jsonOf(value, (hole, pointer) => options.fill?.(hole, pointer) ?? openHole) ?? null;
  const complete = withoutOpenHoles(withDefaults(param.schema, filled));
  return { ...(complete === undefined ? {} : { value: complete }), diagnostics };
}

/**
 * Checks parameters that became known during the run. Faults are shown where the text that gave the value stands.
 * @param source the parameters as they were written, with their templates
 */
export function checkJson(json: Json, param: Param<unknown>, source: Value): Checked<Json> {
  const faults = validate(param.schema, json);
  const diagnostics = faults.flatMap((fault) => diagnosticOf(fault, { value: source, json, schema: param.schema }));
  if (diagnostics.length > 0) return { diagnostics: inOrder(diagnostics) };
  return { value: withDefaults(param.schema, json), diagnostics };
}

function withoutOpenHoles(json: Json): Json | undefined {
  if (json === openHole) return undefined;
  if (Array.isArray(json)) return json.map((item: Json) => withoutOpenHoles(item) ?? null);
  if (!isJsonObject(json)) return json;
  const pairs = Object.entries(json).map(([key, value]) => [key, withoutOpenHoles(value)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, Json] => pair[1] !== undefined));
}

/** Whether a hole stands at a pointer or above it. */
function isCovered(pointer: string, holes: ReadonlySet<string>): boolean {
  for (let end = pointer.length; end >= 0; end = end === 0 ? -1 : Math.max(0, pointer.lastIndexOf('/', end - 1))) {
    if (holes.has(pointer.slice(0, end))) return true;
  }
  return false;
}

/** In the order of the text; several faults of one value say the same. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  return sorted.filter((each, index) => {
    const before = sorted[index - 1];
    return before === undefined || before.message !== each.message || before.at !== each.at;
  });
}
