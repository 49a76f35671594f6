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
  readonly stamp?: boolean;
  /** Who performed steps. */
  readonly acted: readonly string[];
  readonly counts?: Readonly<Record<string, object>>;
}

const cases: readonly Case[] = [
  { title: 'is changed by one of its hosts for all', sees: { h1: 'A', h2: 'A' }, outcome: 'changed', acted: ['h1'] },
  {
    title: 'is read anew on every host after the last step of any',
    sees: { h1: 'A', h2: 'A' },
    stamp: true,
    outcome: 'changed',
    acted: ['h1', 'h2'],
  },
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

const playbook = (stamp: boolean): string =>
  `- hosts: all\n  tasks:\n    - board: { path: /b, text: hello, stamp: ${String(stamp)} }\n`;

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
      const tried = await tryApply(playbook(one.stamp ?? false), hosts, options);
      expect(Object.values(tried.outcomes)).to.deep.equal([one.outcome]);
      const acted = Object.entries(hosts).filter(([, host]) => host.log.length > 0);
      expect(acted.map(([name]) => name)).to.deep.equal(one.acted);
      for (const [host, counts] of Object.entries(one.counts ?? {})) expect(tried.recap.hosts[host]).to.include(counts);
    });
  }

  it('does not bring back a host on which something before it did not succeed', async () => {
    const shared = new Map([['/b', 'hello']]);
    const h1 = { ...fakeHost(), files: shared };
    const h2 = { ...fakeHost(), files: new Map([...shared, ['/a', 'gold']]) };
    const tried = await tryApply(
      `- hosts: all
  tasks:
    - note: { path: /a, text: x, refuse_over: gold }
    - board: { path: /b, text: hello }
    - note: { path: /c, text: y }
- hosts: h2
  tasks:
    - note: { path: /d, text: z }
`,
      { h1, h2 },
    );
    expect(tried.recap.hosts['h1']).to.include({ ok: 1, changed: 2 });
    expect(tried.recap.hosts['h2']).to.include({ refused: 1, ok: 0, changed: 0, skipped: 3 });
    expect(h2.log).to.deep.equal([]);
  });
});
