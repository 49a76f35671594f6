import { expect } from 'chai';
import type { JsonObject } from '../../src/model/json.js';
import { bindConditions, bindParams } from '../../src/resolve/bind.js';
import type { Evaluated } from '../../src/text/evaluate.js';
import { sayAll } from '../support/documents.js';
import { fakeCatalog } from '../support/fakeModules.js';
import { graphOf, nodeOf } from '../support/project.js';
import type { Project } from '../support/project.js';

/** What came of it, in one word or value. */
function outcome(result: Evaluated<unknown>): unknown {
  switch (result.kind) {
    case 'known':
      return result.value;
    case 'late':
      return `late ${result.names.join(' ')}`;
    case 'error':
      return sayAll(result.diagnostics).map((line) => line.split(' ').slice(0, 2).join(' '));
  }
}

async function bound(
  project: Project,
  id: string,
  live: { facts?: JsonObject; results?: JsonObject },
): Promise<unknown> {
  const graph = await graphOf(project);
  const known = { facts: live.facts ?? {}, results: live.results ?? {} };
  return outcome(bindParams(graph, nodeOf(graph, id), known, fakeCatalog));
}

const facts = { qemu: { user: 'qemu', group: 'kvm' } };
const late = {
  playbook: `
- hosts: kvm1
  tasks:
    - { command: { argv: [ls] }, register: out }
    - file: { path: "/{{ facts.qemu.user }}/{{ out.stdout }}" }
      when: [out.changed, 'facts.qemu.user == "qemu"', "true"]
`,
};

describe('bindParams', () => {
  it('fills in defaults', async () => {
    const playbook = '- { hosts: kvm1, tasks: [{ file: { path: /a } }] }';
    expect(await bound({ playbook }, 'p1.tasks.1@kvm1', {})).to.deep.equal({ path: '/a', state: 'file' });
  });

  const rows: readonly (readonly [string, { facts?: JsonObject; results?: JsonObject }, unknown])[] = [
    ['names all that is missing', {}, 'late facts.qemu out'],
    ['names what is still missing', { facts }, 'late out'],
    ['uses facts and results', { facts, results: { out: { stdout: 'x' } } }, { path: '/qemu/x', state: 'file' }],
    ['checks what became known', { facts, results: { out: { stdout: '../x' } } }, ['site.yml:5:21 WRONG_TYPE']],
    [
      'never renders what came from a host',
      { facts, results: { out: { stdout: '{{ x }}' } } },
      { path: '/qemu/{{ x }}', state: 'file' },
    ],
    ['says which key a result lacks', { facts, results: { out: {} } }, ['site.yml:5:48 UNDEFINED_VARIABLE']],
  ];
  for (const [title, live, expected] of rows) {
    it(title, async () => {
      expect(await bound(late, 'p1.tasks.2@kvm1', live)).to.deep.equal(expected);
    });
  }

  it('evaluates late parameters of storage objects for each host', async () => {
    const project = {
      inventory: { 'inv.yml': 'kvm: { hosts: { kvm1: { who: a }, kvm2: { who: b } } }\n' },
      playbook: `
- hosts: kvm
  image_storages:
    - name: g
      volumes: [{ name: v, kind: external, mount_point: /v, owner: "{{ who }}" }]
`,
    };
    expect(await bound(project, 'p1.image_storages.1.v@kvm1', {})).to.deep.equal({ path: '/v', owner: 'a' });
    expect(await bound(project, 'p1.image_storages.1.v@kvm2', {})).to.deep.equal({ path: '/v', owner: 'b' });
  });

  it('lets a result win over variables of earlier places', async () => {
    const playbook = `
- hosts: kvm1
  vars: { out: { stdout: play } }
  tasks:
    - file: { path: "/{{ out.stdout }}" }
    - { command: { argv: [ls] }, register: out }
    - file: { path: "/{{ out.stdout }}" }
`;
    const results = { out: { stdout: 'result' } };
    expect(await bound({ playbook }, 'p1.tasks.1@kvm1', {})).to.deep.include({ path: '/play' });
    expect(await bound({ playbook }, 'p1.tasks.3@kvm1', {})).to.equal('late out');
    expect(await bound({ playbook }, 'p1.tasks.3@kvm1', { results })).to.deep.include({ path: '/result' });
  });
});

describe('bindConditions', () => {
  const rows: readonly (readonly [string, { facts?: JsonObject; results?: JsonObject }, unknown])[] = [
    ['is late as long as none is known not to hold', {}, 'late out facts.qemu'],
    ['holds when all hold', { facts, results: { out: { changed: true } } }, true],
    ['is false as soon as one is false', { facts: { qemu: { user: 'x', group: 'x' } } }, false],
    ['shows a mistake at its place', { facts, results: { out: { changed: 'yes' } } }, ['site.yml:6:14 BAD_EXPRESSION']],
  ];
  for (const [title, live, expected] of rows) {
    it(title, async () => {
      const graph = await graphOf(late);
      const node = nodeOf(graph, 'p1.tasks.2@kvm1');
      const known = { facts: live.facts ?? {}, results: live.results ?? {} };
      expect(outcome(bindConditions(graph, node, node.when, known, fakeCatalog))).to.deep.equal(expected);
    });
  }

  it('lets a task name its own result in changed_when', async () => {
    const playbook = '- { hosts: kvm1, tasks: [{ command: { argv: [a] }, register: r, changed_when: r.rc == 1 }] }';
    const graph = await graphOf({ playbook });
    const node = nodeOf(graph, 'p1.tasks.1@kvm1');
    const known = { facts: {}, results: { r: { rc: 1 } } };
    expect(outcome(bindConditions(graph, node, node.changedWhen, known, fakeCatalog))).to.equal(true);
  });
});
