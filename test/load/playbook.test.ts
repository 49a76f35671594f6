import { expect } from 'chai';
import { loadPlaybook, readPlaybook } from '../../src/load/playbook.js';
import { documentOf, sayAll } from '../support/documents.js';
import { fakeCatalog } from '../support/fakeModules.js';
import { memoryFiles } from '../support/memoryFiles.js';

const play = `
- name: Storage
  hosts: kvm
  become: true
  become_user: admin
  tags: [a, "b, c"]
  vars: { size: 5 }
  post_tasks:
    - file: { path: /last }
  image_storages:
    - name: gold
      volumes:
        - { name: v, kind: external, mount_point: /srv/v }
  tasks:
    - name: A directory
      ansible.builtin.file:
        path: "/srv/{{ name }}"
        size: !expr "size * 2"
      vars: { name: x }
      when:
        - size > 1
        - true
      changed_when: "out.changed"
      failed_when: false
      register: out
      tags: d
      timeout: 60
    - command: { argv: [ls, -l] }
  pre_tasks:
    - file: { path: "/first" }
`;

describe('loadPlaybook', () => {
  const { value, diagnostics } = loadPlaybook(documentOf('site.yml', play), 'site.yml', fakeCatalog);
  const [first] = value?.plays ?? [];
  const [task, second] = first?.sections.find((section) => section.name === 'tasks')?.tasks ?? [];

  it('finds nothing wrong with a playbook that uses everything', () => {
    expect(sayAll(diagnostics)).to.deep.equal([]);
  });

  it('reads a play', () => {
    expect(first?.name).to.equal('Storage');
    expect(first?.hosts.text).to.equal('kvm');
    expect(first?.become).to.deep.equal({ become: true, user: 'admin' });
    expect(first?.tags).to.deep.equal(['a', 'b', 'c']);
    expect(first?.sections.map((section) => section.name)).to.deep.equal([
      'pre_tasks',
      'tasks',
      'image_storages',
      'post_tasks',
    ]);
  });

  it('reads a task', () => {
    expect(task?.name).to.equal('A directory');
    expect(task?.module).to.equal('file');
    expect(task?.when.map((text) => text.text)).to.deep.equal(['size > 1', 'true']);
    expect(task?.changedWhen.map((text) => text.text)).to.deep.equal(['out.changed']);
    expect(task?.failedWhen.map((text) => text.text)).to.deep.equal(['false']);
    expect(task?.register).to.equal('out');
    expect(task?.tags).to.deep.equal(['d']);
    expect(task?.timeout).to.equal(60);
    expect(task?.become).to.deep.equal({});
    expect(task?.vars?.entries.map((entry) => entry.key)).to.deep.equal(['name']);
    expect(task?.at).to.include({ file: 'site.yml', line: 15, column: 7 });
  });

  it('names tasks after what they do, and storage objects after their name', () => {
    expect(second?.name).to.equal('command: ls -l');
    const names = first?.sections.flatMap((section) => section.tasks.map((item) => item.name));
    expect(names).to.deep.equal([
      'file: /first',
      'A directory',
      'command: ls -l',
      'Image Storage "gold"',
      'file: /last',
    ]);
  });
});

describe('readPlaybook', () => {
  const files = memoryFiles({
    'p/site.yml':
      '- hosts: all\n  vars: { a: 1, b: 1, c: 1 }\n  vars_files:\n    - one.yml\n    - [none.yml, two.yml, one.yml]\n',
    'p/one.yml': 'b: 2\nc: 2\n',
    'p/two.yml': 'c: 3\n',
    'p/missing.yml': '- hosts: all\n  vars_files: [gone.yml, [gone.yml, lost.yml], "{{ x }}.yml", 5]\n',
    'p/broken.yml': '- hosts: all\n  vars_files: bad.yml\n',
    'p/bad.yml': 'facts: 1\nx: [\n',
  });

  it('lets later files of variables win over earlier ones and over the play', async () => {
    const { value, diagnostics } = await readPlaybook(files, 'p/site.yml', fakeCatalog);
    expect(sayAll(diagnostics)).to.deep.equal([]);
    const vars = value?.plays[0]?.vars?.entries.map(({ key, value: one }) => [key, one.kind === 'scalar' && one.value]);
    expect(vars).to.deep.equal([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('refuses files that do not exist, where they are named', async () => {
    const { diagnostics } = await readPlaybook(files, 'p/missing.yml', fakeCatalog);
    expect(sayAll(diagnostics)).to.deep.equal([
      'p/missing.yml:2:16 FILE_NOT_FOUND p/gone.yml does not exist',
      'p/missing.yml:2:26 FILE_NOT_FOUND none of these files exists: p/gone.yml, p/lost.yml',
      'p/missing.yml:2:48 NOT_SUPPORTED the name of a file cannot hold a template (write the name as plain text)',
      'p/missing.yml:2:63 WRONG_TYPE an item of vars_files must be the name of a file, not a number',
    ]);
  });

  it('shows mistakes of a file of variables in that file', async () => {
    const { diagnostics } = await readPlaybook(files, 'p/broken.yml', fakeCatalog);
    expect(diagnostics.map(({ at }) => at.file)).to.include('p/bad.yml');
  });

  it('says that a playbook does not exist', async () => {
    const { diagnostics } = await readPlaybook(files, 'p/none.yml', fakeCatalog);
    expect(sayAll(diagnostics)).to.deep.equal(['p/none.yml:1:1 FILE_NOT_FOUND p/none.yml does not exist']);
  });
});
