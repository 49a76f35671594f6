import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../support/cli.js';

/**
 * What is promised in seconds. Each bench fails outside its limit; `FACTOR=2` doubles the limits for machines that have
 * other work, such as CI.
 */
interface Bench {
  readonly name: string;
  /** Seconds. */
  readonly limit: number;
  /** Prepares in a fresh folder and returns the command whose time counts. */
  prepare(folder: string): Promise<Command>;
}

interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
}

const validate = (name: string, playbook: string): Bench => ({
  name: `validate ${name}`,
  limit: 2,
  prepare(folder) {
    writeFileSync(join(folder, 'site.yml'), playbook);
    writeFileSync(join(folder, 'hosts.yml'), 'all: { hosts: { kvm1: { ansible_host: 127.0.0.1 } } }\n');
    const argv = [process.execPath, join(checkout, 'dist/src/cli/main.js'), 'validate', 'site.yml', '-i', 'hosts.yml'];
    return Promise.resolve({ argv, cwd: folder, exit: 5 });
  },
});

const demo = ['npm', 'run', '--silent', 'demo'];

const benches: readonly Bench[] = [
  {
    name: 'demo from a fresh clone with an empty npm cache',
    limit: 90,
    async prepare(folder) {
      const clone = join(folder, 'clone');
      await run(['git', 'clone', '--quiet', checkout, clone], folder);
      return { argv: demo, cwd: clone, env: { npm_config_cache: join(folder, 'npm-cache') }, exit: 0 };
    },
  },
  {
    name: 'demo when it is installed and built',
    limit: 15,
    async prepare() {
      // The first time builds what a later `git pull` may have left stale.
      await run([process.execPath, '-e', "import('./scripts/prepare.mjs').then((it) => it.prepare())"], checkout);
      return { argv: demo, cwd: checkout, exit: 0 };
    },
  },
  validate('a typo', '- hosts: all\n  tasks:\n    - coppy: { dest: /a }\n'),
  validate('nesting of 100,000', '['.repeat(100_000)),
  validate('100,000 dashes', '- '.repeat(100_000)),
  validate(
    'an alias bomb',
    `a: &a [x]\n${'bcdefghi'.replace(/./g, (letter) => `${letter}: &${letter} [${'*a,'.repeat(9)}]\n`)}`,
  ),
  validate(
    '200 tasks with a typo each',
    `- hosts: all\n  tasks:\n${'    - copy: { dest: /a, contnt: x }\n'.repeat(200)}`,
  ),
  validate('1 MiB of text', `- hosts: all\n  vars:\n    a: "${'x'.repeat(1_000_000)}"\n  tsks: []\n`),
];

async function run(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const [program = '', ...rest] = argv;
  const start = performance.now();
  const child = spawn(program, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, seconds: (performance.now() - start) / 1000, output: Buffer.concat(output).toString('utf8') };
}

interface Ended {
  readonly code: number | null;
  readonly seconds: number;
  readonly output: string;
}

const factor = Number(process.env['FACTOR'] ?? '1');
const wanted = process.argv.slice(2);
let failed = 0;
for (const bench of benches.filter(({ name }) => wanted.every((word) => name.includes(word)))) {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-bench-'));
  const { argv, cwd, env, exit } = await bench.prepare(folder);
  const { code, seconds, output } = await run(argv, cwd, env ?? {});
  const limit = bench.limit * factor;
  const good = code === exit && seconds <= limit;
  if (!good) failed += 1;
  console.log(`${good ? 'ok    ' : 'FAILED'}  ${seconds.toFixed(1)} s of ${limit.toFixed(0)} s  ${bench.name}`);
  if (code !== exit) console.log(`exit ${String(code)} instead of ${String(exit)}:\n${output.slice(-3000)}`);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
