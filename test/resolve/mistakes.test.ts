import { expect } from 'chai';
import { sayAll } from '../support/documents.js';
import { resolveProject } from '../support/project.js';
import type { Project } from '../support/project.js';

const twoGroups = {
  'inv.yml': 'kvm: { hosts: { kvm1: , kvm2: , kvm3: } }\nmedia: { hosts: { kvm1: , kvm2: } }\n',
  'group_vars/media.yml': 'share: /iso\n',
};

function tasks(...lines: readonly string[]): string {
  return ['- hosts: kvm', '  tasks:', ...lines.map((line) => `    - ${line}`), ''].join('\n');
}

const rows: readonly (readonly [string, Project, readonly string[]])[] = [
  [
    'an undefined variable, once for all hosts',
    { playbook: tasks('file: { path: "/srv/{{ nmae }}" }') },
    ['site.yml:3:30 UNDEFINED_VARIABLE the variable "nmae" is not defined'],
  ],
  [
    'a variable that only some hosts have, with the hosts and where it is defined',
    { inventory: twoGroups, playbook: tasks('file: { path: "{{ share }}" }') },
    [
      'site.yml:3:25 UNDEFINED_VARIABLE the variable "share" is not defined on kvm3 (defined in group_vars/media.yml for kvm1, kvm2)',
    ],
  ],
  [
    'a variable that many hosts have each for themselves, with a few of the places',
    {
      inventory: { 'inv.yml': 'kvm: { hosts: { a: {x: /1}, b: {x: /1}, c: {x: /1}, d: {x: /1}, e: {x: /1}, f: } }\n' },
      playbook: tasks('file: { path: "{{ x }}" }'),
    },
    [
      'site.yml:3:25 UNDEFINED_VARIABLE the variable "x" is not defined on f (defined in inv.yml host a for a; in inv.yml host b for b; in inv.yml host c for c; in 2 more places)',
    ],
  ],
  [
    'names of Ansible and of YAML 1.1, with what to write',
    {
      playbook: tasks('{ file: { path: "{{ hostvars.a }}" }, when: yes }', 'file: { path: "{{ ansible_hostname }}" }'),
    },
    [
      'site.yml:3:27 UNDEFINED_VARIABLE the variable "hostvars" is not defined (variables of other hosts cannot be named; write what several hosts need into a group)',
      'site.yml:3:51 UNDEFINED_VARIABLE the variable "yes" is not defined (write true)',
      'site.yml:4:25 UNDEFINED_VARIABLE the variable "ansible_hostname" is not defined (facts of a host are named below "facts": facts.qemu)',
    ],
  ],
  [
    'such a variable behind another one',
    {
      inventory: { ...twoGroups, 'group_vars/all.yml': 'path: "{{ share }}/x"\n' },
      playbook: tasks('file: { path: "{{ path }}" }'),
    },
    [
      'group_vars/all.yml:1:11 UNDEFINED_VARIABLE the variable "share" is not defined on kvm3 (defined in group_vars/media.yml for kvm1, kvm2)',
    ],
  ],
  [
    'an undefined variable in a condition',
    { playbook: tasks('{ file: { path: /a }, when: "defined(rez) && rez == 1 || rex" }') },
    ['site.yml:3:64 UNDEFINED_VARIABLE the variable "rex" is not defined'],
  ],
  [
    'a circle of variables',
    { extra: ['{"a": "{{ b }}", "b": "{{ a }}"}'], playbook: tasks('file: { path: "{{ a }}" }') },
    ['--extra-vars:1:27 VARIABLE_CYCLE variables refer to each other in a circle: a -> b -> a'],
  ],
  [
    'a result before it is registered',
    {
      playbook: tasks('{ file: { path: /a }, when: out.changed }', '{ file: { path: /b }, register: out }'),
    },
    [
      'site.yml:3:35 UNDEFINED_VARIABLE the variable "out" is not defined (the task "file: /b" (site.yml:4) registers it, but not before this one on the same host)',
    ],
  ],
  [
    'a result of a task that the tags leave out',
    {
      skipTags: ['x'],
      playbook: tasks('{ file: { path: /b }, register: out, tags: x }', '{ file: { path: /a }, when: out.changed }'),
    },
    [
      'site.yml:4:35 UNDEFINED_VARIABLE the variable "out" is not defined (the task "file: /b" (site.yml:3) registers it, but the tags leave it out)',
    ],
  ],
  [
    'a result that only another host has',
    {
      playbook:
        '- { hosts: kvm1, tasks: [{ file: { path: /a }, register: out }] }\n' +
        '- { hosts: "kvm1,kvm2", tasks: [{ file: { path: /b }, when: out.changed }] }\n',
    },
    [
      'site.yml:2:61 UNDEFINED_VARIABLE the variable "out" is not defined on kvm2 (the task "file: /a" (site.yml:1) registers it, but not before this one on the same host)',
    ],
  ],
  [
    'a result that an extra variable hides',
    { extra: ['out=1'], playbook: tasks('{ file: { path: /a }, register: out }') },
    [
      'site.yml:3:7 CONFLICT the extra variable "out" hides the result that this task registers (give one of them another name)',
    ],
  ],
  [
    'a mistyped host of a play',
    { playbook: `- { hosts: "all:!kvn1", tasks: [] }` },
    ['site.yml:1:17 UNKNOWN_HOST there is no host or group "kvn1" (did you mean "kvm1"?)'],
  ],
  [
    'a mistyped limit',
    { limit: 'kvm9x', playbook: tasks('file: { path: /a }') },
    ['--limit:1:1 UNKNOWN_HOST there is no host or group "kvm9x" (did you mean "kvm"?)'],
  ],
  [
    'a limit that leaves no host',
    { limit: 'kvm3', playbook: '- { hosts: "kvm1,kvm2", tasks: [] }' },
    ['--limit:1:1 NO_HOSTS the limit leaves no host of the playbook'],
  ],
  [
    'a tag on no task',
    { tags: ['dsks'], playbook: tasks('{ file: { path: /a }, tags: disks }') },
    ['--tags:1:1 UNKNOWN_TAG no task has the tag "dsks" (did you mean "disks"?)'],
  ],
  [
    'hosts that depend on a fact',
    { playbook: '- { hosts: "{{ facts.qemu.user }}", tasks: [] }' },
    ['site.yml:1:12 TOO_LATE hosts must be known before the run, it depends on facts.qemu'],
  ],
  [
    'hosts that no variable names',
    { playbook: '- { hosts: "{{ where }}", tasks: [] }' },
    ['site.yml:1:16 UNDEFINED_VARIABLE the variable "where" is not defined'],
  ],
];

