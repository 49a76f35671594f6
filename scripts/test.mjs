// `npm test`: all tests, ring by ring; ends with `N passed, M failed` and fails on any failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireMachine } from './machine.mjs';
import { prepare, root } from './prepare.mjs';

const rings = [
  { name: 'pure', spec: ['dist/test/**/*.test.js'], ignore: ['dist/test/{lab,transport,e2e,namespace}/**'] },
  { name: 'in-process hosts', spec: ['dist/test/{lab,transport,e2e}/**/*.test.js'], ignore: [] },
];

/** Programs that tests of the rings use on this machine, and Debian's packages that bring them. */
const programs = [
  { program: 'sudo', package: 'sudo' },
  { program: 'busybox', package: 'busybox' },
];

function isThere(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function installPackages() {
  const missing = programs.filter(({ program }) => !isThere(program)).map((one) => one.package);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`Tests that need ${missing.join(', ')} will be skipped. To run them too: ${command}`);
    return;
  }
  console.log(`Installing what tests need on this machine: ${missing.join(' ')}`);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
  } catch {
    console.log(`They could not be installed; tests that need them will be skipped. By hand: ${command}`);
  }
}

function runRing(ring, folder) {
  const start = Date.now();
  console.log(`\nRing "${ring.name}"`);
  const countsFile = join(folder, 'counts.json');
  rmSync(countsFile, { force: true });
  const args = [join(root, 'node_modules/mocha/bin/mocha.js'), ...ring.spec, '--reporter', 'scripts/ring-reporter.mjs'];
  args.push('--reporter-option', `countsFile=${countsFile},ring=${ring.name}`);
  for (const pattern of ring.ignore) args.push('--ignore', pattern);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`  ${((Date.now() - start) / 60000).toFixed(1)} minutes`);
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : { passes: 0, failures: 0 };
  // A runner that died, or ran nothing, is a failure too.
  const broken = counts.failures === 0 && (status !== 0 || counts.passes === 0);
  return { passed: counts.passes, failed: counts.failures + (broken ? 1 : 0) };
}

requireMachine();
prepare();
installPackages();
const folder = mkdtempSync(join(tmpdir(), 'stowage-test-'));
const results = rings.map((ring) => runRing(ring, folder));
rmSync(folder, { recursive: true });
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(sum('failed') === 0 ? 0 : 1);
