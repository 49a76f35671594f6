import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

const playbook = `- hosts: hypervisors
  tasks:
    - { name: First note, copy: { dest: /etc/one, content: "{{ text }}" } }
    - { name: Second note, copy: { dest: /etc/two, content: two } }
    - { name: A directory, file: { path: /srv/dir, state: directory } }
`;

interface Case {
  readonly title: string;
  /** What somebody does on kvm2 between plan and apply. */
  readonly meanwhile: string;
  readonly code: number;
  readonly says: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'goes on when nothing happened', meanwhile: 'true', code: 0, says: ['RECAP'] },
  {
    title: 'goes on and says so when a part was done by hand',
    meanwhile: 'printf two >/etc/two; chmod 644 /etc/two',
    code: 0,
    says: ['Less is left to do than the plan shows', 'Second note'],
  },
  {
    title: 'refuses when something else is to be done',
    meanwhile: 'echo other >/etc/two',
    code: 6,
    says: ['kvm2', 'Second note', 'nothing was changed'],
  },
  {
    title: 'refuses when something is in the way that was not',
    meanwhile: 'touch /srv/dir',
    code: 6,
    says: ['kvm2', 'A directory', 'nothing was changed'],
  },
];

describe('applying a saved plan', function () {
  this.timeout(60_000);
  let lab: Lab;
  const run = (...argv: string[]): Promise<CliResult> => stowage([...argv, '--config', lab.configFile]);
  const plan = (): string => join(lab.dir, 'plan.json');
  const site = (): string => join(lab.dir, 'site.yml');

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 3 });
  });
  after(async () => {
    await lab.stop();
  });
  beforeEach(async () => {
    for (const host of lab.hosts) await host.run(['rm', '-rf', '/etc/one', '/etc/two', '/srv/dir']);
    await writeFile(site(), playbook);
    expect((await run('plan', site(), '-e', 'text=hello', '--out', plan())).code).to.equal(0);
  });

  for (const { title, meanwhile, code, says } of cases) {
    it(title, async () => {
      await hostOf(lab, 'kvm2').run(['sh', '-c', meanwhile]);
      const before = await Promise.all(lab.hosts.map((host) => host.snapshot()));
      const result = await run('apply', plan());
      expect(result.code).to.equal(code);
      for (const word of says) expect(result.stdout + result.stderr).to.include(word);
      const after = await Promise.all(lab.hosts.map((host) => host.snapshot()));
      // eslint would not see it otherwise: refused means untouched, done means done.
      if (code === 6) expect(after).to.deep.equal(before);
      else expect((await hostOf(lab, 'kvm2').run(['cat', '/etc/one', '/etc/two'])).stdout).to.equal('hellotwo');
    });
  }

  it('refuses when a file that it was made from has changed', async () => {
    await writeFile(site(), `${playbook}    - { name: New, copy: { dest: /etc/three, content: x } }\n`);
    const { code, stderr } = await run('apply', plan());
    expect(code).to.equal(6);
    expect(stderr).to.include('site.yml has changed');
  });

  it('is done once: the second time there is nothing left', async () => {
    expect((await run('apply', plan())).code).to.equal(0);
    const { code, stdout } = await run('apply', plan());
    expect(code).to.equal(0);
    expect(stdout).to.include('No changes.');
  });

  for (const flag of ['-i', '-l', '-t', '--skip-tags', '-e']) {
    it(`refuses ${flag}, which it could only pass over`, async () => {
      const { code, stderr } = await run('apply', plan(), flag, 'kvm1');
      expect(code).to.equal(5);
      expect(stderr).to.match(/^error: --\S+ cannot be given with a saved plan/);
    });
  }

  it('finds its configuration again, but its files only from the folder where it was made', async () => {
    const bare = await stowage(['apply', plan()]);
    expect(bare.stdout).to.include('RECAP');
    expect(bare.code).to.equal(0);
    const near = ['plan', 'site.yml', '-e', 'text=hello', '--config', 'stowage.yml', '--out', 'plan.json'];
    expect((await stowage(near, { cwd: lab.dir })).code).to.equal(0);
    const elsewhere = await stowage(['apply', plan()]);
    expect(elsewhere.code).to.equal(5);
    expect(elsewhere.stderr).to.include('from the folder where it was made');
  });

  it('is a file that only its maker can read, and is never executed', async () => {
    const saved = await readFile(plan(), 'utf8');
    await writeFile(plan(), saved.replaceAll('/etc/two', '/etc/evil'));
    const { code } = await run('apply', plan());
    expect(code).to.equal(6);
    for (const host of lab.hosts) expect((await host.run(['test', '-e', '/etc/evil'])).code).to.equal(1);
  });

  for (const [title, text] of [
    ['text that is not JSON', '{'],
    ['another format', '{"format": 99}'],
    ['nothing', 'null'],
    ['a plan without entries', '{"format": 1}'],
  ] as const) {
    it(`says what is wrong with ${title}`, async () => {
      await writeFile(plan(), text);
      const { code, stderr } = await run('apply', plan());
      expect(code).to.equal(5);
      expect(stderr).to.include('PLAN_INVALID').and.include('plan.json');
    });
  }
});
