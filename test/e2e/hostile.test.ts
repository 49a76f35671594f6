import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startEmbeddedLab } from '../lab/embedded.js';
import { hostOf } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { stowage } from '../support/cli.js';
import type { CliResult } from '../support/cli.js';

/** Texts that break tools which build command lines; each would leave a file behind if anything ran it. */
const payloads: Readonly<Record<string, string>> = {
  spaces: '  two  words ',
  'single quotes': "it's '' '\\'' quoted",
  'double quotes': 'say "touch /PWNED"',
  substitution: '$(touch /PWNED)',
  backticks: '`touch /PWNED`',
  separators: '; touch /PWNED; && touch /PWNED || touch /PWNED &',
  newlines: 'one\ntouch /PWNED\n\nthree\n',
  'carriage return and tab': 'a\r\tb\rc',
  'a leading dash': '-rf --help',
  'percent and backslash': '%s %n \\n \\0 \\\\ 100%',
  unicode: 'żółć 日本語 🗄️ e\u0301',
  'globs and tildes': '* ? [a-z] ~root {a,b} !!',
  comment: '# not a comment',
  'frame marker': '\n0123456789abcdef0123456789abcdef END 0\n',
  'here-document': "EOF\ntouch /PWNED\n'EOF'",
  'escape sequences': '\u001b]52;c;dG91Y2ggL1BXTkVE\u0007\u001b[2J',
  variables: '$HOME ${PATH} $$ $1',
  'line end in quotes': "'\n'",
  empty: '',
};

/** Bytes that a YAML text holds only escaped. */
const asYaml = (text: string): string => JSON.stringify(text);

