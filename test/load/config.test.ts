import { expect } from 'chai';
import { defaultConfig, loadConfig } from '../../src/load/config.js';
import { sayAll } from '../support/documents.js';
import { memoryFiles } from '../support/memoryFiles.js';

const full = `
inventory: [inventory/lab.yml, "kvm1,kvm2,", /etc/hosts.yml]
playbook: playbooks/site.yml
modules: [modules]
forks: 5
remote_user: root
private_key_file: ~/.ssh/lab
known_hosts: known_hosts
host_key_checking: accept-new
connect_timeout: 3
step_timeout: 60
`;

describe('loadConfig', () => {
  const good: readonly (readonly [string, string, string, unknown])[] = [
    ['gives the defaults for an empty file', 'stowage.yml', '', defaultConfig],
    [
      'finds paths from the folder of the file',
      'lab/stowage.yml',
      full,
      {
        inventory: ['lab/inventory/lab.yml', 'kvm1,kvm2,', '/etc/hosts.yml'],
        playbook: 'lab/playbooks/site.yml',
        modules: ['lab/modules'],
        forks: 5,
        remoteUser: 'root',
        privateKeyFile: '~/.ssh/lab',
        knownHosts: ['lab/known_hosts'],
        hostKeyChecking: 'accept-new',
        connectTimeout: 3,
        stepTimeout: 60,
      },
    ],
    [
      'takes one inventory as text',
      'stowage.yml',
      'inventory: hosts.yml\n',
      { ...defaultConfig, inventory: ['hosts.yml'] },
    ],
  ];
  for (const [title, file, text, config] of good) {
    it(title, async () => {
      const { value, diagnostics } = await loadConfig(memoryFiles({ [file]: text }), file);
      expect(sayAll(diagnostics)).to.deep.equal([]);
      expect(value).to.deep.equal(config);
    });
  }

  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    ['a list', '[]', ['1:1 WRONG_TYPE']],
    ['a misspelt key', 'forsk: 5', ['1:1 UNKNOWN_KEY']],
    ['no hosts at a time', 'forks: 0', ['1:8 WRONG_TYPE']],
    ['another check', 'host_key_checking: no', ['1:20 WRONG_TYPE']],
    ['an empty playbook', 'playbook: ""', ['1:11 WRONG_TYPE']],
    ['a list of numbers', 'inventory: [1]', ['1:13 WRONG_TYPE']],
    ['broken YAML', 'forks: [', ['1:9 BAD_YAML']],
    ['a template', 'remote_user: "{{ x }}"', ['1:14 NOT_SUPPORTED']],
  ];
  for (const [title, text, places] of wrong) {
    it(`refuses ${title}`, async () => {
      const { value, diagnostics } = await loadConfig(memoryFiles({ 's.yml': text }), 's.yml');
      const lines = sayAll(diagnostics).map((line) => line.split(' ').slice(0, 2).join(' '));
      expect(lines).to.deep.equal(places.map((place) => `s.yml:${place}`));
      expect(value).to.equal(undefined);
    });
  }
});
