import type { Catalog } from '../module/define.js';
import { param } from '../schema/param.js';
import type { Param } from '../schema/param.js';

/** The shape of `facts`: what templates and expressions may name below it. */
export function factsParam(catalog: Catalog): Param<unknown> {
  return param.object(Object.fromEntries([...catalog.facts].map(([name, fact]) => [name, fact.shape])));
}
