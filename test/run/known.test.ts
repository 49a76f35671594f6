import { expect } from 'chai';
import { tryApply } from '../support/engine.js';
import { fakeHost } from '../support/fakeHost.js';

interface Case {
  readonly title: string;
  readonly tasks: readonly string[];
  readonly has: Readonly<Record<string, string>>;
  /** Outcome of each task. */
  readonly outcomes: readonly string[];
  readonly log: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** What the plan says about each task: kind of its change, or `skipped`. */
  readonly planned?: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a result as it came out, not as it was foreseen',
    tasks: [
      'act: { argv: [rm, /b] }',
      'note: { path: /b, text: y }\n  register: it',
      'act: { argv: [touch, /x] }\n  when: "!it.changed"',
    ],
    has: { '/b': 'y' },
    planned: ['unknown', 'none', 'unknown'],
    outcomes: ['changed', 'changed', 'skipped'],
    log: ['rm /b', '/b'],
  },
  {
    title: 'the result of the nearest task when two register the same name',
    tasks: [
      'note: { path: /a, text: x }\n  register: it',
      'act: { argv: [touch, /m] }\n  when: it.changed',
      'note: { path: /b, text: y }\n  register: it',
      'act: { argv: [touch, /n] }\n  when: it.changed',
    ],
    has: { '/a': 'x' },
    planned: ['none', 'skipped', 'create', 'unknown'],
    outcomes: ['ok', 'skipped', 'changed', 'changed'],
    log: ['/b', 'touch /n'],
  },
  {
    title: 'a fact as it is after an earlier task changed it',
    tasks: ['act: { argv: [touch, /motto] }', 'note: { path: /a, text: "<{{ facts.motto }}>" }'],
    has: {},
    outcomes: ['changed', 'changed'],
    log: ['touch /motto', '/a'],
    files: { '/motto': '', '/a': '<>' },
  },
  {
    title: 'a fact as it is when a condition hangs on it',
    tasks: ['act: { argv: [touch, /motto] }', 'act: { argv: [touch, /x] }\n  when: facts.motto == "none"'],
    has: {},
    planned: ['unknown', 'unknown'],
    outcomes: ['changed', 'skipped'],
    log: ['touch /motto'],
  },
  {
    title: 'a fact that only changed_when names',
    tasks: ['act: { argv: [touch, /motto] }\n  changed_when: facts.motto == "none"'],
    has: {},
    outcomes: ['ok'],
    log: ['touch /motto'],
  },
  {
    title: 'failed_when of a resource, whether it was changed or right already',
    tasks: ['note: { path: /a, text: x }\n  register: it\n  failed_when: it.changed == false'],
    has: { '/a': 'x' },
    outcomes: ['failed STEP_FAILED'],
    log: [],
  },
];

describe('a task goes by', () => {
  for (const { title, tasks, has, planned, outcomes, log, files } of cases) {
    it(title, async () => {
      const host = fakeHost(has);
      const text = tasks.map((task) => `- ${task}`).join('\n');
      const tried = await tryApply(`- hosts: all\n  tasks:\n${text.replace(/^/gm, '    ')}\n`, { h1: host });
      const said = tried.entries.map(({ change, skipped }) => (skipped === undefined ? change.kind : 'skipped'));
      if (planned !== undefined) expect(said).to.deep.equal(planned);
      expect(Object.values(tried.outcomes)).to.deep.equal(outcomes);
      expect(host.log).to.deep.equal(log);
      if (files !== undefined) expect(Object.fromEntries(host.files)).to.deep.equal(files);
    });
  }
});
