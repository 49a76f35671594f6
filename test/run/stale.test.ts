import { expect } from 'chai';
import { fakeHost } from '../support/fakeHost.js';
import type { FakeHost } from '../support/fakeHost.js';
import { tryApply, tryPlan } from '../support/engine.js';
import { compareWithPlan } from '../../src/run/run.js';

const playbook =
  '- hosts: all\n  tasks:\n    - note: { path: /a, text: x }\n    - note: { path: /b, text: y, refuse_over: gold }\n';

describe('a host that changes between reading and acting', () => {
  it('is read again, and what is still to be done is done', async () => {
    const host = fakeHost({ '/a': 'old' });
    let times = 0;
    host.meanwhile = () => {
      times += 1;
      if (times === 1) host.files.set('/a', 'changed by hand');
    };
    const tried = await tryApply(playbook, { h1: host });
    expect(tried.events.filter(({ type }) => type === 'node.stale')).to.have.length(1);
    expect(host.files.get('/a')).to.equal('x');
    expect(tried.recap.hosts['h1']).to.include({ changed: 2, failed: 0 });
  });

  it('is left alone when somebody did the work meanwhile', async () => {
    const host = fakeHost();
    host.meanwhile = () => host.files.set('/a', 'x');
    const tried = await tryApply(playbook, { h1: host });
    expect(host.log).to.deep.equal(['/b']);
    expect(tried.outcomes['p1.tasks.1@h1']).to.equal('ok');
  });

  it('is protected by the guards that hold for what is there now', async () => {
    const host = fakeHost({ '/a': 'x' });
    host.meanwhile = () => host.files.set('/b', 'gold');
    const tried = await tryApply(playbook, { h1: host });
    expect(host.log).to.deep.equal([]);
    expect(tried.outcomes['p1.tasks.2@h1']).to.equal('refused PRECIOUS');
  });

  it('is given up with STALE when it never stops changing', async () => {
    const host = fakeHost();
    let times = 0;
    host.meanwhile = () => {
      times += 1;
      host.files.set('/a', `version ${String(times)}`);
    };
    const tried = await tryApply(playbook, { h1: host });
    expect(tried.outcomes['p1.tasks.1@h1']).to.equal('failed STALE');
    expect(host.log).to.deep.equal([]);
  });
});

interface Drift {
  readonly title: string;
  readonly planned: Readonly<Record<string, string>>;
  readonly change: (host: FakeHost) => void;
  readonly kinds: readonly string[];
}

const drifts: readonly Drift[] = [
  { title: 'the same when nothing happened', planned: { '/a': 'old' }, change: () => undefined, kinds: [] },
  {
    title: 'less when a part was done by hand',
    planned: {},
    change: (host) => host.files.set('/a', 'x'),
    kinds: ['less'],
  },
  {
    title: 'more when something is broken that was right',
    planned: { '/a': 'x' },
    change: (host) => host.files.set('/a', 'broken'),
    kinds: ['more'],
  },
  {
    title: 'more when what is changed is not what it was',
    planned: { '/a': 'old' },
    change: (host) => host.files.set('/a', 'older'),
    kinds: ['more'],
  },
  {
    title: 'more when a change became a creation',
    planned: { '/a': 'old' },
    change: (host) => host.files.delete('/a'),
    kinds: ['more'],
  },
];

describe('a saved plan compared with the hosts now says', () => {
  for (const { title, planned, change, kinds } of drifts) {
    it(title, async () => {
      const host = fakeHost(planned);
      const saved = (await tryPlan(playbook, { h1: host })).entries;
      change(host);
      const now = (await tryPlan(playbook, { h1: host })).entries;
      const throughJson = JSON.parse(JSON.stringify(saved)) as typeof saved;
      expect(compareWithPlan(throughJson, now).map(({ kind }) => kind)).to.deep.equal(kinds);
    });
  }

  it('nothing is done beyond it, even when a host changes during the run', async () => {
    const host = fakeHost({ '/b': 'y' });
    const saved = (await tryPlan(playbook, { h1: host })).entries;
    host.meanwhile = () => host.files.set('/b', 'broken');
    const tried = await tryApply(playbook, { h1: host }, { saved });
    expect(tried.outcomes).to.deep.equal({ 'p1.tasks.1@h1': 'changed', 'p1.tasks.2@h1': 'refused PLAN_DEVIATION' });
    expect(host.files.get('/b')).to.equal('broken');
  });
});

describe('an action of a saved plan', () => {
  const acting = '- hosts: all\n  tasks:\n    - act: { argv: [touch, "/x{{ facts.motto }}"] }\n';

  it('is the command that the plan showed, or is refused', async () => {
    const host = fakeHost({ '/motto': '1' });
    const saved = (await tryPlan(acting, { h1: host })).entries;
    host.files.set('/motto', '2');
    const now = (await tryPlan(acting, { h1: host })).entries;
    expect(compareWithPlan(saved, now).map(({ kind }) => kind)).to.deep.equal(['more']);
    const tried = await tryApply(acting, { h1: host }, { saved });
    expect(Object.values(tried.outcomes)).to.deep.equal(['refused PLAN_DEVIATION']);
    expect(host.log).to.deep.equal([]);
  });

  it('is not done with a fact that changes right before it', async () => {
    const host = fakeHost({ '/motto': '1' });
    host.meanwhile = () => host.files.set('/motto', '2');
    await tryApply(acting, { h1: host });
    expect(host.log).to.deep.equal(['touch /x2']);
  });
});
