import { expect } from 'chai';
import { fakeHost } from '../support/fakeHost.js';
import type { FakeHost } from '../support/fakeHost.js';
import { tryApply } from '../support/engine.js';
import type { Tried } from '../support/engine.js';

interface Case {
  readonly title: string;
  readonly tasks: string;
  readonly hosts: Readonly<Record<string, Partial<FakeHost> & { readonly has?: Readonly<Record<string, string>> }>>;
  readonly limit?: string;
  /** Outcomes by `TASK@HOST`; cluster nodes by `TASK`. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Everything performed, by host. */
  readonly log?: Readonly<Record<string, readonly string[]>>;
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const cases: readonly Case[] = [
  {
    title: 'creates what is missing and leaves alone what is right',
    tasks: '- note: { path: /a, text: x }\n- note: { path: /b, text: y }',
    hosts: { h1: { has: { '/b': 'y' } } },
    outcomes: { '1@h1': 'changed', '2@h1': 'ok' },
    log: { h1: ['/a'] },
    files: { h1: { '/a': 'x', '/b': 'y' } },
  },
  {
    title: 'removes what shall not be there, and only then',
    tasks: '- note: { path: /a, state: absent }\n- note: { path: /b, state: absent }',
    hosts: { h1: { has: { '/a': 'x' } } },
    outcomes: { '1@h1': 'changed', '2@h1': 'ok' },
    log: { h1: ['rm /a'] },
  },
  {
    title: 'fails with NOT_CONVERGED when the steps succeed and nothing is as it should be',
    tasks: '- note: { path: /a, text: x, writes: z }\n- note: { path: /b, text: y }',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'failed NOT_CONVERGED', '2@h1': 'skipped' },
  },
  {
    title: 'refuses where the module refuses, and goes no further on that host',
    tasks: '- note: { path: /a, text: x, refuse_over: gold }\n- note: { path: /b, text: y }',
    hosts: { h1: { has: { '/a': 'gold' } }, h2: { has: { '/a': 'lead' } } },
    outcomes: { '1@h1': 'refused PRECIOUS', '2@h1': 'skipped', '1@h2': 'changed', '2@h2': 'changed' },
    log: { h1: [], h2: ['/a', '/b'] },
  },
  {
    title: 'goes on with the other hosts when one cannot be reached',
    tasks: '- note: { path: /a, text: x }\n- note: { path: /b, text: y }',
    hosts: { h1: { down: 'connection refused' }, h2: {} },
    outcomes: { '1@h1': 'unreachable UNREACHABLE', '2@h1': 'skipped', '1@h2': 'changed', '2@h2': 'changed' },
  },
  {
    title: 'calls it unknown, not failed, when the connection ends during a step',
    tasks: '- note: { path: /a, text: x }\n- note: { path: /b, text: y }',
    hosts: { h1: { breaksAt: '/a' } },
    outcomes: { '1@h1': 'unknown CONNECTION_LOST', '2@h1': 'skipped' },
  },
  {
    title: 'notices and repairs what an earlier task of the run broke',
    tasks: '- act: { argv: [rm, /b] }\n- note: { path: /b, text: y }',
    hosts: { h1: { has: { '/b': 'y' } } },
    outcomes: { '1@h1': 'changed', '2@h1': 'changed' },
    log: { h1: ['rm /b', '/b'] },
    files: { h1: { '/b': 'y' } },
  },
  {
    title: 'does not do again what an earlier task of the run did',
    tasks: '- act: { argv: [touch, /b] }\n- note: { path: /b, text: "" }',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'changed', '2@h1': 'ok' },
    log: { h1: ['touch /b'] },
  },
  {
    title: 'skips an action whose result is there',
    tasks: '- act: { argv: [touch, /b], creates: /b }',
    hosts: { h1: { has: { '/b': '' } } },
    outcomes: { '1@h1': 'ok' },
    log: { h1: [] },
  },
  {
    title: 'fails an action that exits with another code than 0',
    tasks: '- act: { argv: ["false"] }\n- note: { path: /b, text: y }',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'failed STEP_FAILED', '2@h1': 'skipped' },
  },
  {
    title: 'lets failed_when and changed_when judge an action by its result',
    tasks: '- act: { argv: ["false"] }\n  register: it\n  failed_when: it.rc > 1\n  changed_when: it.rc == 0',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'ok' },
  },
  {
    title: 'gives the result of a task to the tasks after it',
    tasks:
      '- act: { argv: [touch, /x] }\n  register: it\n- note: { path: /a, text: "{{ it.stdout }}" }\n  when: it.changed',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'changed', '2@h1': 'changed' },
    files: { h1: { '/a': 'done', '/x': '' } },
  },
  {
    title: 'skips a task whose condition is false, and goes on after it',
    tasks: '- note: { path: /a, text: x }\n  when: inventory_hostname == "h2"\n- note: { path: /b, text: y }',
    hosts: { h1: {}, h2: {} },
    outcomes: { '1@h1': 'skipped', '2@h1': 'changed', '1@h2': 'changed', '2@h2': 'changed' },
  },
  {
    title: 'waits with what is not ready until an earlier task has provided it',
    tasks: '- note: { path: /a, text: x }\n- note: { path: /b, text: y, needs: /a }',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'changed', '2@h1': 'changed' },
  },
  {
    title: 'fails what is not ready when nothing provides it',
    tasks: '- note: { path: /b, text: y, needs: /a }',
    hosts: { h1: {} },
    outcomes: { '1@h1': 'failed NOT_READY' },
    log: { h1: [] },
  },
];

