import { expect } from 'chai';
import { createDirectories } from '../../src/resolve/directories.js';
import { modules } from '../../modules/index.js';
import { sayAll } from '../support/documents.js';
import { resolveProject } from '../support/project.js';

const catalog = { modules: new Map(modules.map((module) => [module.name, module])), facts: new Map() };

/** A play with one image storage on each line. */
function play(hosts: string, storages: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(storages).map(([name, paths]) => {
    const volumes = paths.map(
      (path, index) => `{ name: v${String(index)}, kind: external, mount_point: ${path}, shared: true }`,
    );
    return `    - { name: ${name}, volumes: [ ${volumes.join(', ')} ] }`;
  });
  return [`- hosts: ${hosts}`, '  image_storages:', ...lines, ''].join('\n');
}

const help = '(give each a directory of its own beside the others)';

describe('directories of storage objects', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['may lie beside each other and begin alike', play('kvm', { a: ['/srv/a/b', '/srv/a/bc'], b: ['/srv/c'] }), []],
    [
      'may not be the same in one object',
      play('kvm', { a: ['/srv/a', '/srv/a'] }),
      [
        `site.yml:3:135 OVERLAPPING_PATHS /srv/a is the directory of the volume "v0" of Image Storage "a" (line 3 of site.yml) ${help}`,
      ],
    ],
    [
      'may not lie in the one of another object',
      play('kvm', { a: ['/srv/a'], b: ['/srv/a/b'] }),
      [
        `site.yml:4:70 OVERLAPPING_PATHS /srv/a/b lies in /srv/a, the directory of the volume "v0" of Image Storage "a" (line 3 of site.yml) ${help}`,
      ],
    ],
    [
      'may not hold the one of another play on the same host',
      play('kvm', { a: ['/srv/a/b/c'] }) + play('kvm1', { b: ['/srv/a'] }),
      [
        `site.yml:6:70 OVERLAPPING_PATHS /srv/a holds /srv/a/b/c, the directory of the volume "v0" of Image Storage "a" (line 3 of site.yml) ${help}`,
      ],
    ],
    [
      'may be the same on other hosts',
      play('kvm1', { a: ['/srv/a'] }) + play('kvm2', { b: ['/srv/a'] }) + play('kvm3', { c: ['/srv'] }),
      [],
    ],
  ];
  for (const [title, playbook, said] of rows) {
    it(title, async () => {
      const { diagnostics } = await resolveProject({ playbook, catalog });
      expect(sayAll(diagnostics)).to.deep.equal(said);
    });
  }

  it('meet everything when one is the root', () => {
    const at = { file: 'x', line: 1, column: 1, length: 1 };
    const directories = createDirectories();
    expect(directories.take({ path: '/srv', owner: 'a', hosts: ['h'], at })).to.equal(undefined);
    expect(directories.take({ path: '/', owner: 'b', hosts: ['h'], at })?.owner).to.equal('a');
    expect(directories.take({ path: '/', owner: 'c', hosts: ['i'], at })).to.equal(undefined);
    expect(directories.take({ path: '/x/y', owner: 'd', hosts: ['i'], at })?.owner).to.equal('c');
  });
});
