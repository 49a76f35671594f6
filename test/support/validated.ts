import { Ajv } from 'ajv';
import type { JsonObject } from '../../src/model/json.js';
import type { SealedModule } from '../../src/module/define.js';

const ajv = new Ajv({ useDefaults: true, discriminator: true, strict: false, allErrors: true });

/** Parameters with their defaults, as the engine hands them to a module. Throws when they are not valid. */
export function validated(module: SealedModule, params: JsonObject): JsonObject {
  const copy = structuredClone(params);
  const check = ajv.compile(module.params.schema);
  if (!check(copy)) throw new Error(`${module.name}: ${ajv.errorsText(check.errors)}`);
  return copy;
}