function hostsOf({ hosts }: Case): Readonly<Record<string, FakeHost>> {
  const made = Object.entries(hosts).map(([name, { has, ...more }]) => [name, { ...fakeHost(has), ...more }] as const);
  return Object.fromEntries(made);
}

function playbookOf(tasks: string): string {
  return `- hosts: all\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`;
}

function outcomesByTask(tried: Tried): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tried.outcomes).map(([id, kind]) => [id.replace(/^p1\.tasks\./, ''), kind]));
}

describe('applying a playbook', () => {
  for (const one of cases) {
    it(one.title, async () => {
      const hosts = hostsOf(one);
      const tried = await tryApply(playbookOf(one.tasks), hosts, one.limit === undefined ? {} : { limit: one.limit });
      expect(outcomesByTask(tried)).to.deep.equal(one.outcomes);
      for (const [name, log] of Object.entries(one.log ?? {})) expect(hosts[name]?.log).to.deep.equal(log);
      for (const [name, files] of Object.entries(one.files ?? {})) {
        expect(Object.fromEntries(hosts[name]?.files ?? [])).to.deep.equal(files);
      }
    });
  }

  it('changes nothing the second time, and reads each host in one batch', async () => {
    const tasks = Array.from({ length: 20 }, (_, index) => `- note: { path: /n${String(index)}, text: x }`).join('\n');
    const hosts = { h1: fakeHost(), h2: fakeHost() };
    await tryApply(playbookOf(tasks), hosts);
    hosts.h1.reads = 0;
    hosts.h1.log.length = 0;
    const again = await tryApply(playbookOf(tasks), hosts);
    expect(again.recap.hosts['h1']).to.include({ ok: 20, changed: 0, failed: 0 });
    expect(hosts.h1.log).to.deep.equal([]);
    expect(hosts.h1.reads).to.equal(1);
  });

  it('does what the plan showed: no node diverges', async () => {
    const tasks = '- note: { path: /a, text: x }\n- note: { path: /b, text: y }\n- note: { path: /c, state: absent }';
    const tried = await tryApply(playbookOf(tasks), { h1: fakeHost({ '/b': 'z', '/c': 'gone soon' }) });
    const diverged = tried.events.filter((event) => event.type === 'node.end' && event.diverged !== undefined);
    expect(diverged).to.deep.equal([]);
    expect(tried.recap.hosts['h1']).to.include({ changed: 3 });
  });

  it('starts nothing new once it was interrupted', async () => {
    const stop = new AbortController();
    const host = fakeHost();
    host.meanwhile = () => {
      stop.abort();
    };
    const tasks = '- note: { path: /a, text: x }\n- note: { path: /b, text: y }';
    const tried = await tryApply(playbookOf(tasks), { h1: host }, { signal: stop.signal });
    expect(host.log).to.deep.equal(['/a']);
    expect(outcomesByTask(tried)).to.deep.equal({ '1@h1': 'changed', '2@h1': 'skipped' });
  });
});
