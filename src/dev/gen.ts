import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modules } from '../../modules/index.js';
import { withParameters } from './readme.js';

/** Files that are not what the modules say; they are written unless only checked. Paths are below `root`. */
export function generate(root: string, check: boolean): readonly string[] {
  const stale = modules.flatMap((module) => {
    const file = join('modules', module.name, 'README.md');
    const old = readFileSync(join(root, file), 'utf8');
    const text = withParameters(old, module);
    return text === old ? [] : [{ file, text }];
  });
  if (!check) for (const { file, text } of stale) writeFileSync(join(root, file), text);
  return stale.map(({ file }) => file);
}

/** `npm run gen`: makes what is derived from the modules; with `--check` it only says what is stale. */
if (process.argv[1] === import.meta.filename) {
  const check = process.argv.includes('--check');
  const stale = generate(process.cwd(), check);
  for (const file of stale) console.log(check ? `${file} is stale; run: npm run gen` : `wrote ${file}`);
  if (check && stale.length > 0) process.exitCode = 1;
}
