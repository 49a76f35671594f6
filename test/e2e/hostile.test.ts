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

  const site = (): string => join(lab.dir, 'site.yml');

  async function write(tasks: readonly string[]): Promise<void> {
    await writeFile(site(), `- hosts: hypervisors\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`);
  }

  // ESC is a control character: it may not stand in a playbook at all, not even escaped.
  const legal = Object.entries(payloads).filter(([title]) => title !== 'escape sequences');

  it('arrive byte for byte as content, variable, argument, stdin and environment', async () => {
    await write(
      legal.flatMap(([, payload], index) => [
        `copy: { dest: /srv/content${String(index)}, content: ${asYaml(payload)} }`,
        `{ copy: { dest: /srv/variable${String(index)}, content: "{{ text }}" }, vars: { text: ${asYaml(payload)} } }`,
        `command: { argv: [printf, "%s", ${asYaml(payload)}] }`,
        `command: { argv: [cat], stdin: ${asYaml(payload)} }`,
        `command: { argv: [printenv, "-0", TEXT], environment: { TEXT: ${asYaml(payload)} } }`,
      ]),
    );
    const result = await run('apply', site(), '--json');
    expect(result.code, result.stderr).to.equal(0);
    const events = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; stdout?: string; node?: string });
    for (const [index, [title, payload]] of legal.entries()) {
      const printed = [3, 4, 5].map((nth) => {
        const id = `p1.tasks.${String(index * 5 + nth)}@kvm1`;
        return events.find(({ type, node }) => type === 'step.done' && node === id)?.stdout;
      });
      expect(printed, title).to.deep.equal([payload, payload, `${payload}\0`]);
      for (const name of ['content', 'variable']) {
        const { stdout } = await hostOf(lab, 'kvm1').run(['cat', `/srv/${name}${String(index)}`]);
        expect(stdout, `${title} as ${name}`).to.equal(payload);
      }
    }
  });

  const names = legal.filter(([, payload]) => payload !== '' && !payload.includes('/'));
  const tasksNaming = (payload: string): readonly string[] => {
    const path = `/srv/${payload}`;
    return [
      `copy: { dest: ${asYaml(path)}, content: x }`,
      `file: { path: ${asYaml(`${path}.d`)}, state: directory }`,
      `file: { path: ${asYaml(`${path}.l`)}, state: link, src: ${asYaml(payload)} }`,
      `command: { argv: [touch, made], chdir: ${asYaml(`${path}.d`)}, creates: ${asYaml(`${path}.d/made`)} }`,
    ];
  };

  it('name files, directories and links byte for byte', async () => {
    const oneLine = names.filter(([, payload]) => !/[\n\r]/.test(payload));
    await write(oneLine.flatMap(([, payload]) => tasksNaming(payload)));
    const result = await run('apply', site());
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    const host = hostOf(lab, 'kvm1');
    for (const [title, payload] of oneLine) {
      const path = `/srv/${payload}`;
      expect((await host.run(['test', '-f', path])).code, title).to.equal(0);
      expect((await host.run(['test', '-f', `${path}.d/made`])).code, title).to.equal(0);
      expect((await host.run(['readlink', '-n', '--', `${path}.l`])).stdout, title).to.equal(payload);
    }
    expect((await run('drift', site())).code).to.equal(0);
  });

  /** Validates tasks, one a line; tells which of them have no error. */
  async function accepted(tasks: readonly string[]): Promise<readonly string[]> {
    await write(tasks);
    const { code, stdout } = await run('validate', site(), '--json');
    expect(code).to.equal(5);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { line: number }[] };
    const lines = new Set(diagnostics.map(({ line }) => line));
    return tasks.filter((_, index) => !lines.has(index + 3));
  }

  const all = Object.values(payloads);
  const refused: Readonly<Record<string, readonly string[]>> = {
    'paths with line breaks': names
      .filter(([, payload]) => /[\n\r]/.test(payload))
      .flatMap(([, text]) => tasksNaming(text)),
    owners: all.map((text) => `file: { path: /srv, owner: ${asYaml(text)} }`),
    groups: all.map((text) => `copy: { dest: /srv/a, content: x, group: ${asYaml(text)} }`),
    modes: all.map((text) => `copy: { dest: /srv/a, content: x, mode: ${asYaml(text)} }`),
    'users to become': all.map((text) => `{ command: { argv: [id] }, become: true, become_user: ${asYaml(text)} }`),
    'relative paths': all.map((text) => `copy: { dest: ${asYaml(text)}, content: x }`),
    'names of volumes': all.map(
      (text) => `external_volume: { name: ${asYaml(text)}, storage: s, mount_point: /srv/v }`,
    ),
    'names of storages': all.map(
      (text) => `external_volume: { name: v, storage: ${asYaml(text)}, mount_point: /srv/v }`,
    ),
  };
  for (const [field, tasks] of Object.entries(refused)) {
    it(`are refused as ${field}`, async () => {
      expect(await accepted(tasks)).to.deep.equal([]);
    });
  }

  it('are refused as names of hosts', async () => {
    const inventory = join(lab.dir, 'names.yml');
    const hosts = all.map((text, index) => `    ${asYaml(text === '' ? ' ' : text)}: { nth: ${String(index)} }\n`);
    await writeFile(inventory, `hypervisors:\n  hosts:\n${hosts.join('')}`);
    await write(['copy: { dest: /srv/a, content: x }']);
    const { code, stdout } = await run('validate', site(), '-i', inventory, '--json');
    expect(code).to.equal(5);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { line: number; file: string }[] };
    const lines = diagnostics.filter(({ file }) => file === inventory).map(({ line }) => line);
    expect(new Set(lines).size).to.equal(hosts.length);
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
