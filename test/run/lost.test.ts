import { expect } from 'chai';
import { tryApply } from '../support/engine.js';
import type { Tried } from '../support/engine.js';
import { fakeHost } from '../support/fakeHost.js';
import type { FakeHost } from '../support/fakeHost.js';

const notes = '- hosts: all\n  tasks:\n    - note: { path: /a, text: x }\n    - note: { path: /b, text: y }\n';
const board = (stamp: boolean): string =>
  `- hosts: all\n  tasks:\n    - board: { path: /b, text: hello, stamp: ${String(stamp)} }\n`;

/** Two hosts that see one directory. */
function pair(text?: string): { h1: FakeHost; h2: FakeHost } {
  const files = new Map(text === undefined ? [] : [['/b', text]]);
  return { h1: { ...fakeHost(), files }, h2: { ...fakeHost(), files } };
}

const troubleHosts = ({ recap }: Tried): readonly string[] => recap.troubles.map(({ host }) => host);

describe('a host whose connection ends', () => {
  it('while it is read is unreachable, and the others go on', async () => {
    const hosts = { h1: { ...fakeHost(), losesAt: '/b' }, h2: fakeHost() };
    const tried = await tryApply(notes, hosts);
    expect(tried.recap.hosts['h1']).to.include({ unreachable: 1, skipped: 1, changed: 0, failed: 0 });
    expect(tried.recap.hosts['h2']).to.include({ changed: 2 });
    expect(tried.entries[0]?.unreachable).to.deep.equal({ h1: 'the connection to h1 ended' });
  });

  it('between reading and acting is unreachable: nothing was done there', async () => {
    const hosts = { h1: fakeHost(), h2: fakeHost() };
    const before = (): void => {
      hosts.h1.lost = true;
    };
    const tried = await tryApply(notes, hosts, { before });
    expect(tried.outcomes['p1.tasks.1@h1']).to.equal('unreachable UNREACHABLE');
    expect(tried.recap.hosts['h2']).to.include({ changed: 2 });
  });

  it('before what it did was proved is unknown', async () => {
    const host = fakeHost();
    host.afterwards = () => {
      host.lost = true;
    };
    // A second look that the script itself did not take.
    const tasks = '- note: { path: /a, text: x }\n  register: it\n  changed_when: facts.motto == "none"';
    const tried = await tryApply(`- hosts: all\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`, { h1: host });
    expect(host.log).to.deep.equal(['/a']);
    expect(tried.outcomes['p1.tasks.1@h1']).to.equal('unknown CONNECTION_LOST');
  });
});

describe('a member of a cluster object whose connection ends', () => {
  it('while it is read is missing under its own name; the rest is right when nothing differs', async () => {
    const hosts = pair('hello');
    hosts.h2.losesAt = '/b';
    const tried = await tryApply(board(false), hosts);
    expect(tried.recap.hosts).to.deep.include({
      h1: { ok: 1, changed: 0, skipped: 0, refused: 0, failed: 0, unreachable: 0, unknown: 0 },
    });
    expect(tried.recap.hosts['h2']).to.include({ unreachable: 1, ok: 0 });
  });

  it('while it is read keeps what all share from being changed', async () => {
    const hosts = pair();
    hosts.h2.losesAt = '/b';
    const tried = await tryApply(board(false), hosts);
    expect(Object.values(tried.outcomes)).to.deep.equal(['refused MEMBER_MISSING']);
    expect(hosts.h1.log).to.deep.equal([]);
  });

  it('during its step is unknown; what others did is counted as changed', async () => {
    const hosts = pair();
    hosts.h2.breaksAt = '/stamp-h2';
    const tried = await tryApply(board(true), hosts);
    expect(Object.values(tried.outcomes)).to.deep.equal(['unknown CONNECTION_LOST']);
    expect(tried.recap.hosts['h1']).to.include({ changed: 1, unknown: 0, skipped: 0 });
    expect(tried.recap.hosts['h2']).to.include({ unknown: 1 });
    expect(troubleHosts(tried)).to.deep.equal(['h2']);
  });

  it('after its step is unknown, not changed', async () => {
    const hosts = pair();
    hosts.h2.afterwards = () => {
      hosts.h2.lost = true;
    };
    const tried = await tryApply(board(true), hosts);
    expect(Object.values(tried.outcomes)).to.deep.equal(['unknown CONNECTION_LOST']);
    expect(tried.recap.hosts['h2']).to.include({ unknown: 1, changed: 0 });
  });
});

describe('a cluster object of which one host changes after another one was acted on', () => {
  it('is changed, although nothing is left to do', async () => {
    const hosts = pair();
    hosts.h2.meanwhile = () => hosts.h2.files.set('/b', 'hello');
    const tried = await tryApply(board(true), hosts);
    expect(hosts.h1.log).to.deep.equal(['touch /stamp-h1']);
    expect(Object.values(tried.outcomes)).to.deep.equal(['changed']);
    expect(tried.recap.hosts['h1']).to.include({ changed: 1 });
    expect(tried.recap.hosts['h2']).to.include({ ok: 1 });
  });
});

describe('a module that makes a mistake', () => {
  for (const place of ['needed', 'steps', 'result']) {
    it(`in its ${place} fails on its host, and the others go on`, async () => {
      const hosts = { h1: fakeHost(), h2: fakeHost() };
      const tried = await tryApply(
        `- hosts: all\n  tasks:\n    - broken: { in: ${place} }\n      when: inventory_hostname == "h1"\n    - note: { path: /a, text: x }\n`,
        hosts,
      );
      expect(tried.outcomes).to.include({ 'p1.tasks.1@h1': 'failed INTERNAL', 'p1.tasks.2@h1': 'skipped' });
      expect(tried.outcomes['p1.tasks.2@h2']).to.equal('changed');
      expect(JSON.stringify(tried.recap.troubles)).to.include('x is not a function at ');
    });
  }
});

describe('a module that does not wait for all of its looks', () => {
  it('fails when they fail, and nothing else does', async () => {
    const hosts = { h1: { ...fakeHost(), losesAt: '/second' }, h2: fakeHost() };
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const tried = await tryApply('- hosts: all\n  tasks:\n    - broken: { in: nowhere }\n', hosts);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(rejections).to.deep.equal([]);
    expect(tried.outcomes).to.deep.equal({
      'p1.tasks.1@h1': 'unreachable CONNECTION_LOST',
      'p1.tasks.1@h2': 'changed',
    });
  });
});
