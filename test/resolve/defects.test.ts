import { expect } from 'chai';
import { loadInventory } from '../../src/load/inventory.js';
import { defaultConfig } from '../../src/load/config.js';
import { readPlaybook } from '../../src/load/playbook.js';
import { hasErrors } from '../../src/model/diagnostic.js';
import { resolveGraph } from '../../src/resolve/graph.js';
import { sayAll } from '../support/documents.js';
import { fakeCatalog } from '../support/fakeModules.js';
import { memoryFiles } from '../support/memoryFiles.js';

/** Everything that is said about a playbook before any host is connected. */
async function saidAbout(playbook: string): Promise<readonly string[]> {
  const files = memoryFiles({
    'site.yml': playbook,
    'hosts.yml': 'kvm: { hosts: { kvm1: { res: 1 } } }\nproduction: { hosts: { prod1: { res: 1 } } }\n',
  });
  const inventory = await loadInventory(files, { sources: ['hosts.yml'], playbookFolder: '.' });
  const loaded = await readPlaybook(files, 'site.yml', fakeCatalog);
  const diagnostics = [...inventory.diagnostics, ...loaded.diagnostics];
  if (loaded.value === undefined || inventory.value === undefined || hasErrors(diagnostics)) return sayAll(diagnostics);
  const graph = resolveGraph({
    playbook: loaded.value,
    inventory: inventory.value,
    catalog: fakeCatalog,
    config: defaultConfig,
    options: { tags: [], skipTags: [] },
    controller: { user: 'me', home: '/home/me', cwd: '/work' },
  });
  return sayAll([...diagnostics, ...graph.diagnostics]);
}

function task(text: string): string {
  return `- hosts: kvm\n  tasks:\n    - ${text}\n`;
}

/** Defects of which Ansible finds a third before it does anything. What stands here is the beginning of each line. */
const defects: readonly (readonly [string, string, readonly string[]])[] = [
  ['an undefined variable in a parameter', task('file: { path: "{{ pth }}" }'), ['site.yml:3:25 UNDEFINED_VARIABLE']],
  ['a misspelt key of a task', task('{ file: { path: /a }, wen: x }'), ['site.yml:3:29 UNKNOWN_KEY']],
  ['a misspelt module', task('fiel: { path: /a }'), ['site.yml:3:7 UNKNOWN_MODULE']],
  ['a misspelt parameter', task('file: { path: /a, ste: file }'), ['site.yml:3:25 UNKNOWN_KEY']],
  ['a bad choice', task('file: { path: /a, state: dirctory }'), ['site.yml:3:32 WRONG_TYPE']],
  ['a misspelt key of a play', '- hosts: kvm\n  vras: {}\n', ['site.yml:2:3 UNKNOWN_KEY']],
  ['a misspelt group', '- { hosts: kvn, tasks: [] }\n', ['site.yml:1:12 UNKNOWN_HOST']],
  ['bad YAML', '- hosts: [kvm\n', ['site.yml:']],
  ['a key that stands twice', '- hosts: kvm\n  hosts: all\n', ['site.yml:2:3 DUPLICATE_KEY']],
  ['a handler', task('{ file: { path: /a }, notify: x }'), ['site.yml:3:29 NOT_SUPPORTED']],
  ['a role', '- { hosts: kvm, roles: [x] }\n', ['site.yml:1:17 NOT_SUPPORTED']],
  ['a missing file of variables', '- { hosts: kvm, vars_files: [x.yml] }\n', ['site.yml:1:30 FILE_NOT_FOUND']],
  ['included tasks', task('include_tasks: x.yml'), ['site.yml:3:7 NOT_SUPPORTED']],
  ['imported tasks', task('import_tasks: x.yml'), ['site.yml:3:7 NOT_SUPPORTED']],
  ['no hosts', '- { hosts: [], tasks: [] }\n', ['site.yml:1:12 MISSING_KEY']],
  ['an unknown filter', task('file: { path: "/{{ res | nosuch }}" }'), ['site.yml:3:30 BAD_TEMPLATE']],
  ['a broken template', task('file: { path: "/{{ res }" }'), ['site.yml:3:']],
  [
    'a mistyped guard',
    task('{ file: { path: /a }, when: defined(rez) }'),
    ['site.yml:3:43 warning UNDEFINED_VARIABLE nothing defines "rez" (did you mean "res"?)'],
  ],
  ['a guard in the words of Jinja', task('{ file: { path: /a }, when: rez is defined }'), ['site.yml:3:']],
  ['a mistyped exclusion', '- { hosts: "all:!poduction", tasks: [] }\n', ['site.yml:1:17 UNKNOWN_HOST']],
];

describe('before any host is connected', () => {
  for (const [title, playbook, beginnings] of defects) {
    it(`${title} is found`, async () => {
      const lines = await saidAbout(playbook);
      expect(lines.length, lines.join('\n')).to.equal(beginnings.length);
      for (const [index, line] of lines.entries()) {
        expect(line.startsWith(beginnings[index] ?? ''), `${line} begins with ${beginnings[index]}`).to.equal(true);
      }
    });
  }
});
