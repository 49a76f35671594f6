import { expect } from 'chai';
import { loadInventory } from '../../src/load/inventory.js';
import type { Inventory } from '../../src/model/inventory.js';
import { inventoryOf, sayAll } from '../support/documents.js';
import { memoryFiles } from '../support/memoryFiles.js';

/** Group names with their hosts: `all: kvm1 kvm2`. */
function groupsOf(inventory: Inventory): readonly string[] {
  return [...inventory.groups.values()].map((group) => `${group.name}: ${group.hosts.join(' ')}`.trim());
}

/** The value of a variable that wins on a host, with where it comes from. */
function winner(inventory: Inventory, host: string, name: string): string {
  const layers = inventory.hosts.get(host)?.layers ?? [];
  const found = layers.flatMap((layer) =>
    layer.vars.entries.filter((entry) => entry.key === name).map((entry) => ({ origin: layer.origin, entry })),
  );
  const last = found.at(-1);
  return last === undefined || last.entry.value.kind !== 'scalar' ? '' : `${last.entry.value.value} ${last.origin}`;
}

describe('loadInventory', () => {
  const layouts: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'puts hosts of top groups into all',
      'kvm: { hosts: { kvm2: , kvm1: } }\n',
      ['all: kvm2 kvm1', 'ungrouped:', 'kvm: kvm2 kvm1'],
    ],
    [
      'puts hosts that only all names into ungrouped',
      'all: { hosts: { a: }, children: { kvm: { hosts: { b: } } } }\n',
      ['all: a b', 'ungrouped: a', 'kvm: b'],
    ],
    [
      'nests children, defined inside or elsewhere',
      'top: { children: { mid: { children: { low: } } } }\nlow: { hosts: { x: } }\n',
      ['all: x', 'ungrouped:', 'top: x', 'mid: x', 'low: x'],
    ],
    [
      'merges a host of several groups',
      'a: { hosts: { x: , y: } }\nb: { hosts: { y: , z: } }\n',
      ['all: x y z', 'ungrouped:', 'a: x y', 'b: y z'],
    ],
    ['expands ranges', 'k: { hosts: { "h[01:03]": } }\n', ['all: h01 h02 h03', 'ungrouped:', 'k: h01 h02 h03']],
    ['takes one text for one host', 'k: { hosts: kvm1 }\n', ['all: kvm1', 'ungrouped:', 'k: kvm1']],
    ['keeps empty groups', 'k: { hosts: kvm1 }\nnone:\n', ['all: kvm1', 'ungrouped:', 'k: kvm1', 'none:']],
    [
      'takes quoted numbers and IPv6',
      'k: { hosts: { "1234": , "::1": } }\n',
      ['all: 1234 ::1', 'ungrouped:', 'k: 1234 ::1'],
    ],
  ];
  for (const [title, text, groups] of layouts) {
    it(title, async () => {
      expect(groupsOf(await inventoryOf({ 'hosts.yml': text }))).to.deep.equal(groups);
    });
  }

  it('reads host lists, files and folders in their order', async () => {
    const files = memoryFiles({
      'lab/a.yml': 'kvm: { hosts: { kvm1: { x: 1 } } }\n',
      'lab/b.yaml': 'kvm: { hosts: { kvm1: { x: 2 }, kvm2: } }\n',
      'lab/notes.md': 'not an inventory',
      'lab/.hidden.yml': '[',
      'lab/sub/c': 'kvm: { hosts: { kvm4: } }\n',
      'lab/group_vars/kvm.yml': 'y: 1\n',
    });
    const { value, diagnostics } = await loadInventory(files, { sources: ['z1,z2,', 'lab'] });
    expect(sayAll(diagnostics)).to.deep.equal([]);
    expect([...(value?.hosts.keys() ?? [])].join(' ')).to.equal('z1 z2 kvm1 kvm2 kvm4');
    expect(value?.files).to.deep.equal(['lab/a.yml', 'lab/b.yaml', 'lab/sub/c']);
    if (value === undefined) return;
    expect(winner(value, 'kvm1', 'x')).to.equal('2 lab/b.yaml host kvm1');
    expect(winner(value, 'kvm4', 'y')).to.equal('1 lab/group_vars/kvm.yml');
  });

  it('says which groups a host is in, by depth and name', async () => {
    const inventory = await inventoryOf({
      'h.yml': 'b: { children: { z: { hosts: { x: } } } }\na: { hosts: { x: } }\n',
    });
    expect(inventory.hosts.get('x')?.groups).to.deep.equal(['all', 'a', 'b', 'z']);
  });

  describe('precedence', () => {
    /** Each place that can set a variable, from the lowest to the highest. */
    const places: readonly (readonly [string, string])[] = [
      ['inv/h.yml', 'h.yml group all'],
      ['inv/h.yml', 'h.yml group a_top'],
      ['inv/h.yml', 'h.yml group b_top'],
      ['inv/h.yml', 'h.yml group a_low'],
      ['inv/group_vars/all.yml', ''],
      ['play/group_vars/all/1.yml', ''],
      ['play/group_vars/all/2.yml', ''],
      ['inv/group_vars/a_top.yaml', ''],
      ['inv/group_vars/b_top', ''],
      ['inv/group_vars/a_low/vars.yml', ''],
      ['play/group_vars/b_top.yml', ''],
      ['play/group_vars/a_low.json', ''],
      ['inv/h.yml', 'h.yml host x'],
      ['inv/host_vars/x.yml', ''],
      ['play/host_vars/x.yml', ''],
    ];
    /** Files in which the places from `from` on define `v`. */
    function filesFrom(from: number): Readonly<Record<string, string>> {
      const has = (index: number): string => (index >= from ? `v: ${index}` : 'other: 0');
      const contents: Record<string, string> = {
        'inv/h.yml': [
          `all: { vars: { ${has(0)} } }`,
          `a_top: { vars: { ${has(1)} }, children: { a_low: { vars: { ${has(3)} }, hosts: { x: { ${has(12)} } } } } }`,
          `b_top: { vars: { ${has(2)} }, hosts: { x: } }`,
        ].join('\n'),
      };
      for (const [index, [file]] of places.entries()) {
        if (file !== 'inv/h.yml')
          contents[file] = file.endsWith('.json') ? `{ "${has(index).replace(': ', '": ')} }` : has(index);
      }
      return contents;
    }
    for (const [lowest, [, origin]] of places.entries()) {
      it(`is right up to ${places[lowest]?.[0]} ${origin}`, async () => {
        const contents = filesFrom(lowest);
        const upTo = Object.fromEntries(Object.entries(contents));
        // Of all places up to this one, this one wins.
        for (const [index, [file]] of places.entries()) {
          if (index > lowest && file !== 'inv/h.yml') upTo[file] = file.endsWith('.json') ? '{}' : 'other: 0\n';
        }
        upTo['inv/h.yml'] = (contents['inv/h.yml'] ?? '').replaceAll(/v: (\d+)/g, (text, index: string) =>
          Number(index) > lowest ? 'other: 0' : text,
        );
        const files = memoryFiles(upTo);
        const { value, diagnostics } = await loadInventory(files, { sources: ['inv/h.yml'], playbookFolder: 'play' });
        expect(sayAll(diagnostics)).to.deep.equal([]);
        expect(value === undefined ? '' : winner(value, 'x', 'v').split(' ')[0]).to.equal(String(lowest));
      });
    }

    it('lets a later name of equal depth win, unless a priority says otherwise', async () => {
      const text = (priority: string): string =>
        `a: { vars: { v: 1${priority} }, hosts: { x: } }\nb: { vars: { v: 2 }, hosts: { x: } }\n`;
      const plain = await inventoryOf({ 'h.yml': text('') });
      const ranked = await inventoryOf({ 'h.yml': text(', ansible_group_priority: 10') });
      expect(winner(plain, 'x', 'v')).to.equal('2 h.yml group b');
      expect(winner(ranked, 'x', 'v')).to.equal('1 h.yml group a');
    });
  });

  const password = 'hunter2';
  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    ['a list', '- kvm1\n', ['1:1 WRONG_TYPE an inventory must be a map of groups (all: { hosts: { kvm1: } })']],
    ['an empty file', '', ['1:1 WRONG_TYPE h.yml is empty: it names no host (all: { hosts: { kvm1: } })']],
    ['no hosts', 'kvm: {}\n', ['1:1 NO_HOSTS the inventory names no host']],
    [
      'INI',
      '# x\n\n[kvm]\nkvm1\n',
      [
        '3:1 NOT_SUPPORTED h.yml is INI: inventories are YAML (write it as YAML: "ansible-inventory --list --yaml" converts it)',
      ],
    ],
    [
      'a program',
      '#!/bin/sh\n',
      [
        '1:1 NOT_SUPPORTED h.yml is a program: inventories are YAML (write it as YAML: "ansible-inventory --list --yaml" converts it)',
      ],
    ],
    [
      'a plugin',
      'plugin: aws_ec2\n',
      ['1:1 NOT_SUPPORTED inventory plugins are not supported (write the hosts as YAML)'],
    ],
    [
      'a misspelt key',
      'kvm:\n  host:\n    kvm1:\n',
      ['2:3 UNKNOWN_KEY a group has no key "host" (did you mean "hosts"?)'],
    ],
    [
      'a list of hosts',
      'kvm:\n  hosts:\n    - kvm1\n',
      ['3:5 WRONG_TYPE hosts must be a map of hosts, not a list (write each host as a key: "name:")'],
    ],
    [
      'a number as host',
      'kvm:\n  hosts:\n    1234:\n',
      ['3:5 WRONG_TYPE the host name 1234 must be text, not a number (write "1234":)'],
    ],
    [
      'a host with a scalar',
      'kvm:\n  hosts:\n    kvm1: 5\n',
      ['3:11 WRONG_TYPE the host "kvm1" must be a map of variables, not a number'],
    ],
    [
      'an option as host name',
      'kvm:\n  hosts:\n    -oProxyCommand=x:\n',
      [
        '3:5 WRONG_TYPE "-oProxyCommand=x" is not a name for a host: letters, digits, ".", "_", ":" and "-", beginning with a letter or digit',
      ],
    ],
    [
      'a path as host name',
      'kvm:\n  hosts:\n    ../x:\n',
      [
        '3:5 WRONG_TYPE "../x" is not a name for a host: letters, digits, ".", "_", ":" and "-", beginning with a letter or digit',
      ],
    ],
    ['a bad range', 'kvm:\n  hosts:\n    "h[2:1]":\n', ['3:5 BAD_PATTERN the range [2:1] is empty']],
    [
      'an unknown child',
      'kvm: { hosts: { a: } }\ntop:\n  children:\n    kwm:\n',
      ['4:5 UNKNOWN_HOST the group "kwm" is not defined (did you mean "kvm"?)'],
    ],
    [
      'a host as child',
      'kvm: { hosts: { kvm1: } }\ntop:\n  children:\n    kvm1:\n',
      ['4:5 UNKNOWN_HOST "kvm1" is a host, not a group (name it under hosts)'],
    ],
    [
      'a circle',
      'a: { children: { b: } }\nb: { children: { c: } }\nc:\n  children:\n    a:\n  hosts: { x: }\n',
      ['5:5 GROUP_CYCLE groups contain each other: a > b > c > a'],
    ],
    [
      'all as child',
      'a:\n  children:\n    all:\n  hosts: { x: }\n',
      ['3:5 GROUP_CYCLE groups contain each other: all > a > all'],
    ],
    [
      'one name for two things',
      'kvm: { hosts: { kvm: } }\n',
      ['1:1 DUPLICATE_NAME "kvm" is the name of a group and of a host'],
    ],
    [
      'a bad group name',
      '"my group": { hosts: { x: } }\nk: { hosts: y }',
      ['1:1 WRONG_TYPE "my group" is not a name for a group: a letter, then letters, digits, ".", "_" and "-"'],
    ],
    [
      'a password',
      `k: { hosts: { x: { ansible_password: ${password} } } }\n`,
      [
        '1:20 NOT_SUPPORTED ansible_password is not supported (passwords are not supported: log in with a key or an agent)',
      ],
    ],
    [
      'a sudo password',
      `k: { vars: { ansible_become_password: ${password} }, hosts: x }\n`,
      [
        '1:14 NOT_SUPPORTED ansible_become_password is not supported (passwords are not supported: allow sudo without a password (NOPASSWD) for the login user)',
      ],
    ],
    [
      'a typo',
      'k: { hosts: { x: { ansible_hots: y } } }\n',
      ['1:20 UNKNOWN_KEY ansible_hots is no connection variable (did you mean "ansible_host"?)'],
    ],
    [
      'su',
      'k: { hosts: { x: { ansible_become_method: su } } }\n',
      ['1:43 NOT_SUPPORTED sudo is the only method there is yet (write sudo)'],
    ],
    ['a reserved name', 'k: { hosts: { x: { facts: 1 } } }\n', ['1:20 CONFLICT "facts" has a meaning of its own']],
    [
      'a bad name',
      'k: { hosts: { x: { my-var: 1 } } }\n',
      ['1:20 CONFLICT "my-var" is not a name for a variable: letters, digits and "_" make one'],
    ],
  ];
  for (const [title, text, messages] of wrong) {
    it(`refuses ${title}`, async () => {
      const { diagnostics } = await loadInventory(memoryFiles({ 'h.yml': text }), { sources: ['h.yml'] });
      const lines = sayAll(diagnostics);
      expect(lines).to.deep.equal(messages.map((message) => `h.yml:${message}`));
      expect(lines.join('\n')).not.to.include(password);
    });
  }

  it('refuses INI by its looks when no extension says YAML', async () => {
    const { diagnostics } = await loadInventory(memoryFiles({ hosts: 'kvm1 ansible_host=1\n' }), {
      sources: ['hosts'],
    });
    expect(diagnostics.map(({ code }) => code)).to.deep.equal(['NOT_SUPPORTED']);
  });

  it('says which file does not exist', async () => {
    const { diagnostics } = await loadInventory(memoryFiles({}), { sources: ['nosuch.yml'] });
    expect(sayAll(diagnostics)).to.deep.equal(['nosuch.yml:1:1 FILE_NOT_FOUND nosuch.yml does not exist']);
  });

  it('warns of a file of variables that is nearly named after a group, and leaves others alone', async () => {
    const files = memoryFiles({
      'h.yml': 'media: { hosts: { kvm1: } }\n',
      'group_vars/medai.yml': 'x: 1\n',
      'group_vars/elsewhere.yml': 'x: [\n',
    });
    const { diagnostics } = await loadInventory(files, { sources: ['h.yml'] });
    expect(sayAll(diagnostics)).to.deep.equal([
      'group_vars/medai.yml:1:1 warning UNKNOWN_HOST group_vars/medai.yml belongs to nothing in the inventory (did you mean "media"?)',
    ]);
  });

  it('refuses two files for one group, of which Ansible reads one', async () => {
    const files = memoryFiles({
      'h.yml': 'kvm: { hosts: { kvm1: } }\n',
      'group_vars/kvm.yml': 'x: 1\n',
      'group_vars/kvm/a.yml': 'x: 2\n',
    });
    const { diagnostics } = await loadInventory(files, { sources: ['h.yml'] });
    expect(sayAll(diagnostics)).to.deep.equal([
      'group_vars/kvm.yml:1:1 CONFLICT group_vars/kvm holds variables of "kvm" as well (Ansible reads only one of them; put the files into a folder of that name)',
    ]);
  });
});
