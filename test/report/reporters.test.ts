import { expect } from 'chai';
import type { Event } from '../../src/model/event.js';
import { reporterKind } from '../../src/report/choose.js';
import { createJsonReporter } from '../../src/report/json.js';
import { createPlainReporter } from '../../src/report/plain.js';
import { createTtyReporter } from '../../src/report/tty.js';
import { applied, handTicker, memorySink, stamped } from './runs.js';

async function plainText(verbosity: number): Promise<string> {
  const sink = memorySink();
  const reporter = createPlainReporter(sink, { verbosity, ticker: handTicker() });
  for (const event of applied) reporter.handle(event);
  await reporter.close();
  return sink.text();
}

const quiet = `10:15:00 apply playbooks/getting-started.yml  3 hosts, 4 resources
10:15:03 kvm3  UNREACHABLE  connect ETIMEDOUT 192.0.2.13:22
10:15:08 kvm1  External volume "MyExternalVolume" › directory /home/images  changed  1.4 s
10:15:10 kvm2  External volume "NFS" › mount /srv/images/nfs  FAILED STEP_FAILED  mount.nfs: Connection timed out
10:15:10 kvm2    = showmount -e nas1
`;

describe('the plain reporter', () => {
  it('prints a line for each change and trouble, and a host that is away once', async () => {
    expect(await plainText(0)).to.equal(quiet);
  });

  it('adds what was right with -v, and keeps the other lines', async () => {
    const lines = (await plainText(1)).split('\n');
    expect(lines).to.include.members(quiet.split('\n'));
    expect(lines).to.include('10:15:04 kvm1  Time service  ok  100 ms');
  });

  it('adds commands and what they print with -vv, made visible', async () => {
    expect(await plainText(2)).to.contain(
      '10:15:06 kvm1  $ chown libvirt-qemu:kvm /home/images\n10:15:07 kvm1  | a\n10:15:07 kvm1  | \\x1b[2Jb\n10:15:07 kvm1  exit 0  20 ms\n',
    );
  });

  it('says every 30 seconds where the run stands, until it ends', async () => {
    const sink = memorySink();
    const ticker = handTicker();
    const reporter = createPlainReporter(sink, { verbosity: 0, ticker });
    for (const event of applied.slice(0, 6)) reporter.handle(event);
    const before = sink.text().length;
    ticker.pass(60_000);
    const beat = 'progress 1/3 ok=0 changed=0 unreachable=1 running=1 waiting=1\n';
    expect(sink.text().slice(before)).to.equal(`10:16:00 ${beat}10:16:00 ${beat}`);
    for (const event of applied.slice(6)) reporter.handle(event);
    expect(ticker.timers()).to.equal(0);
    await reporter.close();
  });

  it('stops its timer when a run breaks', async () => {
    const ticker = handTicker();
    const reporter = createPlainReporter(memorySink(), { verbosity: 0, ticker });
    for (const event of applied.slice(0, 4)) reporter.handle(event);
    await reporter.close();
    expect(ticker.timers()).to.equal(0);
  });
});

describe('the JSON reporter', () => {
  it('prints its version, then each event as a line that says the same', () => {
    const sink = memorySink();
    const reporter = createJsonReporter(sink, '0.1.0');
    const bidi: Event = { type: 'host.unreachable', host: 'a\u202eb\u{e0041}', code: 'X', message: '\x9b2J\u2028' };
    const events = [...applied, ...stamped([bidi])];
    for (const event of events) reporter.handle(event);
    const [first, ...lines] = sink.text().trimEnd().split('\n');
    expect(first).to.equal('{"stowage":"0.1.0","format":1}');
    const back: readonly unknown[] = lines.map((line) => JSON.parse(line) as unknown);
    expect(back).to.eql(events.map(({ seq, time, event }) => ({ seq, time, ...event })));
    expect(sink.text()).not.to.match(/[^\P{Cc}\n]|\p{Cf}|\u2028/u);
  });
});

describe('the terminal reporter', () => {
  async function run(columns: number, colour: boolean): Promise<string> {
    const sink = memorySink(columns, { colour });
    const ticker = handTicker();
    const reporter = createTtyReporter(sink, ticker);
    for (const event of applied) {
      reporter.handle(event);
      ticker.pass(1000);
    }
    await reporter.close();
    expect(ticker.timers()).to.equal(0);
    return sink.text();
  }

  it('ends with one row for each host and gives the cursor back, although stdout is no terminal here', async () => {
    const text = await run(100, false);
    expect(text.startsWith('apply playbooks/getting-started.yml\n\n')).to.equal(true);
    expect(text.slice(text.lastIndexOf('\x1b[G') + 3)).to.equal(
      '  ✔  kvm1  2/2  1 changed, 1 already right\n' +
        '  ✖  kvm2  1/1  FAILED  mount /srv/images/nfs: mount.nfs: Connection timed out\n' +
        '  ⊘  kvm3  1/1  UNREACHABLE  connect ETIMEDOUT 192.0.2.13:22\n\x1b[?25h',
    );
  });

  it('paints rows by its sink, not by the environment', async () => {
    expect(await run(80, true)).to.contain('\x1b[32m✔\x1b[39m');
    expect(await run(80, false)).not.to.match(/\x1b\[\d+m/);
  });

  it('updates a row at most eight times a second', async () => {
    const sink = memorySink();
    const ticker = handTicker();
    const reporter = createTtyReporter(sink, ticker);
    for (const event of applied.slice(0, 6)) reporter.handle(event);
    const updates = (): number => sink.text().split('directory /home/images').length;
    await new Promise((resolve) => setImmediate(resolve));
    const before = updates();
    for (let round = 0; round < 50; round += 1) for (const event of applied.slice(5, 8)) reporter.handle(event);
    expect(updates()).to.equal(before);
    ticker.pass(125);
    await reporter.close();
  });

  it('closes without a run', async () => {
    const sink = memorySink();
    await createTtyReporter(sink, handTicker()).close();
    expect(sink.text()).to.equal('');
  });
});

describe('reporterKind', () => {
  const terminal = { isTty: true, hosts: 3, json: false, plain: false, ci: false, rows: 24 };
  const rows: readonly (readonly [string, Partial<typeof terminal>, string])[] = [
    ['rows for few hosts', {}, 'tty'],
    ['rows for twelve hosts', { hosts: 12 }, 'tty'],
    ['one picture for more', { hosts: 13 }, 'many'],
    ['one picture when the rows do not fit', { hosts: 12, rows: 14 }, 'many'],
    ['lines on a tiny terminal', { rows: 5 }, 'plain'],
    ['lines in a pipe', { isTty: false }, 'plain'],
    ['lines in CI, even with a terminal', { ci: true }, 'plain'],
    ['lines when asked for', { plain: true }, 'plain'],
    ['JSON when asked for, before all else', { json: true, plain: true, isTty: false }, 'json'],
  ];
  for (const [title, facts, kind] of rows) {
    it(`chooses ${title}`, () => {
      expect(reporterKind({ ...terminal, ...facts })).to.equal(kind);
    });
  }
});
