import { expect } from 'chai';
import { checkValue } from '../../src/schema/check.js';
import { parameterTable } from '../../src/schema/describe.js';
import { param } from '../../src/schema/param.js';
import { read } from '../text/support.js';

const link = param.object(
  {
    argv: param.optional(param.list('Words', param.string('A word'))),
    cmd: param.optional(param.string('A line')),
    state: param.optional(param.choice('State', ['link', 'file'])),
    src: param.optional(param.string('Where it points to')),
  },
  'Something',
  { exactlyOneOf: ['argv', 'cmd'], goesWith: { src: { key: 'state', value: 'link' } } },
);
const params = param.object({ links: param.list('Links', link) });

describe('rules among parameters', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['accept one of two keys', 'cmd: a', []],
    ['accept what belongs together', 'cmd: a, state: link, src: b', []],
    ['accept one of two keys that is not known yet', 'cmd: "{{ a }}"', []],
    ['say nothing about what goes with a value that is not known yet', 'cmd: a, state: "{{ a }}", src: b', []],
    ['want one of two keys', 'state: file', ['3 MISSING_KEY a key is missing: "argv" or "cmd" | write one of them']],
    [
      'refuse two keys of which one is wanted',
      'cmd: a, argv: [b]',
      ['13 CONFLICT "argv" and "cmd" exclude each other | write only one of them'],
    ],
    [
      'want what a value needs',
      'cmd: a, state: link',
      ['3 MISSING_KEY the key "src" is missing, which "state: link" needs | src: Where it points to'],
    ],
    [
      'refuse what only goes with another value',
      'cmd: a, state: file, src: b',
      ['26 CONFLICT "src" only goes with "state: link" | write "state: link", or leave it out'],
    ],
    [
      'refuse it without that key as well',
      'cmd: a, src: b',
      ['13 CONFLICT "src" only goes with "state: link" | write "state: link", or leave it out'],
    ],
    [
      'leave a missing key to the word that was misspelt',
      'cnd: a, state: link, scr: b',
      [
        '5 UNKNOWN_KEY the key "cnd" is not known here | did you mean "cmd"?',
        '26 UNKNOWN_KEY the key "scr" is not known here | did you mean "src"?',
      ],
    ],
  ];
  for (const [title, text, said] of rows) {
    it(title, () => {
      const { value } = read(`links:\n- { ${text} }`);
      if (value === undefined) throw new Error('the text is not YAML');
      const { diagnostics } = checkValue(value, params);
      const lines = diagnostics.map(
        ({ at, code, message, help }) => `${String(at.column)} ${code} ${message} | ${help ?? ''}`,
      );
      expect(lines).to.deep.equal(said);
    });
  }

  it('stand in the documentation', () => {
    const table = parameterTable(params);
    expect(table).to.include('A line. Either this or `argv` has to be written. |');
    expect(table).to.include('Where it points to. Required with `state: link`, not allowed without it. |');
  });
});
