import { expect } from 'chai';
import fc from 'fast-check';
import type { StatusNode, StatusReport } from '../../src/model/status.js';
import { renderDiagnostics } from '../../src/report/diagnostics.js';
import { lineWidth } from '../../src/report/layout.js';
import { createManyReporter } from '../../src/report/many.js';
import { createPlainReporter } from '../../src/report/plain.js';
import { renderPlan } from '../../src/report/planView.js';
import { renderRecap } from '../../src/report/recap.js';
import { renderStatusTable } from '../../src/report/statusTable.js';
import { renderStatus } from '../../src/report/statusView.js';
import { createStyle } from '../../src/report/style.js';
import type { View } from '../../src/report/style.js';
import { createTtyReporter } from '../../src/report/tty.js';
import { handTicker, memorySink, stamped } from './runs.js';
import { counts, entry, nodeRef } from './samples.js';

const hostile: Readonly<Record<string, string>> = {
  'ANSI colours and movements': 'a \x1b[31m\x1b[2J\x1b[1;1H b',
  'a link': '\x1b]8;;http://evil.example\x07click\x1b]8;;\x07',
  'a clipboard': '\x1b]52;c;cm0gLXJmIC8=\x07',
  'eight-bit controls': '\x9b2J\x9d52;c;AA\x9c',
  'line breaks': 'one\nok: [kvm2]\r\ntwo\rthree\vfour\u2028five',
  'ten thousand letters': 'x'.repeat(10_000),
  'ten thousand words': 'word '.repeat(2_000),
  'text that turns around': 'a\u202egpj.\u2066exe',
  'marks without a width': 'a\u200b\u0000\u0007\u0008b',
  'emoji and wide text': '💿 画像 '.repeat(40),
};

/** Every view with one text in all the places where a host, a file or a user can bring one in. */
const viewsOf: Readonly<Record<string, (text: string, view: View) => string>> = {
  plan: (text, view) =>
    renderPlan(
      {
        playbook: text,
        hosts: [text, 'kvm2'],
        unreachable: { [text]: text },
        entries: [
          entry({
            name: text,
            host: text,
            module: text,
            object: [text, text],
            change: {
              kind: 'update',
              prior: {},
              desired: {},
              fields: [
                { path: [text], from: text, to: `${text}.` },
                { path: ['content'], from: `a\n${text}\n`, to: `b\n${text}\n` },
                { path: ['list'], from: [text], to: [text, { [text]: text }] },
              ],
            },
            steps: [
              { kind: 'run', argv: ['echo', text], as: text, cwd: text, env: { A: text }, stdin: text },
              { kind: 'write', path: text, content: text, owner: text },
              { kind: 'prove', title: text, script: text, args: [text] },
            ],
            refusals: [{ code: text, message: text, help: text, host: text }],
          }),
          entry({ name: 'b', change: { kind: 'replace', prior: { a: text }, desired: { a: 1 }, because: text } }),
          entry({ name: 'c', change: { kind: 'create', desired: { [text]: text } } }),
          entry({ name: 'd', change: { kind: 'unknown', reason: text }, unreachable: { [text]: text } }),
          entry({ name: 'e', skipped: text }),
        ],
      },
      { ...view, diff: true, verbose: true },
    ),
  recap: (text, view) =>
    renderRecap(
      {
        hosts: { [text]: counts({ failed: 1, ok: 2 }), kvm2: counts({ changed: 1 }) },
        troubles: [
          {
            host: text,
            node: nodeRef(text, [text], { object: [text] }),
            outcome: { kind: 'failed', code: text, message: text, help: text, host: 'other' },
          },
        ],
        seconds: 1,
      },
      { ...view, playbook: text, hosts: [text, 'kvm2'] },
    ),
  status: (text, view) => renderStatus(statusOf(text), view),
  diagnostics: (text, view) =>
    renderDiagnostics(
      [
        {
          code: 'UNKNOWN_KEY',
          severity: 'error',
          message: text,
          at: { file: text, line: 1, column: 5, length: 50 },
          help: text,
        },
      ],
      () => text,
      view,
    ),
};

