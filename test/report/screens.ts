import type { Diagnostic } from '../../src/model/diagnostic.js';
import { renderDiagnostics } from '../../src/report/diagnostics.js';
import { renderPlan } from '../../src/report/planView.js';
import { renderRecap } from '../../src/report/recap.js';
import { renderStatus } from '../../src/report/statusView.js';
import type { View } from '../../src/report/style.js';
import { everyKind, gettingStarted, hosts, playbook, troubledRecap } from './samples.js';
import { storage } from './storage.js';

export const source = [
  '- name: Storage of the production hosts',
  '  hosts: hypervisors',
  '  image_storages:',
  '    - name: gold',
  '      volumes:',
  '        - kind: ocfs2',
  '          clustr: prod',
  '          mode: 0640',
  `          source: "//{{ media.share }}/iso/${'long/'.repeat(16)}{{ media.folder }}/${'tail/'.repeat(12)}"`,
  '',
].join('\n');

const inSite = (line: number, text: string): Diagnostic['at'] => ({
  file: 'playbooks/site.yml',
  line,
  column: (source.split('\n')[line - 1] ?? '').indexOf(text) + 1,
  length: text.length,
});

export const diagnostics: readonly Diagnostic[] = [
  {
    code: 'UNDEFINED_VARIABLE',
    severity: 'error',
    message: 'variable "media.folder" is not defined for hosts: kvm3',
    at: inSite(9, 'media.folder'),
    help: 'defined in group_vars/media.yml (hosts kvm1, kvm2); kvm3 is not in group "media"',
  },
  {
    code: 'UNKNOWN_KEY',
    severity: 'error',
    message: 'unknown key "clustr" for an OCFS2 volume',
    at: inSite(7, 'clustr'),
    help: 'did you mean "cluster"?',
  },
  {
    code: 'WRONG_TYPE',
    severity: 'error',
    message: 'a file mode must be quoted',
    at: inSite(8, '0640'),
    help: 'YAML 1.2 reads this as the number 640 (octal 1200). Write "0640".',
  },
  {
    code: 'BAD_CONFIG',
    severity: 'warning',
    message: 'the folder of modules does not exist',
    at: { file: 'stowage.yml', line: 3, column: 10, length: 7 },
  },
];

const plan = { playbook, hosts, entries: everyKind };

/** Every screen that is text, by name. */
export const screens: Readonly<Record<string, (view: View) => string>> = {
  diagnostics: (view) =>
    renderDiagnostics(diagnostics, (file) => (file === 'playbooks/site.yml' ? source : undefined), {
      ...view,
      tasks: 41,
    }),
  'plan-getting-started': (view) =>
    renderPlan({ playbook, hosts, entries: gettingStarted }, { ...view, diff: false, verbose: false }),
  'plan-every-kind': (view) => renderPlan(plan, { ...view, diff: true, verbose: false }),
  'plan-verbose': (view) =>
    renderPlan({ ...plan, unreachable: { kvm3: 'no route to host' } }, { ...view, diff: false, verbose: true }),
  recap: (view) => renderRecap(troubledRecap, { ...view, playbook, hosts }),
  status: (view) => renderStatus(storage, view),
};

export const views: Readonly<Record<string, View>> = {
  '60': { columns: 60, colour: false, unicode: true },
  '80': { columns: 80, colour: false, unicode: true },
  '120': { columns: 120, colour: false, unicode: true },
  '80-ascii': { columns: 80, colour: false, unicode: false },
  '80-colour': { columns: 80, colour: true, unicode: true },
};
