import { expect } from 'chai';
import { loadPlaybook } from '../../src/load/playbook.js';
import { documentOf, sayAll } from '../support/documents.js';
import { fakeCatalog } from '../support/fakeModules.js';

describe('loadPlaybook with mistakes', () => {
  /** What is wrong with whole files. */
  const files: readonly (readonly [string, string, readonly string[]])[] = [
    ['an empty file', '', ['1:1 WRONG_TYPE a playbook is a list of plays, it is empty (begin with "- hosts: …")']],
    [
      'a map',
      'hosts: all\n',
      ['1:1 WRONG_TYPE a playbook is a list of plays, this is a map (begin with "- hosts: …")'],
    ],
    ['an empty list', '[]\n', ['1:1 MISSING_KEY the playbook holds no play (begin with "- hosts: …")']],
    ['a text as play', '- hello\n', ['1:3 WRONG_TYPE a play must be a map, not a text']],
    ['no hosts', '- name: x\n', ['1:3 MISSING_KEY the play does not say its hosts (hosts: all)']],
    ['hosts of nothing', '- hosts:\n', ['1:3 WRONG_TYPE hosts must be a pattern or a list of patterns, not nothing']],
    ['empty hosts', '- hosts: []\n', ['1:10 MISSING_KEY hosts is empty (write "all" for every host)']],
    ['blank hosts', '- hosts: " "\n', ['1:10 MISSING_KEY hosts is empty (write "all" for every host)']],
    [
      'a misspelt key',
      '- hosts: all\n  tassk: []\n',
      ['2:3 UNKNOWN_KEY a play has no key "tassk" (did you mean "tasks"?)'],
    ],
    ['a task key', '- hosts: all\n  when: x\n', ['2:3 UNKNOWN_KEY a play has no key "when" (write it on the tasks)']],
    [
      'serial',
      '- hosts: all\n  serial: 2\n',
      ['2:3 NOT_SUPPORTED "serial" is not supported (not part of the language yet; use --limit to go in batches)'],
    ],
    [
      'an import',
      '- import_playbook: x.yml\n',
      ['1:3 NOT_SUPPORTED "import_playbook" is not supported (not part of the language yet; write the plays here)'],
    ],
    ['a map of tasks', '- hosts: all\n  tasks: {}\n', ['2:10 WRONG_TYPE tasks must be a list of tasks, not a map']],
    ['become as text', '- hosts: all\n  become: yes\n', ['2:11 WRONG_TYPE']],
    ['a bad user', '- hosts: all\n  become_user: -x\n', ['2:16 WRONG_TYPE']],
    ['a list of vars', '- hosts: all\n  vars: [a]\n', ['2:9 WRONG_TYPE variables must be a map of names, not a list']],
    [
      'connection variables',
      '- hosts: all\n  vars: { ansible_user: x }\n',
      ['2:11 NOT_SUPPORTED ansible_user has no effect in a playbook (write it in the inventory)'],
    ],
    ['a broken template in vars', '- hosts: all\n  vars: { a: "{{ b" }\n', ['2:15 BAD_TEMPLATE']],
    [
      'media storages',
      '- hosts: all\n  media_storages:\n    - name: x\n',
      ['3:7 NOT_SUPPORTED media storages are not there yet'],
    ],
    [
      'direct storages',
      '- hosts: all\n  direct_storages:\n    - name: x\n',
      ['3:7 NOT_SUPPORTED direct storages are not there yet'],
    ],
    [
      'no object',
      '- hosts: all\n  image_storages:\n    - x\n',
      ['3:7 WRONG_TYPE an item of image_storages must be a map, not a text'],
    ],
    ['a bad object', '- hosts: all\n  image_storages:\n    - name: x\n      volume: []\n', ['4:7 UNKNOWN_KEY']],
    [
      'a bad part',
      '- hosts: all\n  image_storages:\n    - name: x\n      volumes: [{ kind: extern, name: a }]\n',
      ['4:25 WRONG_TYPE'],
    ],
  ];
  /** What is wrong with one task. */
  const tasks: readonly (readonly [string, string, readonly string[]])[] = [
    ['no module', 'name: x', ['3:7 NOT_ONE_MODULE the task names no module']],
    [
      'two modules',
      'file: { path: /a }\n      command: { argv: [a] }',
      ['4:7 NOT_ONE_MODULE a task has one module, this one names file, command (write a task for each)'],
    ],
    [
      'a misspelt module',
      'fiel: { path: /a }',
      ['3:7 UNKNOWN_MODULE there is no module "fiel" (did you mean "file"?)'],
    ],
    [
      'an unknown module',
      'community.general.lvol: {}',
      [
        '3:7 UNKNOWN_MODULE there is no module "community.general.lvol" (there are command, external_volume, file, mount, pool)',
      ],
    ],
    [
      'a misspelt key',
      'file: { path: /a }\n      wen: x',
      ['4:7 UNKNOWN_KEY a task has no key "wen" (did you mean "when"?)'],
    ],
    [
      'a misspelt key beside a misspelt module',
      'fiel: { path: /a }\n      wen: x',
      [
        '3:7 UNKNOWN_MODULE there is no module "fiel" (did you mean "file"?)',
        '4:7 UNKNOWN_KEY a task has no key "wen" (did you mean "when"?)',
      ],
    ],
    ['a misspelt parameter, once', 'file: { pth: /a }', ['3:15 UNKNOWN_KEY']],
    ['a missing parameter', 'file:', ['3:7 MISSING_KEY']],
    ['a bad choice', 'file: { path: /a, state: dirctory }', ['3:32 WRONG_TYPE']],
    ['a number as mode', 'file: { path: /a, mode: 0644 }', ['3:31 WRONG_TYPE']],
    [
      'k=v',
      'file: path=/a',
      [
        '3:13 NOT_SUPPORTED parameters of file in one line are not supported (write each parameter on a line below "file:", e.g. "path: …")',
      ],
    ],
    ['a list of parameters', 'file: [a]', ['3:13 WRONG_TYPE file must be a map of parameters, not a list']],
    [
      'a storage object',
      'image_storage: { name: x }',
      ['3:7 NOT_SUPPORTED image_storage is a storage object, not a task (write it under "image_storages" of the play)'],
    ],
    [
      'loops',
      'file: { path: /a }\n      loop: [a]',
      [
        '4:7 NOT_SUPPORTED "loop" is not supported (loops are not part of the language yet; write a task for each item)',
      ],
    ],
    [
      'with_items',
      'file: { path: /a }\n      with_items: [a]',
      [
        '4:7 NOT_SUPPORTED "with_items" is not supported (loops are not part of the language yet; write a task for each item)',
      ],
    ],
    [
      'ignore_errors',
      'file: { path: /a }\n      ignore_errors: true',
      [
        '4:7 NOT_SUPPORTED "ignore_errors" is not supported (a failed host gets no later tasks; write "failed_when" to say what a failure is)',
      ],
    ],
    [
      'blocks',
      'block: []',
      [
        '3:7 NOT_SUPPORTED "block" is not supported (blocks are not part of the language yet; write the tasks one after another)',
      ],
    ],
    [
      'includes',
      'ansible.builtin.include_tasks: x.yml',
      [
        '3:7 NOT_SUPPORTED "ansible.builtin.include_tasks" is not supported (files of tasks are not part of the language yet; write the tasks here)',
      ],
    ],
    [
      'notify',
      'file: { path: /a }\n      notify: x',
      [
        '4:7 NOT_SUPPORTED "notify" is not supported (handlers are not part of the language yet; write a task with "when")',
      ],
    ],
    ['a bad condition', 'file: { path: /a }\n      when: size >', ['4:18 BAD_EXPRESSION']],
    [
      'Jinja in a condition',
      'file: { path: /a }\n      when: "{{ size }}"',
      [
        '4:13 BAD_EXPRESSION when cannot hold a template (a condition is an expression by itself: write it without {{ }})',
      ],
    ],
    [
      'a map as condition',
      'file: { path: /a }\n      when: { a: 1 }',
      ['4:13 WRONG_TYPE when must be an expression or a list of expressions, not a map'],
    ],
    [
      'a number as condition',
      'file: { path: /a }\n      when: 5',
      ['4:13 WRONG_TYPE when must be an expression or a list of expressions, not a number'],
    ],
    ['a broken template', 'file: { path: "/a/{{ x" }', ['3:25 BAD_TEMPLATE']],
    ['an unknown helper', 'file: { path: "/a/{{ upcase x }}" }', ['3:28 BAD_TEMPLATE']],
    ['a filter', 'file: { path: "/a/{{ x | upper }}" }', ['3:30 BAD_TEMPLATE']],
    ['an unknown fact', 'file: { path: "/a/{{ facts.qemuu.user }}" }', ['3:28 UNDEFINED_VARIABLE']],
    ['a fact without that key', 'file: { path: /a }\n      when: facts.qemu.usr == "x"', ['4:13 UNDEFINED_VARIABLE']],
    [
      'a bad register',
      'file: { path: /a }\n      register: 200',
      ['4:17 WRONG_TYPE register must be the name of a variable, not a number'],
    ],
    [
      'a register that is no name',
      'file: { path: /a }\n      register: a-b',
      ['4:17 CONFLICT "a-b" is not a name for a variable: letters, digits and "_" make one'],
    ],
    [
      'a reserved register',
      'file: { path: /a }\n      register: facts',
      ['4:17 CONFLICT "facts" has a meaning of its own'],
    ],
    [
      'a template as name',
      'file: { path: /a }\n      name: "{{ x }}"',
      ['4:13 NOT_SUPPORTED name cannot hold a template (write it as plain text)'],
    ],
    [
      'control characters in a name',
      'file: { path: /a }\n      name: "a\\nb"',
      ['4:13 BAD_ENCODING name cannot hold control characters or line breaks'],
    ],
    ['a timeout of nothing', 'file: { path: /a }\n      timeout: 0', ['4:16 WRONG_TYPE']],
    [
      'an empty tag',
      'file: { path: /a }\n      tags: "a,,b"',
      ['4:13 WRONG_TYPE a tag is a text without control characters, and not empty'],
    ],
  ];
  const asFile = tasks.map(
    ([title, text, messages]) => [title, `- hosts: all\n  tasks:\n    - ${text}\n`, messages] as const,
  );
  for (const [title, text, messages] of [...files, ...asFile]) {
    it(`refuses ${title}`, () => {
      const lines = sayAll(loadPlaybook(documentOf('s.yml', text), 's.yml', fakeCatalog).diagnostics);
      const shown = lines.map((line, index) => {
        const expected = `s.yml:${messages[index] ?? ''}`;
        // Messages of other stages are theirs; here only the place and the code count.
        return expected.split(' ').length === 2 ? line.split(' ').slice(0, 2).join(' ') : line;
      });
      expect(shown).to.deep.equal(messages.map((message) => `s.yml:${message}`));
    });
  }

  it('names all mistakes of a playbook in one pass', () => {
    const text = '- hosts: all\n  wen: 1\n  tasks:\n    - fiel: {}\n    - file: { path: a }\n- tasks: 5\n';
    const lines = sayAll(loadPlaybook(documentOf('s.yml', text), 's.yml', fakeCatalog).diagnostics);
    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([
      's.yml:2:3 UNKNOWN_KEY',
      's.yml:4:7 UNKNOWN_MODULE',
      's.yml:5:21 WRONG_TYPE',
      's.yml:6:3 MISSING_KEY',
      's.yml:6:10 WRONG_TYPE',
    ]);
  });
});
