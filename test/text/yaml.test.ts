import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../src/model/json.js';
import { entryOf } from '../../src/model/source.js';
import { parseYaml } from '../../src/text/yaml.js';
import { placed, plain, read, readMap } from './support.js';

function check(text: string, expected: readonly string[], help?: RegExp): void {
  const { diagnostics } = read(text);
  expect(diagnostics.map(placed)).to.deep.equal(expected);
  if (help !== undefined)
    expect(diagnostics.map((each) => `${each.message} | ${each.help ?? ''}`).join('\n')).to.match(help);
}

describe('parseYaml', () => {
  const values: readonly (readonly [string, string, Json])[] = [
    ['an empty file as null', '', null],
    ['a file of comments as null', '# only\n', null],
    ['a byte order mark at the start', '\ufeffa: 1', { a: 1 }],
    ['yes and no as text, as YAML 1.2 has it', 'a: yes\nb: no', { a: 'yes', b: 'no' }],
    ['numbers in all notations', 'a: 0644\nb: 0o17\nc: 0x1F\nd: 1e3', { a: 644, b: 15, c: 31, d: 1000 }],
    ['keys as text', '1: a\nnull: b\ntrue: c', { '1': 'a', null: 'b', true: 'c' }],
    ['text with braces as a template', 'a: "x {{ y }}"', { a: 'template:x {{ y }}' }],
    ['!expr as an expression', 'a: !expr "x + 1"\nb: !expr 5', { a: 'expr:x + 1', b: 'expr:5' }],
    ['Windows line breaks', 'a: 1\r\nb: "x"\r\n', { a: 1, b: 'x' }],
    ['a key __proto__ as a key like any other', 'a: {b: 1}\nc: 2', { a: { b: 1 }, c: 2 }],
  ];
  for (const [title, text, expected] of values) {
    it(`reads ${title}`, () => {
      const { value, diagnostics } = read(text);
      expect(diagnostics).to.deep.equal([]);
      expect(plain(value)).to.deep.equal(expected);
    });
  }

  const mistakes: readonly (readonly [string, string, readonly string[], RegExp?])[] = [
    ['braces that are not quoted', 'a: {{ x }}\nb: 1', ['BAD_YAML 1:4+7'], /quotes/],
    ['each value with unquoted braces', 'a: {{ x }}/b\nc: {{ y }}', ['BAD_YAML 1:4+7', 'BAD_YAML 2:4+7']],
    ['unquoted braces in a list', 'a: [{{ x }}, {{ y }}]', ['BAD_YAML 1:5+7', 'BAD_YAML 1:14+7']],
    ['an unquoted Jinja statement', 'a: {% if x %}', ['BAD_YAML 1:4+10'], /quotes/],
    ['a duplicate key, with the line of the first', 'a: 1\nb: 2\n"a": 3', ['DUPLICATE_KEY 3:1+3'], /on line 1/],
    ['keys that are equal as text', '1: a\n"1": b', ['DUPLICATE_KEY 2:1+3']],
    ['a duplicate key in a flow map', 'm: {a: 1, a: 2}', ['DUPLICATE_KEY 1:11+1']],
    ['a directive', '%YAML 1.1\n---\na: yes', ['UNSUPPORTED_YAML 1:1+5']],
    ['a second document', 'a: 1\n---\nb: 2', ['UNSUPPORTED_YAML 2:1+3']],
    ['a merge key', 'a:\n  <<: {b: 1}', ['UNSUPPORTED_YAML 2:3+2']],
    ['!vault', 'a: !vault |\n  abc', ['UNSUPPORTED_YAML 1:4+6'], /secret/],
    ['!unsafe', 'a: !unsafe "x"', ['UNSUPPORTED_YAML 1:4+7'], /braces/],
    ['tags of other languages', 'a: !!js/function "x"', ['UNSUPPORTED_YAML 1:4+13']],
    ['!expr before a map', 'a: !expr {b: 1}', ['UNSUPPORTED_YAML 1:10+6']],
    ['a tab as indentation, once for its line', 'a:\n\tb: c d\n', ['BAD_YAML 2:1+1'], /indent with spaces/],
    ['anchors and aliases, once', 'a: &x [1]\nb: *x', ['YAML_LIMIT 1:4+2'], /and at 1 more place \| .*variable/],
    ['an alias of its own list', 'a: &a [*a]', ['YAML_LIMIT 1:4+2']],
    ['a tab as indentation', 'a:\n\tb: 1', ['BAD_YAML 2:1+1'], /spaces/],
    ['a quote that is not closed, where it opens', 'a: 1\nb: "c\nd: e\n', ['BAD_YAML 2:4+1'], /quote/],
    ['text behind a quoted value', 'a: "{{ x }}" y', ['BAD_YAML 1:14+1'], /whole value/],
    ['a list as a key', '? [a]\n: b', ['BAD_YAML 1:3+1']],
    ['a template as a key', '"{{ a }}": 1', ['BAD_TEMPLATE 1:1+9']],
    ['an escape that YAML does not know', 'a: "\\q"', ['BAD_YAML 1:5+1']],
    ['a whole number that loses digits', 'a: 9007199254740993', ['WRONG_TYPE 1:4+16'], /quotes/],
    ['infinity', 'a: .inf\nb: 1e999', ['WRONG_TYPE 1:4+4', 'WRONG_TYPE 2:4+5']],
    ['a NUL escape', 'a: "x\\0"', ['BAD_ENCODING 1:4+5'], /U\+0000/],
    ['an escaped half of a surrogate pair', 'a: "\\ud800"', ['BAD_ENCODING 1:4+8']],
    ['a raw control character', 'a: 1\nb: x\u0007y', ['BAD_ENCODING 2:5+1'], /U\+0007/],
    ['a C1 control character', 'a: x\u0085y', ['BAD_ENCODING 1:5+1']],
    ['a byte order mark inside', 'a: x\ufeff', ['BAD_ENCODING 1:5+1']],
    ['a carriage return that is no line break', 'a: x\ry', ['BAD_ENCODING 1:5+1']],
    [
      'several mistakes at once',
      'a: 1\na: 2\nb: !x 1\nc: {{ d }}',
      ['DUPLICATE_KEY 2:1+1', 'UNSUPPORTED_YAML 3:4+2', 'BAD_YAML 4:4+7'],
    ],
  ];
  for (const [title, text, expected, help] of mistakes) {
    it(`refuses ${title}`, () => {
      check(text, expected, help);
    });
  }

  const bytes: readonly (readonly [string, readonly number[], readonly string[]])[] = [
    ['Latin-1', [0x61, 0x3a, 0x20, 0x0a, 0x62, 0x3a, 0x20, 0xc3, 0xa9, 0xe9], ['BAD_ENCODING 2:5+1']],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00], ['BAD_ENCODING 1:1+1']],
    ['an overlong form', [0x61, 0xc0, 0xaf], ['BAD_ENCODING 1:2+1']],
    ['a lone surrogate', [0x61, 0xed, 0xa0, 0x80], ['BAD_ENCODING 1:2+1']],
    ['bad bytes behind a replacement character', [0xef, 0xbf, 0xbd, 0xff], ['BAD_ENCODING 1:2+1']],
  ];
  for (const [title, content, expected] of bytes) {
    it(`refuses ${title}`, () => {
      expect(parseYaml('t.yml', Uint8Array.from(content)).diagnostics.map(placed)).to.deep.equal(expected);
    });
  }

  it('refuses a file above 1 MiB', () => {
    check(' '.repeat(1024 * 1024 + 1), ['FILE_TOO_LARGE 1:1+1']);
    check(' '.repeat(1024 * 1024), []);
  });

  const deep: readonly (readonly [string, string, string])[] = [
    ['brackets', '['.repeat(100_000), '1:65+1'],
    ['flow maps', '{a: '.repeat(100_000), '1:257+1'],
    ['dashes', '- '.repeat(100_000), '1:129+1'],
    ['question marks', '? '.repeat(100_000), '1:129+1'],
    ['colons', 'a: '.repeat(100_000), '1:194+1'],
    ['colons in brackets', `[${'a: '.repeat(100_000)}]`, '1:195+1'],
    ['indentation', Array.from({ length: 1_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'), '65:66+1'],
  ];
  for (const [title, text, place] of deep) {
    it(`finds nesting by ${title} before anything is composed, every time`, () => {
      check(text, [`YAML_LIMIT ${place}`]);
      check(text, [`YAML_LIMIT ${place}`]);
    });
  }

  it('allows 64 levels', () => {
    check('['.repeat(64) + ']'.repeat(64), []);
    check(Array.from({ length: 64 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'), []);
    check(Array.from({ length: 200 }, (_, index) => `k${String(index)}:\n- a: [1, {b: 2}]\n  c: d`).join('\n'), []);
  });

  it('gives no value for text that is not YAML, and one for all other mistakes', () => {
    expect(plain(read('a: "b').value)).to.equal('none');
    expect(plain(read('a: {{ x }}\nb: &c 1\nb: 2').value)).to.deep.equal({ a: 'template:{{ x }}', b: 1 });
  });

  it('keeps plain scalars as written, and where keys and values stand', () => {
    const map = readMap('mode: 0644\nlist:\n  - a\n  - {b: c}\nnone:\n');
    expect(entryOf(map, 'mode')?.value).to.deep.equal({
      kind: 'scalar',
      value: 644,
      raw: '0644',
      at: { file: 't.yml', line: 1, column: 7, length: 4 },
    });
    const list = entryOf(map, 'list');
    expect(list?.keyAt).to.deep.equal({ file: 't.yml', line: 2, column: 1, length: 4 });
    expect(list?.value.kind === 'list' && list.value.items.map((item) => item.at)).to.deep.equal([
      { file: 't.yml', line: 3, column: 5, length: 1 },
      { file: 't.yml', line: 4, column: 5, length: 6 },
    ]);
    expect(entryOf(map, 'none')?.value.at).to.deep.equal({ file: 't.yml', line: 5, column: 1, length: 4 });
  });

  it('names at most 100 mistakes', () => {
    const { value, diagnostics } = read('- a: b: c\n'.repeat(2000));
    expect(diagnostics).to.have.length(100);
    expect(value).to.equal(undefined);
  });

  it('never throws, whatever the bytes are', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '"',
      "'",
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a ',
      '!t ',
      '!expr ',
      '|\n',
      '>\n',
      '---\n',
      '? ',
      ',',
      '\\',
      '\t',
      'a',
      '<<',
      '#',
      '%',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((pieces) => new TextEncoder().encode(pieces.join(''))),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (content) => {
        const { value, diagnostics } = parseYaml('t.yml', content);
        expect(value !== undefined || diagnostics.length > 0).to.equal(true);
        for (const { at } of diagnostics) expect(Math.min(at.line, at.column, at.length)).to.be.at.least(1);
      }),
      { numRuns: 1000 },
    );
  });
});
