import { expect } from 'chai';
import { sayAll } from '../support/documents.js';
import { graphOf, resolveProject } from '../support/project.js';
import type { Project } from '../support/project.js';

const playbook = '- { hosts: all, tasks: [{ file: { path: /a } }] }';

describe('the way to a host', () => {
  async function targetOf(vars: string, config: Project['config'] = {}): Promise<unknown> {
    const inventory = { 'inv.yml': `kvm: { hosts: { kvm1.lab: { ${vars} } } }\n` };
    const graph = await graphOf({ inventory, config, playbook });
    return graph.hosts['kvm1.lab']?.target;
  }
  const usual = {
    kind: 'ssh',
    address: 'kvm1.lab',
    port: 22,
    user: 'me',
    keyFiles: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_ecdsa', '/home/me/.ssh/id_rsa'],
    agent: '/run/agent',
    knownHosts: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
    hostKeyChecking: 'strict',
    connectTimeout: 10,
  };
  const rows: readonly (readonly [string, Project['config'], unknown])[] = [
    ['', {}, usual],
    [
      'ansible_host: 192.0.2.1, ansible_port: 2222, ansible_user: root, ansible_ssh_private_key_file: ~/key',
      {},
      { ...usual, address: '192.0.2.1', port: 2222, user: 'root', keyFiles: ['/home/me/key'] },
    ],
    ['ansible_host: "{{ inventory_hostname_short }}"', {}, { ...usual, address: 'kvm1' }],
    ['ansible_connection: local', {}, { kind: 'local', user: 'me' }],
    ['ansible_ssh_known_hosts_file: known', {}, { ...usual, knownHosts: ['/work/known'] }],
    [
      '',
      { remoteUser: 'ops', privateKeyFile: 'keys/id', knownHosts: ['kh'], hostKeyChecking: 'off', connectTimeout: 3 },
      {
        ...usual,
        user: 'ops',
        keyFiles: ['/work/keys/id'],
        knownHosts: ['/work/kh'],
        hostKeyChecking: 'off',
        connectTimeout: 3,
      },
    ],
    ['ansible_user: root', { remoteUser: 'ops' }, { ...usual, user: 'root' }],
  ];
  for (const [vars, config, target] of rows) {
    it(`follows from {${vars}} and ${JSON.stringify(config)}`, async () => {
      expect(await targetOf(vars, config)).to.deep.equal(target);
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['ansible_host: "{{ facts.qemu.user }}"', 'inv.yml:1:39 TOO_LATE'],
    ['ansible_host: "{{ nosuch }}"', 'inv.yml:1:43 UNDEFINED_VARIABLE'],
    ['ansible_host: "{{ x }}", x: -oProxyCommand=reboot', 'inv.yml:1:39 WRONG_TYPE'],
    ['ansible_port: "{{ x }}", x: many', 'inv.yml:1:39 WRONG_TYPE'],
  ];
  for (const [vars, expected] of wrong) {
    it(`is refused for ${vars}`, async () => {
      const inventory = { 'inv.yml': `kvm: { hosts: { kvm1: { ${vars} } } }\n` };
      const lines = sayAll((await resolveProject({ inventory, playbook })).diagnostics);
      expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([expected]);
    });
  }
});
