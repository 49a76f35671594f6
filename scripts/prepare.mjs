import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs what the lockfile names and builds, each only when it is not there or not of now. Ends the process when one fails. */
export function prepare() {
  if (!installed(root)) {
    run('Installing the dependencies (npm ci) …', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (!built(root)) {
    run('Building (tsc) …', process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc')]);
    writeFileSync(stampOf(root), '');
  }
}

/** Whether node_modules holds every package of the lockfile in its version; what is optional may be missing. */
export function installed(folder) {
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  const found = packagesOf(hidden);
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || found[path]?.version === entry.version,
  );
}

/** Whether the last build of ours is younger than all that goes into it. */
export function built(folder) {
  if (!existsSync(stampOf(folder))) return false;
  const stamp = statSync(stampOf(folder)).mtimeMs;
  const inputs = [
    'tsconfig.json',
    'package-lock.json',
    ...['src', 'modules', 'test'].flatMap((name) => sources(folder, name)),
  ];
  return inputs.every((path) => statSync(join(folder, path)).mtimeMs < stamp);
}

function stampOf(folder) {
  return join(folder, 'dist', '.built');
}

function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
}

function sources(folder, name) {
  if (!existsSync(join(folder, name))) return [];
  // Folders too: a file that went away changes nothing but the time of its folder.
  const entries = readdirSync(join(folder, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
}

function run(message, program, argv) {
  console.error(message);
  const { status, error } = spawnSync(program, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(error === undefined ? `${program} ended with exit code ${status}` : `${program}: ${error.message}`);
  process.exit(1);
}
