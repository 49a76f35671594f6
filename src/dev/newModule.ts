import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

/**
 * Makes a module from the template and enters it in the registry.
 * @param root the folder that holds `modules`
 * @param name as it is written in a task: lower-case words joined by `_`
 * @throws Error when the name is not such a name, or is taken
 */
export function newModule(root: string, name: string): void {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name for a module: lower-case words joined by "_", such as nfs_export`);
  }
  const folder = join(root, 'modules', name);
  if (existsSync(folder)) throw new Error(`there is a module ${name} already`);
  mkdirSync(folder);
  cpSync(join(root, 'modules', '_template'), folder, { recursive: true });
  renameSync(join(folder, 'cases', 'template.yaml'), join(folder, 'cases', `${name}.yaml`));
  const type = camelCase(`_${name}`);
  // `package` and the like are no names for a constant.
  const constant = isReserved(name) ? `${name}Module` : camelCase(name);
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const text = readFileSync(path, 'utf8');
    const renamed = text
      .replaceAll('TemplateState', `${type}State`)
      .replaceAll('export const template', `export const ${constant}`)
      .replaceAll(/\btemplate\b/g, name);
    writeFileSync(path, renamed);
  }
  const registry = join(root, 'modules', 'index.ts');
  writeFileSync(registry, registered(readFileSync(registry, 'utf8'), name, constant));
}

/** Adds one import and one entry, both in alphabetical order. */
function registered(registry: string, name: string, constant: string): string {
  const line = `import { ${constant} } from './${name}/index.js';`;
  const lines = registry.split('\n');
  const imports = [...lines.filter((each) => isModuleImport(each)), line].sort(byModule);
  const first = lines.findIndex(isModuleImport);
  const others = lines.filter((each) => !isModuleImport(each));
  const text = [...others.slice(0, first), ...imports, ...others.slice(first)].join('\n');
  return text.replace(/(modules: readonly SealedModule\[\] = \[)([^\]]*)\]/, (_, head: string, body: string) => {
    const entries = [...(body.match(/\w+/g) ?? []), constant].sort();
    return `${head}\n${entries.map((entry) => `  ${entry},`).join('\n')}\n]`;
  });
}

function isModuleImport(line: string): boolean {
  return /^import \{ \w+ \} from '\.\/[a-z]\w*\/index\.js';$/.test(line);
}

function byModule(left: string, right: string): number {
  const of = (line: string): string => /'(.*)'/.exec(line)?.[1] ?? '';
  return of(left) < of(right) ? -1 : 1;
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isReserved(name: string): boolean {
  try {
    return typeof new Script(`'use strict'; const ${name} = 0;`) !== 'object';
  } catch {
    return true;
  }
}

/** `npm run new-module NAME`. */
if (process.argv[1] === import.meta.filename) {
  const [, , name = ''] = process.argv;
  try {
    newModule(process.cwd(), name);
    console.log(`made modules/${name}: write index.ts and cases, then: npm run build && npm run gen`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 5;
  }
}
