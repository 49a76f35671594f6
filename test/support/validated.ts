import type { JsonObject } from '../../src/model/json.js';
import { isJsonObject } from '../../src/model/json.js';
import type { SealedModule } from '../../src/module/define.js';
import { validate } from '../../src/schema/validate.js';
import { withDefaults } from '../../src/schema/walk.js';

/** Parameters with their defaults, as the engine hands them to a module. Throws when they are not valid. */
export function validated(module: SealedModule, params: JsonObject): JsonObject {
  const [fault] = validate(module.params.schema, params);
  if (fault !== undefined) throw new Error(`${module.name}${fault.pointer}: ${fault.keyword}`);
  const complete = withDefaults(module.params.schema, params);
  if (!isJsonObject(complete)) throw new Error(`the parameters of ${module.name} are not a map`);
  return complete;
}
