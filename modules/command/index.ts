import { badParameters, defineAction, param } from 'stowage/module';
import type { Infer, Step } from 'stowage/module';
import { pathStat } from '../_facts/path.js';
import { splitWords } from './words.js';

const params = param.object(
  {
    argv: param.optional(param.list('The program and its arguments', param.string('A word'), { minItems: 1 })),
    cmd: param.optional(
      param.string('The same as one line; split at blanks, quotes hold words together, nothing is expanded', {
        pattern: '^[^\\u0000\\n\\r]*[^\\s\\u0000][^\\u0000\\n\\r]*$',
        expects: 'one line that is not blank',
      }),
    ),
    creates: param.optional(param.path('Nothing is done when this exists')),
    removes: param.optional(param.path('Nothing is done when this does not exist')),
    chdir: param.optional(param.path('Directory that it runs in')),
    stdin: param.optional(param.string('What it reads, byte for byte: unlike Ansible, no newline is added')),
    environment: param.optional(param.record('Variables added to its environment')),
  },
  'A program and what it needs',
  { exactlyOneOf: ['argv', 'cmd'] },
);
type Params = Infer<typeof params>;

export const command = defineAction<Params>({
  name: 'command',
  summary: 'Runs a program, without a shell',
  params,

  async needed({ creates, removes }, probe) {
    const [created, removed] = await Promise.all([
      creates === undefined ? null : probe.fact(pathStat, [creates]),
      removes === undefined ? null : probe.fact(pathStat, [removes]),
    ]);
    return created === null && (removes === undefined || removed !== null);
  },

  steps: (wanted) => [step(wanted)],

  result(results) {
    const [result] = results;
    const stdout = trimEnd(result?.stdout ?? '');
    const stderr = trimEnd(result?.stderr ?? '');
    return {
      changed: result !== undefined,
      rc: result?.code ?? 0,
      stdout,
      stderr,
      stdout_lines: lines(stdout),
      stderr_lines: lines(stderr),
    };
  },
});

function step({ argv, cmd, chdir, stdin, environment }: Params): Step {
  const words = argv ?? splitWords(cmd ?? '');
  if ((words[0] ?? '') === '') throw badParameters('command names no program');
  return {
    kind: 'run',
    argv: words,
    ...(stdin === undefined ? {} : { stdin }),
    ...(chdir === undefined ? {} : { cwd: chdir }),
    ...(environment === undefined ? {} : { env: environment }),
  };
}

function trimEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/);
}
