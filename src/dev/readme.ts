import { parameterTable } from '../schema/describe.js';
import type { SealedModule } from '../module/define.js';

const begin = '<!-- parameters -->';
const end = '<!-- /parameters -->';

/**
 * The README of a module with its parameter table made new between the markers.
 * @throws Error when the markers are not there
 */
export function withParameters(readme: string, module: SealedModule): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the README of ${module.name} has no ${begin} … ${end}`);
  return `${readme.slice(0, from)}${begin}\n\n${parameterTable(module.params)}\n${readme.slice(to)}`;
}
