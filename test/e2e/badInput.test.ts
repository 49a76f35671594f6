import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stowage } from '../support/cli.js';

interface Case {
  readonly title: string;
  readonly playbook?: string;
  /** Lines below `all:` of the inventory. */
  readonly inventory?: string;
  /** `CODE line:column` of each error, in the order of the places. */
  readonly errors: readonly string[];
  /** Compare only the first error: the others are of the same kind. */
  readonly firstOnly?: boolean;
  /** Words that have to be told. */
  readonly says?: readonly string[];
  /** The file that the places are in; the playbook unless said. */
  readonly file?: string;
}

const task = (text: string): string => `- hosts: all\n  tasks:\n    - ${text.replaceAll('\n', '\n      ')}\n`;

const cases: readonly Case[] = [
  {
    title: 'a typo in a parameter',
    playbook: task('name: x\ncopy:\n  dest: /a\n  contnt: x'),
    errors: ['UNKNOWN_KEY 6:9'],
    says: ['did you mean "content"?'],
  },
  {
    title: 'a typo in a keyword of a task',
    playbook: task('copy: { dest: /a, content: x }\nwen: true'),
    errors: ['UNKNOWN_KEY 4:7'],
    says: ['when'],
  },
  {
    title: 'a typo in a keyword of a play',
    playbook: '- hots: all\n  tasks: []\n',
    errors: ['UNKNOWN_KEY 1:3'],
    says: ['hosts'],
  },
  { title: 'a misspelt module', playbook: task('coppy: { dest: /a }'), errors: ['UNKNOWN_MODULE 3:7'], says: ['copy'] },
  {
    title: 'a wrong type',
    playbook: task('command: { argv: uptime }'),
    errors: ['WRONG_TYPE 3:24'],
  },
  {
    title: 'an undefined variable inside #if',
    playbook: task('copy:\n  dest: /a\n  content: "{{#if typo}}x{{/if}}"'),
    errors: ['UNDEFINED_VARIABLE 5:25'],
    says: ['typo'],
  },
  {
    title: 'an undefined variable in a condition',
    playbook: task('copy: { dest: /a, content: x }\nwhen: inventory_hostnam == "a"'),
    errors: ['UNDEFINED_VARIABLE 4:13'],
    says: ['did you mean "inventory_hostname"?'],
  },
  {
    title: 'an unknown group',
    playbook: '- hosts: hypervisor\n  tasks: []\n',
    errors: ['UNKNOWN_HOST 1:10'],
    says: ['hypervisors'],
  },
  {
    title: 'an unknown host in an exclusion',
    playbook: '- hosts: all,!kvm9\n  tasks: []\n',
    errors: ['UNKNOWN_HOST 1:14'],
  },
  {
    title: 'a duplicate key',
    playbook: task('copy: { dest: /a, content: x }\nname: one\nname: two'),
    errors: ['DUPLICATE_KEY 5:7'],
    says: ['line 4'],
  },
  {
    title: 'mode: 0644',
    playbook: task('copy:\n  dest: /a\n  content: x\n  mode: 0644'),
    errors: ['WRONG_TYPE 6:15'],
    says: ['"0644"'],
  },
  {
    title: 'a directory of each host that is said to be one storage',
    playbook:
      '- hosts: all\n  image_storages:\n    - name: s\n      volumes:\n        - { name: v, kind: external, mount_point: /home/images }\n',
    errors: ['NOT_SHARED 5:11'],
    says: ['shared: false'],
  },
  {
    title: 'a variable file that is missing',
    playbook: '- hosts: all\n  vars_files: [nothing.yml]\n  tasks: []\n',
    errors: ['FILE_NOT_FOUND 2:16'],
  },
  {
    title: 'a circle of groups',
    inventory: '  children: { a: }\na:\n  children: { b: }\nb:\n  children: { a: }\n',
    file: 'inventory.yml',
    errors: ['GROUP_CYCLE'],
    says: ['a', 'b'],
  },
  {
    title: 'an alias bomb',
    playbook: `- hosts: all\n  vars:\n    a: &a [x, x]\n${'bcdefghij'
      .split('')
      .map((letter, index) => `    ${letter}: &${letter} [${`*${'abcdefghij'[index] ?? ''}, `.repeat(9)}x]\n`)
      .join('')}`,
    errors: ['YAML_LIMIT 3:8'],
    firstOnly: true,
  },
  {
    title: 'nesting of 100,000',
    playbook: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    errors: ['YAML_LIMIT 1:65'],
  },
  { title: 'nesting of 100,000 lines', playbook: '- '.repeat(100_000), errors: ['YAML_LIMIT 1:129'] },
  { title: 'text that is not YAML', playbook: '- hosts: all\n  tasks: [\n', errors: ['BAD_YAML'] },
  { title: 'an empty file', playbook: '', errors: ['WRONG_TYPE 1:1'] },
  { title: 'bytes that are not UTF-8', playbook: '- hosts: \xff\xfe\n', errors: ['BAD_ENCODING 1:10'] },
  {
    title: 'several mistakes at once',
    playbook:
      '- hosts: nobody\n  tasks:\n    - copy: { dst: /a, content: x }\n    - command: { argv: [true] }\n    - fiel: { path: /x }\n',
    errors: ['UNKNOWN_HOST 1:10', 'UNKNOWN_KEY 3:15', 'WRONG_TYPE 4:25', 'UNKNOWN_MODULE 5:7'],
  },
];