describe('resolveGraph refuses', () => {
  for (const [title, project, messages] of rows) {
    it(title, async () => {
      const { value, diagnostics } = await resolveProject(project);
      expect(sayAll(diagnostics)).to.deep.equal(messages);
      expect(value).to.equal(undefined);
    });
  }

  /** Messages of the schema are its own; here places, codes and hosts count. */
  const placed: readonly (readonly [string, Project, readonly string[], RegExp?])[] = [
    [
      'a parameter whose value is wrong on one host',
      {
        inventory: { 'inv.yml': 'kvm: { hosts: { kvm1: { p: /a }, kvm2: { p: a } } }\n' },
        playbook: tasks('file: { path: "{{ p }}" }'),
      },
      ['site.yml:3:21 WRONG_TYPE'],
      / on kvm2( |$)/,
    ],
    [
      'a parameter whose value is wrong on all hosts, once',
      { extra: ['p=a'], playbook: tasks('file: { path: "{{ p }}" }') },
      ['site.yml:3:21 WRONG_TYPE'],
      /^(?!.* on kvm)/,
    ],
    [
      'a late value where a storage object needs it before',
      {
        playbook:
          '- hosts: kvm\n  image_storages:\n    - name: g\n      volumes:\n        - { name: v, kind: external, mount_point: "/{{ facts.qemu.user }}" }\n',
      },
      ['site.yml:5:51 TOO_LATE'],
      /depends on facts\.qemu/,
    ],
    [
      'a value of a storage object that differs by host',
      {
        inventory: { 'inv.yml': 'kvm: { hosts: { kvm1: { p: /a }, kvm2: { p: /b } } }\n' },
        playbook:
          '- hosts: kvm\n  image_storages:\n    - name: g\n      volumes:\n        - { name: v, kind: external, mount_point: "{{ p }}" }\n',
      },
      ['site.yml:5:51 CONFLICT'],
      /differs between kvm1 and kvm2/,
    ],
    [
      'what a storage object finds wrong, at its place',
      {
        playbook:
          '- hosts: kvm\n  image_storages:\n    - name: g\n      volumes:\n        - { name: v, kind: gluster, mount_point: /a }\n        - { name: v, kind: gluster, mount_point: /b }\n',
      },
      ['site.yml:6:19 DUPLICATE_NAME'],
      /two volumes are named "v" \(rename one\)/,
    ],
    [
      'two storage objects of one name on a host, also in different plays',
      {
        playbook:
          '- { hosts: "kvm1,kvm2", image_storages: [{ name: g }] }\n- { hosts: kvm3, image_storages: [{ name: g }] }\n- { hosts: kvm2, image_storages: [{ name: g }] }\n',
      },
      ['site.yml:3:43 DUPLICATE_NAME'],
      /another Image Storage "g" on the same hosts, on line 1 of site\.yml/,
    ],
    [
      'a wrong value in a storage object that a variable gives',
      {
        extra: ['p=relative'],
        playbook:
          '- hosts: kvm\n  image_storages:\n    - name: g\n      volumes:\n        - { name: v, kind: external, mount_point: "{{ p }}" }\n',
      },
      ['site.yml:5:51 WRONG_TYPE'],
    ],
    [
      'a cluster module whose parameters differ by host',
      {
        inventory: { 'inv.yml': 'kvm: { hosts: { kvm1: { p: /a }, kvm2: { p: /b } } }\n' },
        playbook: tasks('pool: { name: x, brick: "{{ p }}" }'),
      },
      ['site.yml:3:13 CONFLICT'],
      /differ between kvm1 and kvm2/,
    ],
  ];
  for (const [title, project, places, pattern] of placed) {
    it(title, async () => {
      const { value, diagnostics } = await resolveProject(project);
      const lines = sayAll(diagnostics);
      expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal(places);
      if (pattern !== undefined) expect(lines[0]).to.match(pattern);
      expect(value).to.equal(undefined);
    });
  }

  it('nothing where a condition is known not to hold', async () => {
    const playbook = tasks('{ file: { path: "{{ share }}" }, when: defined(share) }');
    const { value, diagnostics } = await resolveProject({ inventory: twoGroups, playbook });
    expect(sayAll(diagnostics)).to.deep.equal([]);
    expect(value?.nodes.length).to.equal(3);
  });
});
