import type { ExitCode } from '../../model/exitCode.js';
import { suggest } from '../../model/suggest.js';
import { describeParams } from '../../schema/describe.js';
import type { ParamRow } from '../../schema/describe.js';
import { ownCatalog } from '../catalog.js';
import type { Shell } from '../shared.js';

/** `stowage module list`: every module with its sentence. */
export function listModules(shell: Shell): ExitCode {
  const modules = [...ownCatalog().modules.values()];
  const width = Math.max(...modules.map(({ name }) => name.length));
  for (const { name, summary } of modules) shell.terminal.out.write(`${name.padEnd(width)}  ${summary}\n`);
  return 0;
}

/** `stowage module show NAME`: what it is for, and its parameters. */
export function showModule(shell: Shell, name: string): ExitCode {
  const { modules } = ownCatalog();
  const module = modules.get(name);
  if (module === undefined) {
    const near = suggest(name, [...modules.keys()]);
    shell.terminal.err.write(`There is no module "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}\n`);
    return 5;
  }
  shell.terminal.out.write(`${module.name}: ${module.summary}\n\n`);
  for (const row of describeParams(module.params)) shell.terminal.out.write(`${parameterLines(row)}\n`);
  return 0;
}

function parameterLines(row: ParamRow): string {
  const need = row.required
    ? 'required'
    : row.fallback === undefined
      ? 'optional'
      : `default ${JSON.stringify(row.fallback)}`;
  const only = row.cases.length === 0 ? '' : ` (with ${row.cases.join(', ')})`;
  const choices = row.choices.length === 0 ? '' : `: ${row.choices.join(' | ')}`;
  const sentences = [row.description, ...row.rules].join('. ');
  return `  ${row.name}  ${row.type}${choices}, ${need}${only}\n      ${sentences}`;
}
