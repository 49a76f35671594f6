import { expect } from 'chai';
import type { Event, Mode } from '../../src/model/event.js';
import { advance, phaseOf, startProgress } from '../../src/report/progress.js';
import type { HostPhase } from '../../src/report/progress.js';
import { stamped } from './runs.js';
import { entry, nodeRef } from './samples.js';

const nodes = [nodeRef('a', ['kvm1']), nodeRef('b', ['kvm1']), nodeRef('all', ['kvm1', 'kvm2'])];

const assessed: Event = { type: 'node.assessed', entry: entry({ name: 'a', host: 'kvm1' }) };
const started: Event = { type: 'node.start', node: 'a@kvm1' };
const ended = (node: string): Event => ({ type: 'node.end', node, outcome: { kind: 'ok' }, seconds: 1 });
const connected: Event = { type: 'host.connected', host: 'kvm1', seconds: 1 };
const lost: Event = { type: 'host.unreachable', host: 'kvm1', code: 'UNREACHABLE', message: 'no route' };
const failed: Event = {
  type: 'node.end',
  node: 'all@kvm1+kvm2',
  outcome: { kind: 'failed', code: 'X', message: 'm' },
  seconds: 1,
};

const rows: readonly (readonly [string, Mode, readonly Event[], number, HostPhase])[] = [
  ['waits before it is connected', 'apply', [], 0, 'waiting'],
  ['waits while it is only connected', 'apply', [connected], 0, 'waiting'],
  ['runs when a node started', 'apply', [connected, started], 0, 'running'],
  ['runs between two nodes', 'apply', [connected, started, ended('a@kvm1')], 1, 'running'],
  ['has not done in an apply what is only assessed', 'apply', [connected, assessed], 0, 'waiting'],
  ['has done in a plan what is assessed', 'plan', [connected, assessed], 1, 'running'],
  ['counts a node once that is assessed again', 'plan', [connected, assessed, assessed, ended('a@kvm1')], 1, 'running'],
  ['is done when all nodes ended', 'apply', nodes.map((node) => ended(node.id)), 3, 'done'],
  ['is in trouble when a cluster object failed', 'apply', [connected, failed], 1, 'troubled'],
  ['is unreachable, whatever it did', 'apply', [connected, started, lost], 0, 'unreachable'],
  ['is not moved by nodes that nobody announced', 'apply', [connected, ended('other')], 0, 'waiting'],
];

describe('progress of a host', () => {
  for (const [title, mode, events, done, phase] of rows) {
    it(title, () => {
      const start = {
        type: 'run.start',
        format: 1,
        version: '0',
        mode,
        playbook: 'x',
        hosts: ['kvm1', 'kvm2'],
        nodes,
      } as const;
      const progress = startProgress(start, '2026-11-23T10:15:00Z');
      for (const event of stamped(events)) advance(progress, event);
      const host = progress.hosts.get('kvm1');
      expect(host?.total).to.equal(3);
      expect(host?.done).to.equal(done);
      expect(host === undefined ? undefined : phaseOf(host)).to.equal(phase);
    });
  }
});
