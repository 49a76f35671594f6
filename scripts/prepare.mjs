// Brings a checkout to where its programs can run: installs what the lockfile says when it is not there, and builds when
// a source is newer than the last build. Plain JavaScript that any Node can parse, since nothing is built before it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const needed = [20, 19];

/** Ends with one sentence when this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  console.error(`stowage needs Node.js ${needed.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

function timeOf(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(folder) {
  const names = readdirSync(join(root, folder), { recursive: true }).filter((name) => String(name).endsWith('.ts'));
  return Math.max(0, ...names.map((name) => timeOf(join(root, folder, String(name)))));
}

/** Installs and builds what is missing or older than its source. */
export function prepare() {
  requireNode();
  const run = (what, command, args) => {
    const start = Date.now();
    process.stderr.write(`${what} … `);
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    process.stderr.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  };
  const installed = timeOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === 0 || installed < timeOf(join(root, 'package-lock.json'))) {
    run('Installing packages (npm ci)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const built = timeOf(join(root, 'dist', '.tsbuildinfo'));
  const sources = Math.max(...['src', 'modules', 'test'].map(newest), timeOf(join(root, 'tsconfig.json')));
  if (built < sources) run('Building (tsc)', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
}
