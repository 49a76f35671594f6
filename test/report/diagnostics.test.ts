import { expect } from 'chai';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { diagnosticsJson, renderDiagnostics } from '../../src/report/diagnostics.js';
import { diagnostics } from './screens.js';
import { view } from './samples.js';

function at(line: number, column: number, length: number): Diagnostic {
  return { code: 'UNKNOWN_KEY', severity: 'error', message: 'm', at: { file: 'a.yml', line, column, length } };
}

/** The lines of code and the marker below them. */
function frame(source: string, line: number, column: number, length: number, columns = 80): readonly string[] {
  const text = renderDiagnostics([at(line, column, length)], () => source, view(columns));
  return text.split('\n').filter((row) => /^ +(\d+ )?\|/.test(row));
}

const frames: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['the first line has nothing above it', frame('a: 1\nb: 2\n', 1, 1, 1), ['   1 | a: 1', '     | ^']],
  [
    'a place at the end of the file is marked below its last line',
    frame('a: 1\n', 2, 1, 0),
    ['   1 | a: 1', '   2 |', '     | ^'],
  ],
  ['a place past the end is shown at the end', frame('a: 1', 40, 9, 3), ['   1 | a: 1', '     |     ^']],
  ['a file without text has one line', frame('', 1, 1, 1), ['   1 |', '     | ^']],
  ['a place of several lines ends with its first', frame('ab\ncd\n', 1, 2, 9), ['   1 | ab', '     |  ^']],
  ['tabs are as wide above as below', frame('\t\tx: 1', 1, 3, 1), ['   1 |     x: 1', '     |     ^']],
  ['wide letters are marked in full', frame('a: 画像', 1, 4, 2), ['   1 | a: 画像', '     |    ^^^^']],
  ['controls are shown', frame('a: \x1b[2J', 1, 4, 1), ['   1 | a: \\x1b[2J', '     |    ^^^^']],
  ['lines of Windows end where they end', frame('a\r\nb\r\n', 2, 1, 1), ['   1 | a', '   2 | b', '     | ^']],
  [
    'long lines are cut around the place',
    frame(`${'x'.repeat(100)}HERE${'y'.repeat(100)}`, 1, 101, 4, 40),
    ['   1 | …xxxxxxxxxxHEREyyyyyyyyyyyyyyyyy…', '     |            ^^^^'],
  ],
  [
    'a place longer than the view is marked as far as it goes',
    frame('x'.repeat(100), 1, 1, 100, 40),
    [`   1 | ${'x'.repeat(32)}…`, `     | ${'^'.repeat(33)}`],
  ],
];

describe('renderDiagnostics', () => {
  for (const [title, shown, expected] of frames) {
    it(`frames code: ${title}`, () => {
      expect(shown).to.eql(expected);
    });
  }

  it('sorts by file and place', () => {
    const text = renderDiagnostics([at(9, 1, 1), at(2, 5, 1), at(2, 1, 1)], () => undefined, view(80));
    expect(text.match(/a\.yml:\S+/g)).to.eql(['a.yml:2:1', 'a.yml:2:5', 'a.yml:9:1']);
  });

  it('shows fifty and counts the rest, but sums up all', () => {
    const text = renderDiagnostics(
      Array.from({ length: 63 }, (_, line) => at(line + 1, 1, 1)),
      () => undefined,
      view(80),
    );
    expect(text.match(/^error/gm)).to.have.length(50);
    expect(text).to.match(/\n\+13 more\n\n63 errors, 0 warnings in 1 file \(no host was contacted\)\n$/);
  });

  it('sums up when nothing is wrong', () => {
    expect(renderDiagnostics([], () => undefined, { ...view(80), tasks: 1 })).to.equal(
      '0 errors, 0 warnings (checked 1 task, no host was contacted)\n',
    );
  });

  it('gives the same as JSON', () => {
    const json = diagnosticsJson(diagnostics);
    expect(json).to.include({ format: 1, errors: 3, warnings: 1 });
    expect(json['diagnostics']).to.deep.include({
      code: 'BAD_CONFIG',
      severity: 'warning',
      message: 'the folder of modules does not exist',
      file: 'stowage.yml',
      line: 3,
      column: 10,
      length: 7,
    });
  });
});
