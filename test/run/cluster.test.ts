import { expect } from 'chai';
import { fakeHost } from '../support/fakeHost.js';
import type { FakeHost } from '../support/fakeHost.js';
import { tryApply } from '../support/engine.js';
import type { TryOptions } from '../support/engine.js';

interface Case {
  readonly title: string;
  /** What each host sees; equal letters share one directory. */
  readonly sees: Readonly<Record<string, string>>;
  readonly has?: Readonly<Record<string, string>>;
  readonly down?: string;
  readonly limit?: string;
  readonly outcome: string;
  /** Who performed steps. */
  readonly acted: readonly string[];
  readonly counts?: Readonly<Record<string, object>>;
}

const cases: readonly Case[] = [
  { title: 'is changed by one of its hosts for all', sees: { h1: 'A', h2: 'A' }, outcome: 'changed', acted: ['h1'] },
  { title: 'needs nothing when all agree', sees: { h1: 'A', h2: 'A' }, has: { A: 'hello' }, outcome: 'ok', acted: [] },
  {
    title: 'has not converged when a host does not see what another wrote',
    sees: { h1: 'A', h2: 'B' },
    outcome: 'failed NOT_CONVERGED',
    acted: ['h1'],
  },
  {
    title: 'is not changed while a host is missing',
    sees: { h1: 'A', h2: 'A' },
    down: 'h2',
    outcome: 'refused MEMBER_MISSING',
    acted: [],
    counts: { h1: { refused: 1 }, h2: { unreachable: 1, refused: 0 } },
  },
  {
    title: 'is right for the rest when a host is missing and nothing differs',
    sees: { h1: 'A', h2: 'A' },
    has: { A: 'hello' },
    down: 'h2',
    outcome: 'ok',
    acted: [],
    counts: { h1: { ok: 1 }, h2: { unreachable: 1 } },
  },
  {
    title: 'is not changed through a host outside the limit',
    sees: { h1: 'A', h2: 'A' },
    limit: 'h2',
    outcome: 'refused MEMBER_MISSING',
    acted: [],
  },
];

const playbook = '- hosts: all\n  tasks:\n    - board: { path: /b, text: hello }\n';

describe('a cluster object', () => {
  for (const one of cases) {
    it(one.title, async () => {
      const directories = new Map<string, Map<string, string>>();
      const hosts: Record<string, FakeHost> = {};
      for (const [name, letter] of Object.entries(one.sees)) {
        const text = one.has?.[letter];
        const files = directories.get(letter) ?? new Map(text === undefined ? [] : [['/b', text]]);
        directories.set(letter, files);
        hosts[name] = { ...fakeHost(), files, ...(one.down === name ? { down: 'no route to host' } : {}) };
      }
      const options: TryOptions = one.limit === undefined ? {} : { limit: one.limit };
      const tried = await tryApply(playbook, hosts, options);
      expect(Object.values(tried.outcomes)).to.deep.equal([one.outcome]);
      const acted = Object.entries(hosts).filter(([, host]) => host.log.length > 0);
      expect(acted.map(([name]) => name)).to.deep.equal(one.acted);
      for (const [host, counts] of Object.entries(one.counts ?? {})) expect(tried.recap.hosts[host]).to.include(counts);
    });
  }
});
