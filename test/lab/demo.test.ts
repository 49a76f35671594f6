import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

/** Stands for the program: writes down how it was called, and does what the test says when it is `apply`. */
function fakeCli(file: string, apply: string): string {
  return `
    import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const argv = process.argv.slice(2);
    const again = existsSync(${JSON.stringify(file)}) && readFileSync(${JSON.stringify(file)}, 'utf8').includes('apply');
    appendFileSync(${JSON.stringify(file)}, argv.join(' ') + '\\n');
    const config = argv[argv.indexOf('--config') + 1];
    const inventory = readFileSync(config.replace('stowage.yml', 'inventory.yml'), 'utf8');
    const key = /ansible_ssh_private_key_file: (".*")/.exec(inventory)[1];
    const touch = () => new Promise((resolve) => {
      const { Client } = createRequire(${JSON.stringify(import.meta.url)})('ssh2');
      const client = new Client().on('ready', () => {
        client.exec('touch /home', (error, channel) => channel.resume().on('close', () => client.end()));
      }).on('close', resolve);
      const port = Number(/ansible_port: (\\d+)/.exec(inventory)[1]);
      client.connect({ host: '127.0.0.1', port, username: 'root', privateKey: readFileSync(JSON.parse(key)) });
    });
    if (argv.includes('apply')) { ${apply} }
    else console.log('did', argv[0]);
  `;
}

interface Ending {
  /** What `apply` does; it knows `again` and `touch`. */
  readonly apply: string;
  readonly code: number;
  readonly says: string;
  readonly calls: readonly string[];
}

const upToApply = ['validate', 'plan -D', 'apply -y'];
const whole = [...upToApply, 'apply -y', 'status'];
const endings: [string, Ending][] = [
  [
    'shows all commands and ends well',
    {
      apply: "if (again) console.log('No changes'); else await touch();",
      code: 0,
      says: 'applied again without a change; try `npm run lab` next',
      calls: whole,
    },
  ],
  ['fails when a command fails', { apply: 'process.exitCode = 2', code: 1, says: 'ended with 2.', calls: upToApply }],
  [
    'fails when a command is killed',
    { apply: 'process.kill(process.pid)', code: 1, says: 'ended with signal SIGTERM.', calls: upToApply },
  ],
  [
    'fails when the second apply does not say that it changed nothing',
    { apply: "console.log('1 changed')", code: 1, says: 'did not say "No changes"', calls: whole.slice(0, 4) },
  ],
  [
    'fails when the second apply says so and yet wrote something',
    {
      apply: "await touch(); console.log('No changes');",
      code: 1,
      says: 'left traces on kvm1.',
      calls: whole.slice(0, 4),
    },
  ],
];

describe('the demo', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'stowage-demo-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  for (const [title, { apply, code, says, calls }] of endings) {
    it(title, async () => {
      const [cli, log, playbook] = [join(dir, 'cli.mjs'), join(dir, 'calls'), 'playbooks/some.yml'];
      writeFileSync(cli, fakeCli(log, apply));
      const module = JSON.stringify(new URL('./demo.js', import.meta.url).href);
      const script = `import { runDemo } from ${module};
        process.exitCode = await runDemo(${JSON.stringify({ cli, playbook })});`;
      const env = { ...process.env, TMPDIR: dir };
      const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env });

      expect(result, result.stdout + result.stderr).to.include({ status: code, stderr: '' });
      expect(result.stdout).to.contain(says);
      const printed = result.stdout.split('\n').filter((line) => line.startsWith('$ '));
      const shape = /^\$ stowage (.*) playbooks\/some\.yml --config \S+\/stowage\.yml$/;
      expect(printed.map((line) => shape.exec(line)?.[1])).to.deep.equal(calls);
      const called = spawnSync('cat', [log], { encoding: 'utf8' }).stdout.trim().split('\n');
      expect(called.map((line) => `$ stowage ${line}`)).to.deep.equal(printed);
    });
  }
});
