import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadProject, openRun } from '../../src/app.js';
import { loadCatalog } from '../../src/cli/catalog.js';
import { startEmbeddedLab } from '../lab/embedded.js';
import type { Lab } from '../lab/lab.js';

/** 20 tasks of every kind: files, directories, links, texts, commands and an image storage. */
const playbook = `- hosts: hypervisors
  become: true
  tasks:
${Array.from({ length: 8 }, (_, index) => `    - copy: { dest: /etc/note${String(index)}, content: "{{ inventory_hostname }}", mode: "0644" }`).join('\n')}
${Array.from({ length: 8 }, (_, index) => `    - file: { path: /srv/d${String(index)}, state: directory, owner: libvirt-qemu, mode: "0750" }`).join('\n')}
    - file: { path: /srv/link, state: link, src: /srv/d1 }
    - copy: { dest: /etc/os, content: "{{ facts.os.id }} {{ facts.kernel.release }}" }
    - command: { argv: [touch, /root/done], creates: /root/done }
      register: touched
    - command: { argv: [touch, /root/after], creates: /root/after }
      when: touched.changed
  image_storages:
    - name: images
      volumes:
        - { name: own, kind: external, mount_point: /home/images, shared: false }
        - { name: common, kind: external, mount_point: /srv/shared, shared: true }
`;

describe('a run of 20 tasks on three hosts that are already right', function () {
  this.timeout(60_000);
  let lab: Lab;

  before(async () => {
    lab = await startEmbeddedLab({ hosts: 3, shared: true });
    await writeFile(join(lab.dir, 'twenty.yml'), playbook);
  });
  after(async () => {
    await lab.stop();
  });

  async function applyOnce(): Promise<{
    readonly counts: Readonly<Record<string, object>>;
    readonly traffic: Readonly<Record<string, { readonly scripts: number; readonly steps: number }>>;
  }> {
    const { value, diagnostics } = await loadProject(
      {
        cwd: lab.dir,
        config: 'stowage.yml',
        playbook: 'twenty.yml',
        options: { inventory: [], tags: [], skipTags: [], extraVars: [] },
        overrides: {},
        surroundings: { user: 'tester', home: lab.dir },
      },
      (config) => loadCatalog(config, lab.dir),
    );
    if (value === undefined) throw new Error(JSON.stringify(diagnostics));
    const run = await openRun(value, 'apply', {
      listeners: [],
      signal: new AbortController().signal,
      now: () => new Date(),
      clock: () => performance.now(),
      version: 'test',
    });
    try {
      const recap = await run.perform();
      return { counts: recap.hosts, traffic: await run.traffic() };
    } finally {
      await run.close();
    }
  }

  it('costs at most four scripts a host, no step, and writes nothing', async () => {
    const first = await applyOnce();
    for (const host of lab.hosts) expect(first.counts[host.name]).to.include({ failed: 0, refused: 0, unknown: 0 });
    const before = await Promise.all(lab.hosts.map((host) => host.snapshot()));
    const execs = lab.hosts.map((host) => host.execs().length);
    const { counts, traffic } = await applyOnce();
    for (const [index, host] of lab.hosts.entries()) {
      expect(counts[host.name]).to.include({ changed: 0, failed: 0, refused: 0 });
      expect(traffic[host.name]?.steps).to.equal(0);
      expect(traffic[host.name]?.scripts).to.be.at.most(4);
      // What came over SSH is nothing but a shell: no value ever stands on a command line.
      expect(new Set(host.execs().slice(execs[index]))).to.deep.equal(new Set(['exec /bin/sh']));
    }
    expect(await Promise.all(lab.hosts.map((host) => host.snapshot()))).to.deep.equal(before);
  });
});
