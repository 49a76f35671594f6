import { expect } from 'chai';
import { resolveGraph } from '../../src/resolve/graph.js';
import { graphOf, nodeOf, orderOf } from '../support/project.js';
import type { Project } from '../support/project.js';

const one = (path: string, more = ''): string => `{ file: { path: ${path} }${more} }`;

describe('resolveGraph', () => {
  const orders: readonly (readonly [string, Project, readonly string[]])[] = [
    [
      'keeps tasks of a host in their order, without waiting for other hosts',
      { playbook: `- { hosts: "kvm1,kvm2", tasks: [${one('/a')}, ${one('/b')}] }` },
      [
        'p1.tasks.1@kvm1',
        'p1.tasks.1@kvm2',
        'p1.tasks.2@kvm1 < need p1.tasks.1@kvm1',
        'p1.tasks.2@kvm2 < need p1.tasks.1@kvm2',
      ],
    ],
    [
      'runs sections in their order, whatever their order in the file',
      { playbook: `- { hosts: kvm1, post_tasks: [${one('/c')}], tasks: [${one('/b')}], pre_tasks: [${one('/a')}] }` },
      [
        'p1.pre_tasks.1@kvm1',
        'p1.tasks.1@kvm1 < need p1.pre_tasks.1@kvm1',
        'p1.post_tasks.1@kvm1 < need p1.tasks.1@kvm1',
      ],
    ],
    [
      'joins plays by a barrier, and keeps what a host needs',
      {
        playbook: `- { hosts: "kvm1,kvm2", tasks: [${one('/a')}] }\n- { hosts: "kvm2,kvm3", tasks: [${one('/b')}] }`,
      },
      [
        'p1.tasks.1@kvm1',
        'p1.tasks.1@kvm2',
        'p1.end < order p1.tasks.1@kvm1, order p1.tasks.1@kvm2',
        'p2.tasks.1@kvm2 < need p1.tasks.1@kvm2, order p1.end',
        'p2.tasks.1@kvm3 < order p1.end',
      ],
    ],
    [
      'leaves out barriers of plays without nodes',
      {
        playbook: `- { hosts: kvm1, tasks: [${one('/a')}] }\n- { hosts: all, tasks: [] }\n- { hosts: kvm1, tasks: [${one('/b')}] }`,
      },
      ['p1.tasks.1@kvm1', 'p1.end < order p1.tasks.1@kvm1', 'p3.tasks.1@kvm1 < need p1.tasks.1@kvm1, order p1.end'],
    ],
    [
      'makes one node of a cluster module, which needs what came before it on all hosts',
      { playbook: `- { hosts: "kvm1,kvm2", tasks: [${one('/a')}, { pool: { name: x } }, ${one('/b')}] }` },
      [
        'p1.tasks.1@kvm1',
        'p1.tasks.1@kvm2',
        'p1.tasks.2 < need p1.tasks.1@kvm1, need p1.tasks.1@kvm2',
        'p1.tasks.3@kvm1 < need p1.tasks.2',
        'p1.tasks.3@kvm2 < need p1.tasks.2',
      ],
    ],
    [
      'lets storage objects only wait for each other, and what follows need all of them',
      {
        playbook: `
- hosts: kvm1
  tasks: [${one('/a')}]
  image_storages:
    - name: gold
      volumes:
        - { name: v1, kind: external, mount_point: /v1 }
        - { name: v2, kind: gluster, mount_point: /v2 }
    - name: silver
      volumes: [{ name: v3, kind: external, mount_point: /v3 }]
  post_tasks: [${one('/b')}]
`,
      },
      [
        'p1.tasks.1@kvm1',
        'p1.image_storages.1.v1@kvm1 < need p1.tasks.1@kvm1',
        'p1.image_storages.1.v2.pool < need p1.tasks.1@kvm1, order p1.image_storages.1.v1@kvm1',
        'p1.image_storages.1.v2.mount@kvm1 < need p1.image_storages.1.v2.pool, order p1.image_storages.1.v2.pool',
        'p1.image_storages.2.v3@kvm1 < need p1.tasks.1@kvm1, order p1.image_storages.1.v2.mount@kvm1',
        'p1.post_tasks.1@kvm1 < need p1.image_storages.1.v1@kvm1, need p1.image_storages.1.v2.mount@kvm1, need p1.image_storages.2.v3@kvm1',
      ].map((line) => line.replace(', order p1.image_storages.1.v2.pool', '')),
    ],
    [
      'gives a host outside the limit no nodes, and keeps it as a member',
      {
        limit: 'kvm2',
        playbook: `
- hosts: kvm1,kvm2
  tasks: [${one('/a')}]
  image_storages: [{ name: gold, volumes: [{ name: v2, kind: gluster, mount_point: /v2 }] }]
`,
      },
      [
        'p1.tasks.1@kvm2',
        'p1.image_storages.1.v2.pool < need p1.tasks.1@kvm2',
        'p1.image_storages.1.v2.mount@kvm2 < need p1.image_storages.1.v2.pool',
      ],
    ],
    [
      'makes nothing of a play that the limit empties',
      { limit: 'kvm2', playbook: `- { hosts: kvm1, tasks: [${one('/a')}] }\n- { hosts: kvm2, tasks: [${one('/b')}] }` },
      ['p2.tasks.1@kvm2'],
    ],
    [
      'keeps the numbers of tasks that tags choose',
      { tags: ['x'], playbook: `- { hosts: kvm1, tasks: [${one('/a')}, ${one('/b', ', tags: x')}] }` },
      ['p1.tasks.2@kvm1'],
    ],
    [
      'takes defined groups without hosts as no work',
      {
        inventory: { 'inv.yml': 'none: {}\nkvm: { hosts: kvm1 }\n' },
        playbook: `- { hosts: none, tasks: [${one('/a')}] }`,
      },
      [],
    ],
    [
      'takes hosts from extra variables, as text or list',
      {
        extra: ['{"where": ["kvm1", "kvm3"]}'],
        playbook: `- { hosts: "{{ where }}", tasks: [${one('/a')}] }`,
      },
      ['p1.tasks.1@kvm1', 'p1.tasks.1@kvm3'],
    ],
  ];
  for (const [title, project, order] of orders) {
    it(title, async () => {
      expect(orderOf(await graphOf(project))).to.deep.equal(order);
    });
  }

  it('stands nodes in an order that respects what they wait for', async () => {
    const play = (name: string): string => {
      const storage = `{ name: ${name}, volumes: [{ name: v, kind: gluster, mount_point: /v }] }`;
      return `- { hosts: all, tasks: [${one('/a')}], image_storages: [${storage}], post_tasks: [${one('/b')}] }\n`;
    };
    const graph = await graphOf({ playbook: ['x', 'y', 'z'].map(play).join('') });
    const seen = new Set<string>();
    for (const node of graph.nodes) {
      expect(node.after.filter((edge) => !seen.has(edge.node))).to.deep.equal([]);
      expect(seen.has(node.id)).to.equal(false);
      seen.add(node.id);
    }
    expect(seen.size).to.equal(3 * (3 + 1 + 3 + 3) + 2);
  });

  describe('storage objects', () => {
    const playbook = `
- hosts: kvm1,kvm2
  become: true
  vars: { base: /srv }
  tags: [disks]
  image_storages:
    - name: gold
      volumes:
        - name: v1
          kind: external
          mount_point: "{{ base }}/v1"
          owner: "{{ facts.qemu.user }}"
        - { name: v2, kind: gluster, mount_point: /v2 }
        - { name: v3, kind: external, mount_point: /v3 }
`;

    it('keep members outside the limit, which may not be changed', async () => {
      const graph = await graphOf({ playbook, limit: 'kvm2' });
      expect(nodeOf(graph, 'p1.image_storages.1.v2.pool').hosts).to.deep.equal(['kvm1', 'kvm2']);
      expect(Object.values(graph.hosts).map(({ name, mayChange }) => [name, mayChange])).to.deep.equal([
        ['kvm1', false],
        ['kvm2', true],
      ]);
      expect(graph.nodes.some((node) => node.id.endsWith('@kvm1'))).to.equal(false);
    });

    it('put late values back as they were written, and other values as they are', async () => {
      const graph = await graphOf({ playbook });
      const node = nodeOf(graph, 'p1.image_storages.1.v1@kvm2');
      expect(node.late).to.equal(true);
      const entries = node.params.kind === 'map' ? node.params.entries : [];
      const [path, owner] = entries.map((entry) => entry.value);
      expect(path).to.deep.include({ kind: 'scalar', value: '/srv/v1' });
      expect(owner).to.deep.include({ kind: 'template', text: '{{ facts.qemu.user }}' });
      expect(owner?.at).to.include({ line: 12, column: 18 });
      expect(path?.at).to.include({ line: 9, column: 11 });
      const plain = nodeOf(graph, 'p1.image_storages.1.v3@kvm2');
      expect(plain.late).to.equal(false);
      expect(plain.at).to.include({ line: 14 });
    });

    it('say what they consist of', async () => {
      const { objects, nodes } = await graphOf({ playbook });
      expect(
        objects.map(({ id, composite, section, hosts, becomeUser }) => ({ id, composite, section, hosts, becomeUser })),
      ).to.deep.equal([
        {
          id: 'p1.image_storages.1',
          composite: 'image_storage',
          section: 'image_storages',
          hosts: ['kvm1', 'kvm2'],
          becomeUser: 'root',
        },
      ]);
      expect(objects[0]?.nodes).to.deep.equal({
        'v1@kvm1': 'p1.image_storages.1.v1@kvm1',
        'v1@kvm2': 'p1.image_storages.1.v1@kvm2',
        'v2.pool': 'p1.image_storages.1.v2.pool',
        'v2.mount@kvm1': 'p1.image_storages.1.v2.mount@kvm1',
        'v2.mount@kvm2': 'p1.image_storages.1.v2.mount@kvm2',
        'v3@kvm1': 'p1.image_storages.1.v3@kvm1',
        'v3@kvm2': 'p1.image_storages.1.v3@kvm2',
      });
      const [first] = nodes;
      expect(first).to.deep.include({
        object: ['Image Storage "gold"', 'Volume "v1"'],
        tags: ['disks'],
        play: 0,
        section: 'image_storages',
      });
    });

    it('may have late parameters that differ by host', async () => {
      const inventory = { 'inv.yml': 'kvm: { hosts: { kvm1: { who: qemu }, kvm2: { who: libvirt } } }\n' };
      const graph = await graphOf({ inventory, playbook: playbook.replace('facts.qemu.user', 'who') });
      expect(nodeOf(graph, 'p1.image_storages.1.v1@kvm1').late).to.equal(true);
    });
  });

  describe('become', () => {
    const rows: readonly (readonly [string, string, string, string | undefined])[] = [
      ['', '', '', undefined],
      ['become: true', '', '', 'root'],
      ['become: true, become_user: a', '', '', 'a'],
      ['become: true, become_user: a', 'become_user: b', '', 'b'],
      ['become: true', 'become: false', '', undefined],
      ['become_user: a', '', '', undefined],
      ['', 'become: true', '', 'root'],
      ['', '', 'ansible_become: true', 'root'],
      ['', '', 'ansible_become: true, ansible_become_user: c', 'c'],
      ['become: false', '', 'ansible_become: true', undefined],
      ['become: true, become_user: a', '', 'ansible_become_user: c', 'a'],
      ['become: true', '', 'ansible_become_user: "{{ inventory_hostname }}"', 'kvm1'],
    ];
    for (const [play, task, vars, user] of rows) {
      it(`gives ${user ?? 'the login user'} for play {${play}}, task {${task}}, host {${vars}}`, async () => {
        const graph = await graphOf({
          inventory: { 'inv.yml': `kvm: { hosts: { kvm1: { ${vars} } } }\n` },
          playbook: `- { hosts: all, ${play}${play === '' ? '' : ', '}tasks: [${one('/a', task === '' ? '' : `, ${task}`)}] }`,
        });
        expect(nodeOf(graph, 'p1.tasks.1@kvm1').becomeUser).to.equal(user);
      });
    }
  });

  it('is pure: the same input gives the same graph, and both can be printed', async () => {
    const playbook = `- { hosts: all, tasks: [${one('/a', ', vars: { x: 1 }')}] }`;
    const [left, right] = [await graphOf({ playbook }), await graphOf({ playbook })];
    expect(JSON.parse(JSON.stringify(left))).to.deep.equal(right);
    expect(resolveGraph).to.be.a('function');
  });
});
