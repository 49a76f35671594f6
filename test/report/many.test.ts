import { expect } from 'chai';
import type { Event, Outcome } from '../../src/model/event.js';
import { lineWidth } from '../../src/report/layout.js';
import { createManyReporter } from '../../src/report/many.js';
import { manyFrame } from '../../src/report/manyFrame.js';
import { advance, startProgress } from '../../src/report/progress.js';
import type { Progress } from '../../src/report/progress.js';
import { createStyle } from '../../src/report/style.js';
import { handTicker, memorySink, stamped } from './runs.js';
import { counts, nodeRef } from './samples.js';

const busy: Outcome = { kind: 'failed', code: 'STEP_FAILED', message: 'device is busy (mounted at /data)' };
const refused: Outcome = { kind: 'refused', code: 'IN_USE', message: 'holds data' };

/** A run on many hosts that stands in its middle: some done, some in trouble, some away, some running, some waiting. */
function middle(number: number): readonly Event[] {
  const hosts = Array.from({ length: number }, (_, index) => `lab-${String(index + 1).padStart(3, '0')}`);
  const nodes = hosts.map((host) => nodeRef('brick', [host]));
  const start: Event = {
    type: 'run.start',
    format: 1,
    version: '0.1.0',
    mode: 'apply',
    playbook: 'playbooks/lab.yml',
    hosts,
    nodes,
  };
  const step = { kind: 'run', argv: ['mkfs.xfs', '/dev/vdb'] } as const;
  return [
    start,
    ...hosts.flatMap((host, index): readonly Event[] => {
      const node = `brick@${host}`;
      if (index % 10 === 9) return [{ type: 'host.unreachable', host, code: 'UNREACHABLE', message: 'no route' }];
      const begun: readonly Event[] = [
        { type: 'host.connected', host, seconds: 0.1 },
        { type: 'node.start', node },
        { type: 'step.start', node, index: 0, step: { ...step, host } },
      ];
      if (index % 10 === 8) return [];
      if (index % 10 >= 4) return begun;
      const outcome: Outcome =
        index % 10 === 3 ? (index === 3 ? refused : busy) : { kind: index % 2 ? 'ok' : 'changed' };
      return [...begun, { type: 'node.end', node, outcome, seconds: 1 }];
    }),
  ];
}

function follow(events: readonly Event[]): Progress {
  const [first, ...rest] = stamped(events);
  if (first?.event.type !== 'run.start') throw new Error('a run begins with run.start');
  const progress = startProgress(first.event, first.time);
  for (const event of rest) advance(progress, event);
  return progress;
}

function picture(hosts: number, columns: number, rows: number): string {
  const progress = follow(middle(hosts));
  const style = createStyle({ columns, colour: false, unicode: true });
  return style.print(manyFrame(progress, progress.started + 151_000, { columns, rows }, style));
}

describe('the picture of many hosts', () => {
  it('shows the bar, troubles, hosts that are away, then what runs, the slowest first', () => {
    expect(picture(20, 100, 24)).to.equal(
      [
        'apply playbooks/lab.yml   02:31   Ctrl-C: finish running steps, then stop',
        '',
        '[█████████████████░░░░░░░░░░░░░░░░░] 10/20',
        '✔ 6 done   ~ 4 changed   ▲ 1 refused   ✖ 1 failed   ⊘ 2 unreachable   ● 8 running   · 2 waiting',
        '',
        'REFUSED, FAILED',
        ' ▲ lab-004  brick: holds data',
        ' ✖ lab-014  brick: device is busy (mounted at /data)',
        'UNREACHABLE lab-010 lab-020',
        'RUNNING',
        ' ● lab-005  02:13  brick   mkfs.xfs /dev/vdb',
        ' ● lab-006  02:10  brick   mkfs.xfs /dev/vdb',
        ' ● lab-007  02:07  brick   mkfs.xfs /dev/vdb',
        ' ● lab-008  02:04  brick   mkfs.xfs /dev/vdb',
        ' ● lab-015  01:44  brick   mkfs.xfs /dev/vdb',
        ' ● lab-016  01:41  brick   mkfs.xfs /dev/vdb',
        ' ● lab-017  01:38  brick   mkfs.xfs /dev/vdb',
        ' ● lab-018  01:35  brick   mkfs.xfs /dev/vdb',
        '',
      ].join('\n'),
    );
  });

  for (const hosts of [1, 13, 200]) {
    for (const [columns, rows] of [
      [20, 8],
      [60, 10],
      [80, 24],
      [120, 50],
      [40, 3],
    ] as const) {
      it(`fits ${String(hosts)} hosts in ${String(columns)} x ${String(rows)}`, () => {
        const lines = picture(hosts, columns, rows).trimEnd().split('\n');
        expect(lines.length).to.be.at.most(rows - 1);
        const style = createStyle({ columns, colour: false, unicode: true });
        for (const line of lines) expect(lineWidth(style.line(line)), line).to.be.at.most(columns);
      });
    }
  }
});

describe('the reporter of many hosts', () => {
  it('draws at most ten pictures a second, however many events come', () => {
    const sink = memorySink();
    const ticker = handTicker();
    const reporter = createManyReporter(sink, ticker);
    for (const event of stamped(middle(200))) {
      reporter.handle(event);
      ticker.pass(2);
    }
    const elapsed = stamped(middle(200)).length * 2;
    expect(sink.text().split('apply playbooks/lab.yml').length - 1).to.be.at.most(Math.floor(elapsed / 100) + 1);
  });

  it('writes nothing while nothing moves', () => {
    const sink = memorySink();
    const ticker = handTicker();
    const reporter = createManyReporter(sink, ticker);
    for (const event of stamped(middle(20))) reporter.handle(event);
    ticker.pass(100);
    const before = sink.text();
    ticker.pass(100);
    ticker.pass(100);
    expect(sink.text()).to.equal(before);
  });

  it('takes its picture away when the run ends, for the recap', async () => {
    const sink = memorySink(100);
    const ticker = handTicker();
    const reporter = createManyReporter(sink, ticker);
    const recap = { hosts: { 'lab-001': counts({ ok: 1 }) }, troubles: [], seconds: 1 };
    const events = stamped([...middle(20), { type: 'run.end', recap, exitCode: 0 }]);
    for (const event of events) reporter.handle(event);
    await reporter.close();
    expect(sink.text()).to.match(/\x1b\[\d+F\x1b\[J$/);
    expect(ticker.timers()).to.equal(0);
  });

  it('leaves its last picture when the run breaks', async () => {
    const sink = memorySink(100);
    const ticker = handTicker();
    const reporter = createManyReporter(sink, ticker);
    for (const event of stamped(middle(20))) reporter.handle(event);
    await reporter.close();
    expect(sink.text()).to.match(/ ● lab-018 .*\n$/);
    expect(ticker.timers()).to.equal(0);
  });

  it('goes back over all rows that its lines take in a terminal that became narrow', () => {
    let columns = 100;
    let text = '';
    const sink = {
      ...memorySink(100),
      get columns() {
        return columns;
      },
      write: (part: string) => {
        text += part;
      },
    };
    const ticker = handTicker();
    const reporter = createManyReporter(sink, ticker);
    for (const event of stamped(middle(13)).slice(0, 1)) reporter.handle(event);
    // Heading (73 cells), blank, bar with figures (66 cells), blank: of 50 columns they take 2 + 1 + 2 + 1 rows.
    columns = 50;
    ticker.pass(1000);
    expect(text).to.contain('\x1b[6F\x1b[J');
  });
});