describe('validation', function () {
  this.timeout(20_000);
  let folder: string;
  let server: Server;
  let connections = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-bad-'));
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  for (const { title, playbook, inventory, errors, says, file, firstOnly } of cases) {
    it(`finds ${title}, at its place and without a connection`, async () => {
      const { port } = server.address() as AddressInfo;
      const hosts = `hypervisors:\n  hosts:\n    kvm1: { ansible_host: 127.0.0.1, ansible_port: ${String(port)} }\n    kvm2: { ansible_host: 127.0.0.1, ansible_port: ${String(port)} }\n`;
      await writeFile(join(folder, 'inventory.yml'), `${hosts}all:\n${inventory ?? '  vars: {}\n'}`);
      await writeFile(join(folder, 'site.yml'), playbook ?? task('copy: { dest: /a, content: x }'), 'latin1');
      for (const command of ['validate', 'apply']) {
        const result = await stowage([command, 'site.yml', '-i', 'inventory.yml', '--json'], { cwd: folder });
        expect(result.code).to.equal(5);
        const found = JSON.parse(result.stdout) as {
          diagnostics: { code: string; file: string; line: number; column: number }[];
        };
        const places = found.diagnostics.map(({ code, line, column }) => `${code} ${String(line)}:${String(column)}`);
        const comparable = places.map((place, index) =>
          errors[index]?.includes(' ') === false ? place.split(' ')[0] : place,
        );
        expect(firstOnly === true ? comparable.slice(0, 1) : comparable).to.deep.equal(errors);
        for (const diagnostic of found.diagnostics) expect(diagnostic.file).to.equal(file ?? 'site.yml');
        for (const word of says ?? []) expect(result.stdout.replaceAll('\\"', '"')).to.include(word);
      }
      expect(connections).to.equal(0);
    });
  }

  for (const file of ['/dev/zero', 'fifo']) {
    it(`does not hang on ${file}, whether it is the playbook or the inventory`, async () => {
      await writeFile(join(folder, 'inventory.yml'), 'hypervisors: { hosts: { kvm1: } }\n');
      await rm(join(folder, 'fifo'), { force: true });
      execFileSync('mkfifo', [join(folder, 'fifo')]);
      for (const args of [
        [file, '-i', 'inventory.yml'],
        ['inventory.yml', '-i', file],
      ]) {
        const result = await stowage(['validate', ...args], { cwd: folder });
        expect(result.code).to.equal(5);
        expect(result.stderr).to.include(`error[FILE_NOT_FOUND]: ${file} is not a regular file`);
      }
    });
  }

  it('shows the code around a mistake to people', async () => {
    await writeFile(join(folder, 'inventory.yml'), 'hypervisors: { hosts: { kvm1: } }\n');
    await writeFile(join(folder, 'site.yml'), task('copy:\n  dest: /a\n  contnt: x\n  content: y'));
    const { code, stderr, stdout } = await stowage(['validate', 'site.yml', '-i', 'inventory.yml'], { cwd: folder });
    expect({ code, stdout }).to.deep.equal({ code: 5, stdout: '' });
    expect(stderr).to.include('--> site.yml:5:9').and.include('5 |         contnt: x').and.include('^^^^^^');
  });

  it('names a playbook and an inventory that are missing', async () => {
    const { code, stderr } = await stowage(['validate', 'no.yml', '-i', 'none.yml'], { cwd: folder });
    expect(code).to.equal(5);
    expect(stderr).to.include('no.yml').and.include('none.yml');
  });
});
