import { expect } from 'chai';
import type { JsonObject } from '../../src/model/json.js';
import { isJsonObject } from '../../src/model/json.js';
import { bindParams } from '../../src/resolve/bind.js';
import { fakeCatalog } from '../support/fakeModules.js';
import { graphOf, nodeOf } from '../support/project.js';

/** What a template gives in the first task of the second host of a project. */
async function rendered(
  template: string,
  vars: { play?: string; task?: string; extra?: string } = {},
): Promise<unknown> {
  const inventory = {
    'inv/h.yml':
      'kvm: { hosts: { kvm1.lab: , kvm2.lab: { v: host } } }\nb: { children: { a: { hosts: { kvm2.lab: } } } }\n',
    'inv/group_vars/all.yml': 'v: all\nw: all\n',
  };
  const playbook = `
- hosts: kvm2.lab,kvm1.lab
  vars: { ${vars.play ?? ''} }
  tasks:
    - command: { argv: ['${template}'] }
      vars: { ${vars.task ?? ''} }
`;
  const graph = await graphOf({ inventory, playbook, extra: vars.extra === undefined ? [] : [vars.extra] });
  const live: { facts: JsonObject; results: JsonObject } = { facts: {}, results: {} };
  const result = bindParams(graph, nodeOf(graph, 'p1.tasks.1@kvm2.lab'), live, fakeCatalog);
  const argv = result.kind === 'known' && isJsonObject(result.value) ? result.value['argv'] : undefined;
  return Array.isArray(argv) ? (argv as readonly unknown[])[0] : result;
}

describe('scopeOf', () => {
  const levels: readonly (readonly [Parameters<typeof rendered>[1], string])[] = [
    [{}, 'host'],
    [{ play: 'v: play' }, 'play'],
    [{ play: 'v: play', task: 'v: task' }, 'task'],
    [{ play: 'v: play', task: 'v: task', extra: 'v=extra' }, 'extra'],
    [{ extra: 'v=extra' }, 'extra'],
    [{ play: 'v: "{{ w }}!"' }, 'all!'],
  ];
  for (const [vars, expected] of levels) {
    it(`lets ${expected} win for ${JSON.stringify(vars)}`, async () => {
      expect(await rendered('{{ v }}', vars)).to.equal(expected);
    });
  }

  const magic: readonly (readonly [string, string])[] = [
    ['{{ inventory_hostname }}', 'kvm2.lab'],
    ['{{ inventory_hostname_short }}', 'kvm2'],
    ['{{ play_hosts.[0] }} {{ ansible_play_hosts.[1] }}', 'kvm1.lab kvm2.lab'],
    ['{{ group_names.[0] }}', 'a'],
    ['{{ groups.b.[0] }} {{ groups.all.[0] }}', 'kvm2.lab kvm1.lab'],
    ['{{ playbook_dir }} {{ inventory_dir }}', '/work /work/inv'],
  ];
  for (const [template, expected] of magic) {
    it(`gives ${template} as ${expected}`, async () => {
      expect(await rendered(template)).to.equal(expected);
    });
  }
});