function statusOf(text: string): StatusReport {
  const node = (kind: StatusNode['kind'], children: readonly StatusNode[]): StatusNode => ({
    kind,
    name: text,
    type: text,
    state: 'partial',
    message: text,
    mountPoint: text,
    modified: text,
    hosts: [{ host: text, state: 'failed', message: text, used: null, available: null }],
    children,
  });
  return {
    format: 1,
    time: text,
    hosts: [{ host: text, reachable: false, message: text }],
    imageStorages: [node('image_storage', [node('volume', [node('image', [])])])],
    mediaStorages: [node('media_storage', [node('iso', [])])],
    directStorages: [node('direct_storage', [node('disk', [])])],
  };
}

const run = (text: string) =>
  stamped([
    {
      type: 'run.start',
      format: 1,
      version: text,
      mode: 'apply',
      playbook: text,
      hosts: [text, 'away'],
      nodes: [nodeRef(text, [text], { object: [text] })],
    },
    { type: 'host.connected', host: text, seconds: 1 },
    { type: 'host.unreachable', host: 'away', code: text, message: text, help: text },
    { type: 'node.start', node: `${text}@${text}` },
    { type: 'step.start', node: `${text}@${text}`, index: 0, step: { kind: 'run', host: text, argv: [text] } },
    {
      type: 'step.done',
      node: `${text}@${text}`,
      index: 0,
      host: text,
      code: 1,
      seconds: 1,
      stdout: text,
      stderr: text,
    },
    {
      type: 'node.end',
      node: `${text}@${text}`,
      outcome: { kind: 'failed', code: text, message: text, help: text },
      seconds: 1,
      diverged: text,
    },
  ]);

/** What reporters themselves send to a terminal: movements of the cursor, never colours, links or clipboards. */
const movements = /\x1b\[(?:\d+F|J|2K|1A|G|\?25[lh])/g;
const steering = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const view = { columns: 80, colour: false, unicode: true };

/** Cells of the longest word of a line, without which the line would have to fit. */
function longestWord(line: string, on: View): number {
  const style = createStyle(on);
  return Math.max(...line.split(/ +/).map((word) => lineWidth(style.line(word))));
}

describe('hostile text', () => {
  for (const [title, text] of Object.entries(hostile)) {
    for (const [name, render] of Object.entries(viewsOf)) {
      it(`is only seen, never obeyed: ${title} in ${name}`, () => {
        expect(render(text, view)).not.to.match(steering);
        expect(render(text, { ...view, unicode: false })).to.match(/^[\x20-\x7e\n]*$/);
      });
    }

    it(`is only seen, never obeyed: ${title} in the table`, () => {
      const table = renderStatusTable(statusOf(text));
      expect(table.replaceAll('\t', '')).not.to.match(steering);
      for (const line of table.trimEnd().split('\n')) expect(line.split('\t')).to.have.length(11);
    });

    it(`is only seen, never obeyed: ${title} in a run`, async () => {
      const ticker = handTicker();
      const sinks = [memorySink(), memorySink(), memorySink()] as const;
      const reporters = [
        createPlainReporter(sinks[0], { verbosity: 2, ticker }),
        createManyReporter(sinks[1], ticker),
        createTtyReporter(sinks[2], ticker),
      ];
      for (const event of run(text)) {
        for (const reporter of reporters) reporter.handle(event);
        ticker.pass(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const reporter of reporters) await reporter.close();
      for (const sink of sinks) {
        expect(sink.text()).not.to.equal('');
        expect(sink.text().replaceAll(movements, '')).not.to.match(steering);
      }
    });
  }

  it('makes no line wider than the view, unless a single word is', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 50, max: 160 }), fc.boolean(), (some, columns, unicode) => {
        const on = { columns, colour: false, unicode };
        const style = createStyle(on);
        for (const [name, render] of Object.entries(viewsOf)) {
          for (const line of render(some.join(' '), on).split('\n')) {
            const width = lineWidth(style.line(line));
            // A word keeps what it hangs on: its indent, or the tree to its left.
            const allowed = Math.max(columns, longestWord(line, on) + 24);
            expect(width, `${name}: ${line}`).to.be.at.most(allowed);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
