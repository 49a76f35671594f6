import { defineModule, param } from 'stowage/module';
import type { Infer, State, Step } from 'stowage/module';
import { pathStat } from '../_facts/path.js';

/** What is compared: a field for each thing that is managed. */
interface TemplateState extends State {
  readonly mode: string;
}

const params = param.object({
  path: param.path('The file'),
  mode: param.withDefault(param.mode('Permissions'), '0644'),
  state: param.withDefault(param.choice('Whether it shall exist', ['present', 'absent']), 'present'),
});

export const template = defineModule<Infer<typeof params>, TemplateState, null>({
  name: 'template',
  summary: 'Keeps an empty file',
  params,
  provides: ({ path, state }) => (state === 'absent' ? [] : [`path:${path}`]),

  async read({ path }, probe) {
    const stat = await probe.fact(pathStat, [path]);
    return { state: stat === null ? null : { mode: stat.mode }, seen: null };
  },

  desired: ({ mode, state }) => (state === 'absent' ? null : { mode: mode.padStart(4, '0') }),

  steps(change, { path }): readonly Step[] {
    switch (change.kind) {
      case 'create':
        return [{ kind: 'write', path, content: '', mode: change.desired.mode }];
      case 'update':
        return [{ kind: 'run', argv: ['chmod', change.desired.mode, '--', path] }];
      case 'delete':
        return [{ kind: 'run', argv: ['rm', '--', path] }];
      case 'replace':
        return [];
    }
  },
});