describe('strings in every field', function () {
  this.timeout(120_000);
  let lab: Lab;
  const run = (...argv: string[]): Promise<CliResult> => stowage([...argv, '--config', lab.configFile]);

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 1 });
  });
  after(async () => {
    await lab.stop();
  });
  afterEach(async () => {
    // On the host and on this machine alike: nothing of it was executed.
    for (const place of ['/PWNED', '/root/PWNED', '/tmp/PWNED']) {
      expect((await hostOf(lab, 'kvm1').run(['test', '-e', place])).code).to.equal(1);
    }
  });

  async function apply(tasks: readonly string[], vars: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    const lines = Object.entries(vars).map(([name, value]) => `    ${name}: ${asYaml(value)}`);
    const head = `- hosts: hypervisors\n${lines.length === 0 ? '' : `  vars:\n${lines.join('\n')}\n`}  tasks:\n`;
    const file = join(lab.dir, 'site.yml');
    await writeFile(file, head + tasks.map((task) => `    - ${task}\n`).join(''));
    return run('apply', file, '--json');
  }

  // ESC is a control character: it may not stand in a playbook at all, not even escaped.
  const legal = Object.entries(payloads).filter(([title]) => title !== 'escape sequences');

  for (const [title, payload] of legal) {
    it(`arrive byte for byte as content, argument, stdin and variable: ${title}`, async () => {
      const result = await apply(
        [
          `copy: { dest: /srv/content, content: ${asYaml(payload)} }`,
          `copy: { dest: /srv/variable, content: "{{ text }}" }`,
          `command: { argv: [printf, "%s", ${asYaml(payload)}] }`,
          `command: { argv: [cat], stdin: ${asYaml(payload)} }`,
          `command: { argv: [printenv, "-0", TEXT], environment: { TEXT: ${asYaml(payload)} } }`,
        ],
        { text: payload },
      );
      expect(result.code, result.stdout + result.stderr).to.equal(0);
      const events = result.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type?: string; stdout?: string; node?: string });
      const outputs = events.filter(({ type, node }) => type === 'step.done' && /tasks\.[345]@/.test(node ?? ''));
      expect(outputs.map(({ stdout }) => stdout)).to.deep.equal([payload, payload, `${payload}\0`]);
      for (const file of ['/srv/content', '/srv/variable']) {
        const { stdout } = await hostOf(lab, 'kvm1').run(['cat', file]);
        expect(stdout).to.equal(payload);
      }
      await hostOf(lab, 'kvm1').run(['rm', '-f', '/srv/content', '/srv/variable']);
    });
  }

  for (const [title, payload] of legal) {
    if (payload === '' || payload.includes('/')) continue;
    it(`name files byte for byte, or are refused by validation: ${title}`, async () => {
      const path = `/srv/${payload}`;
      const result = await apply([
        `copy: { dest: ${asYaml(path)}, content: x }`,
        `file: { path: ${asYaml(`${path}.d`)}, state: directory }`,
        `file: { path: ${asYaml(`${path}.l`)}, state: link, src: ${asYaml(payload)} }`,
        `command: { argv: [touch, made], chdir: ${asYaml(`${path}.d`)}, creates: ${asYaml(`${path}.d/made`)} }`,
      ]);
      if (/[\n\r]/.test(payload)) {
        expect(result.code).to.equal(5);
        return;
      }
      expect(result.code, result.stdout + result.stderr).to.equal(0);
      const host = hostOf(lab, 'kvm1');
      expect((await host.run(['test', '-f', path])).code).to.equal(0);
      expect((await host.run(['test', '-f', `${path}.d/made`])).code).to.equal(0);
      expect((await host.run(['readlink', '-n', '--', `${path}.l`])).stdout).to.equal(payload);
      expect((await run('drift', join(lab.dir, 'site.yml'))).code).to.equal(0);
      await host.run(['rm', '-rf', '--', path, `${path}.d`, `${path}.l`]);
    });
  }

  const refused: Readonly<Record<string, (payload: string) => string>> = {
    'an owner': (payload) => `file: { path: /srv, owner: ${asYaml(payload)} }`,
    'a group': (payload) => `copy: { dest: /srv/a, content: x, group: ${asYaml(payload)} }`,
    'a mode': (payload) => `copy: { dest: /srv/a, content: x, mode: ${asYaml(payload)} }`,
    'a user to become': (payload) =>
      `command: { argv: [id] }\n      become: true\n      become_user: ${asYaml(payload)}`,
    'a relative path': (payload) => `copy: { dest: ${asYaml(payload)}, content: x }`,
  };
  for (const [field, task] of Object.entries(refused)) {
    it(`are refused as ${field}`, async () => {
      for (const [title, payload] of Object.entries(payloads)) {
        const result = await apply([task(payload)]);
        expect(result.code, `${title}: ${result.stdout}`).to.equal(5);
      }
    });
  }

  it('are refused as names of storages, volumes and hosts', async () => {
    for (const [title, payload] of Object.entries(payloads)) {
      const volume = `{ name: ${asYaml(payload)}, kind: external, mount_point: /srv/images, shared: false }`;
      const file = join(lab.dir, 'names.yml');
      await writeFile(
        file,
        `- hosts: hypervisors\n  image_storages:\n    - name: s\n      volumes:\n        - ${volume}\n`,
      );
      expect((await run('validate', file)).code, `volume ${title}`).to.equal(5);
      const inventory = join(lab.dir, 'names-inventory.yml');
      await writeFile(inventory, `hypervisors:\n  hosts:\n    ${asYaml(payload === '' ? ' ' : payload)}: {}\n`);
      const result = await run('validate', 'playbooks/getting-started.yml', '-i', inventory);
      expect(result.code, `host ${title}`).to.equal(5);
    }
  });

  it('that a host prints never steer the terminal', async () => {
    const payload = payloads['escape sequences'] ?? '';
    await hostOf(lab, 'kvm1').run(['sh', '-c', `printf '%s' "$1" >/srv/evil`, 'sh', payload]);
    await writeFile(
      join(lab.dir, 'evil.yml'),
      '- hosts: hypervisors\n  tasks:\n    - command: { argv: [cat, /srv/evil] }\n    - copy: { dest: /srv/evil, content: good }\n',
    );
    for (const argv of [
      ['plan', '-D'],
      ['apply', '-vv'],
    ]) {
      const { stdout, stderr } = await run(...argv, join(lab.dir, 'evil.yml'));
      expect(stdout + stderr)
        .to.not.include('\u001b')
        .and.not.include('\u0007');
    }
  });
});
