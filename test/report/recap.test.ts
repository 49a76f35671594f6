import { expect } from 'chai';
import type { HostCounts, Outcome, Recap } from '../../src/model/event.js';
import { renderRecap } from '../../src/report/recap.js';
import { counts, view } from './samples.js';

const playbook = 'x.yml';

function show(
  hosts: Readonly<Record<string, Partial<HostCounts>>>,
  more: Partial<Parameters<typeof renderRecap>[1]> = {},
): string {
  const recap: Recap = {
    hosts: Object.fromEntries(Object.entries(hosts).map(([host, some]) => [host, counts(some)])),
    troubles: [],
    seconds: 12,
  };
  return renderRecap(recap, { ...view(100), playbook, hosts: Object.keys(hosts), ...more });
}

const right = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`h${String(index)}`, { ok: 3, changed: index % 2 }]),
);

describe('renderRecap', () => {
  const sentences: readonly (readonly [string, string, string])[] = [
    [
      'nothing was changed',
      show({ a: { ok: 2 }, b: { ok: 3 } }),
      'No changes. All 5 resources on 2 hosts match x.yml.\n',
    ],
    [
      'resources of clusters are counted once when their number is given',
      show({ a: { ok: 2 }, b: { ok: 3 } }, { resources: 4 }),
      'No changes. All 4 resources on 2 hosts match x.yml.\n',
    ],
    [
      'something was skipped',
      show({ a: { ok: 2, skipped: 1 } }),
      'No changes. 2 resources on 1 host match x.yml. 1 resource was skipped.\n',
    ],
  ];
  for (const [title, text, sentence] of sentences) {
    it(`says one sentence when ${title}`, () => {
      expect(text).to.equal(sentence);
    });
  }

  it('shows hosts in the order of the inventory', () => {
    const text = show({ b: { changed: 1 }, a: { changed: 1 }, '1': { changed: 1 } }, { hosts: ['b', '1', 'a'] });
    expect(text.match(/^[ab1] /gm)).to.eql(['b ', '1 ', 'a ']);
  });

  it('folds hosts that are right into a sentence when there are many', () => {
    const text = show({ ...right, bad: { failed: 1 } });
    expect(text).to.contain('✔ 20 hosts fully applied (10 changed, 10 already right).');
    expect(text.match(/^h\d+ /gm)).to.equal(null);
    expect(text).to.match(/^bad {3}/m);
  });

  it('shows every host when more is asked for', () => {
    expect(show({ ...right }, { verbose: true }).match(/^h\d+ /gm)).to.have.length(20);
  });

  it('hints at the hosts that are left, quoted for a shell', () => {
    const text = show({ a: { ok: 1 }, 'b c': { failed: 1 }, d: { unreachable: 1 } });
    expect(text).to.contain("Next:  stowage apply x.yml --limit 'b c,d'");
  });

  it('sends to a look first where the outcome is unknown', () => {
    const text = show({ a: { unknown: 1 } }, { limited: true });
    expect(text).to.contain('Unknown outcome on a: the connection or the time ran out during a step;');
    expect(text).to.match(/Next: {2}stowage plan x\.yml --limit a .*\n {7}stowage apply x\.yml --limit a /);
  });

  it('joins a command that does not fit with backslashes', () => {
    const text = show({ a: { failed: 1 } }, { columns: 30, limited: true });
    expect(text).to.contain('Next:  stowage apply x.yml \\\n         --limit a\n');
  });

  it('repeats the words that the next command needs, and no limit where it is for all hosts', () => {
    const flags = ['--config', 'a b.yml', '-i', 'hosts.yml'];
    const text = show({ a: { failed: 1 }, b: { refused: 1 } }, { flags });
    expect(text).to.contain("Next:  stowage apply x.yml --config 'a b.yml' -i hosts.yml\n");
  });

  it('does not call a host right on which something was left undone', () => {
    const hosts = Object.keys(right);
    const recap: Recap = {
      hosts: Object.fromEntries(hosts.map((host) => [host, counts({ changed: 1, skipped: 1 })])),
      troubles: [],
      seconds: 1,
      interrupted: ['h1', 'h2'],
    };
    const text = renderRecap(recap, { ...view(100), playbook, hosts });
    expect(text).to.contain('✔ 18 hosts fully applied (18 changed, 0 already right).');
    expect(text).to.contain('Interrupted: not all was begun on h1 h2.');
    expect(text).to.contain('stowage apply x.yml --limit h1,h2');
  });

  it('names the host of a cluster on which it happened', () => {
    const outcome: Outcome = { kind: 'refused', code: 'IN_USE', message: 'holds data', help: 'look', host: 'b' };
    const recap: Recap = { hosts: { a: counts({ refused: 1 }) }, troubles: [{ host: 'a', outcome }], seconds: 1 };
    const text = renderRecap(recap, { ...view(100), playbook, hosts: ['a'] });
    expect(text).to.contain('  ▲ REFUSED on b  holds data  IN_USE\n    = look\n');
  });

  it('counts a host with a trouble as troubled even when no node was counted', () => {
    const outcome: Outcome = { kind: 'unreachable', code: 'HOST_KEY', message: 'the host key changed' };
    const recap: Recap = { hosts: { a: counts({}) }, troubles: [{ host: 'a', outcome }], seconds: 1 };
    expect(renderRecap(recap, { ...view(100), playbook, hosts: ['a'] })).to.contain(
      'UNREACHABLE  the host key changed  HOST_KEY',
    );
  });
});
