import type { Event, StampedEvent } from '../../src/model/event.js';
import type { Sink } from '../../src/report/reporter.js';
import type { Ticker } from '../../src/report/ticker.js';
import { counts, hosts, nodeRef, playbook, volume } from './samples.js';

/** Stamps events one second after the other. */
export function stamped(events: readonly Event[]): readonly StampedEvent[] {
  const start = Date.parse('2026-11-23T10:15:00Z');
  return events.map((event, index) => ({ seq: index + 1, time: new Date(start + index * 1000).toISOString(), event }));
}

const mount = nodeRef('mount /srv/images/nfs', ['kvm2'], { object: ['Image Storage "gold"', 'External volume "NFS"'] });
const prepare = nodeRef('directory /home/images', ['kvm1'], { object: volume });
const prepare3 = nodeRef('directory /home/images', ['kvm3'], { object: volume });
const clock = nodeRef('Time service', ['kvm1'], { module: 'service' });
const chown = { kind: 'run', host: 'kvm1', argv: ['chown', 'libvirt-qemu:kvm', '/home/images'] } as const;

/** An apply in which kvm1 is changed, kvm2 fails and kvm3 cannot be reached. */
export const applied: readonly StampedEvent[] = stamped([
  {
    type: 'run.start',
    format: 1,
    version: '0.1.0',
    mode: 'apply',
    playbook,
    hosts,
    nodes: [clock, prepare, mount, prepare3],
  },
  { type: 'host.connected', host: 'kvm1', seconds: 0.2 },
  { type: 'host.connected', host: 'kvm2', seconds: 0.3 },
  { type: 'host.unreachable', host: 'kvm3', code: 'UNREACHABLE', message: 'connect ETIMEDOUT 192.0.2.13:22' },
  { type: 'node.end', node: clock.id, outcome: { kind: 'ok' }, seconds: 0.1 },
  { type: 'node.start', node: prepare.id },
  { type: 'step.start', node: prepare.id, index: 0, step: chown },
  {
    type: 'step.done',
    node: prepare.id,
    index: 0,
    host: 'kvm1',
    code: 0,
    seconds: 0.02,
    stdout: 'a\n\x1b[2Jb\n',
    stderr: '',
  },
  { type: 'node.end', node: prepare.id, outcome: { kind: 'changed' }, seconds: 1.4 },
  { type: 'node.start', node: mount.id },
  {
    type: 'node.end',
    node: mount.id,
    outcome: {
      kind: 'failed',
      code: 'STEP_FAILED',
      message: 'mount.nfs: Connection timed out',
      help: 'showmount -e nas1',
    },
    seconds: 30.2,
  },
  {
    type: 'node.end',
    node: prepare3.id,
    outcome: { kind: 'unreachable', code: 'UNREACHABLE', message: 'connect ETIMEDOUT 192.0.2.13:22' },
    seconds: 0,
  },
  {
    type: 'run.end',
    recap: {
      hosts: {
        kvm1: counts({ ok: 1, changed: 1 }),
        kvm2: counts({ failed: 1 }),
        kvm3: counts({ unreachable: 1 }),
      },
      troubles: [],
      seconds: 12,
    },
    exitCode: 2,
  },
]);

/** A clock that only the test moves. */
export interface HandTicker extends Ticker {
  /** Moves the clock and calls every timer that is due. */
  pass(milliseconds: number): void;
  timers(): number;
}

export function handTicker(start = '2026-11-23T10:15:00Z'): HandTicker {
  let now = Date.parse(start);
  const timers = new Set<{ readonly period: number; next: number; readonly tick: () => void }>();
  return {
    now: () => now,
    every: (period, tick) => {
      const timer = { period, next: now + period, tick };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: (milliseconds) => {
      now += milliseconds;
      for (const timer of timers) {
        for (; timer.next <= now; timer.next += timer.period) timer.tick();
      }
    },
    timers: () => timers.size,
  };
}

/** A sink that keeps what it gets. */
export function memorySink(columns = 80, more: Partial<Sink> = {}): Sink & { text(): string } {
  let text = '';
  return {
    columns,
    rows: 24,
    colour: false,
    unicode: true,
    ...more,
    write: (part) => {
      text += part;
    },
    text: () => text,
  };
}
