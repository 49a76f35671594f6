import { expect } from 'chai';
import type { PlanEntry } from '../../src/model/plan.js';
import { renderPlan } from '../../src/report/planView.js';
import { entry, everyKind, gettingStarted, hosts, playbook, view } from './samples.js';

const options = { ...view(100), diff: false, verbose: false };

function show(entries: readonly PlanEntry[], more: Partial<Parameters<typeof renderPlan>[0]> = {}): string {
  return renderPlan({ playbook, hosts, entries, ...more }, options);
}

const unchanged = gettingStarted.map((one) => ({ ...one, change: { kind: 'none' as const }, steps: [] }));

const away = unchanged.map((one) =>
  one.node.hosts.includes('kvm3')
    ? { ...one, change: { kind: 'unknown' as const, reason: 'not read' }, unreachable: { kvm3: 'no route to host' } }
    : one,
);

describe('renderPlan', () => {
  it('says one sentence when there is nothing to do', () => {
    expect(show(unchanged)).to.equal('No changes. All 9 resources on 3 hosts match playbooks/getting-started.yml.\n');
  });

  it('does not claim more than was read', () => {
    const text = show(away);
    expect(text).to.contain('⊘ kvm3 could not be read: no route to host (3 resources not assessed)');
    expect(text.replaceAll('\n', ' ')).to.contain(
      'No changes where hosts could be read: 6 resources on 2 of 3 hosts match playbooks/getting-started.yml. Not known: 3 resources on kvm3.',
    );
    expect(text).not.to.contain('No changes. ');
  });

  it('counts only hosts of the plan, though others that share with them are away as well', () => {
    const own = away.filter(({ node }) => !node.hosts.includes('kvm2'));
    const text = show(own, { hosts: ['kvm1'] }).replaceAll('\n', ' ');
    expect(text).to.contain('on 1 of 1 host match').and.not.to.contain('-1');
  });

  it('says that nothing is known when no host could be read', () => {
    const text = show(
      away.filter(({ node }) => node.hosts.includes('kvm3')),
      { hosts: ['kvm3'] },
    );
    expect(text).to.contain('Nothing is known: none of 1 host could be read, 3 resources not assessed.');
    expect(text).not.to.contain('No changes');
  });

  it('shows the same whether entries come host by host or task by task', () => {
    const byTask = [...gettingStarted].sort((left, right) => (left.node.name < right.node.name ? 1 : -1));
    const sorted = [...gettingStarted].sort((left, right) =>
      (left.node.hosts[0] ?? '').localeCompare(right.node.hosts[0] ?? ''),
    );
    const first = (text: string): readonly string[] => [...text.split('\n')].sort();
    expect(show(sorted)).to.equal(show(gettingStarted));
    expect(first(show(byTask))).to.eql(first(show(gettingStarted)));
  });

  it('names hosts in the order of the inventory', () => {
    const [one] = show([...gettingStarted].reverse()).match(/external volume .*/) ?? [];
    expect(one).to.equal('external volume /home/images  kvm1 kvm2 kvm3');
  });

  it('keeps tasks that stand before and after an object apart', () => {
    const heads = show(everyKind)
      .split('\n')
      .filter((line) => /^\S/.test(line));
    expect(heads.slice(0, 4)).to.eql(['Tasks', 'Image Storage "gold"', 'Media Storage "isos"', 'Tasks']);
  });

  it('does not fold changes that differ', () => {
    const change = (to: string) => ({
      kind: 'update' as const,
      prior: {},
      desired: {},
      fields: [{ path: ['mode'], from: '0700', to }],
    });
    const text = show([
      entry({ name: 'a', host: 'kvm1', change: change('0755') }),
      entry({ name: 'a', host: 'kvm2', change: change('0750') }),
      entry({ name: 'a', host: 'kvm3', change: change('0755') }),
    ]);
    expect(text).to.contain('kvm1 kvm3');
    expect(text).to.match(/~ a .* kvm2\n/);
  });

  it('explains only the symbols in use', () => {
    expect(show(gettingStarted).split('\n')[0]).to.equal('  + create    ~ change');
  });

  it('shows a refusal even where nothing would change, and does not call it "no changes"', () => {
    const refusals = [{ code: 'QEMU_ACCESS', message: 'qemu cannot write here', help: 'chown it' }];
    const text = show([entry({ name: 'a', refusals })]);
    expect(text).to.contain('! qemu cannot write here  QEMU_ACCESS');
    expect(text).to.contain('= chown it');
    expect(text).to.contain('! 1 refused');
    expect(text).not.to.contain('No changes');
  });

  it('shows the fields of a new thing that no step makes', () => {
    const text = show([entry({ name: 'a', change: { kind: 'create', desired: { size: 12 } } })]);
    expect(text).to.contain('size : 12');
  });

  it('says on which hosts a step of a cluster runs, once for equal commands', () => {
    const reload = { kind: 'run', argv: ['reload'] } as const;
    const text = show([
      entry({
        name: 'cluster',
        hosts,
        change: { kind: 'create', desired: {} },
        steps: [
          { ...reload, host: 'kvm1' },
          { ...reload, host: 'kvm2' },
        ],
      }),
    ]);
    expect(text.match(/\$ reload.*/g)).to.eql(['$ reload  on kvm1 kvm2']);
  });

  it('counts every verdict', () => {
    expect(show([...everyKind, ...away]).replaceAll('\n', ' ')).to.contain(
      'Plan: 1 to create, 2 to change, 1 to replace, 1 to delete, 3 known only during apply, 9 unchanged, 1 skipped, 3 not assessed.',
    );
  });
});
