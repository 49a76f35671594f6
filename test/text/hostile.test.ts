import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../src/model/json.js';
import { evaluate } from '../../src/text/evaluate.js';
import { env, envOf, helpOf, placed, valueOfKey, vars } from './support.js';

describe('evaluate, in all ways of writing text', () => {
  const places: readonly (readonly [string, string, readonly string[]])[] = [
    ['in a literal block', '|\n  a\n   b {{ none }}\n', ['3:9+4']],
    ['in a block with an indentation indicator', '|2\n    a {{ none1 }}\n  {{ none2 }}\n', ['2:10+5', '3:6+5']],
    ['in a folded block', '>-\n  a {{ none1 }}\n  b {{ none2 }}\n\n  c {{ none3 }}\n', ['2:8+5', '3:8+5', '5:8+5']],
    ['in a folded block with lines that stay', '>\n  a\n    {{ none1 }}\n  {{ none2 }}\n', ['3:8+5', '4:6+5']],
    ['in plain text of several lines', 'a {{ none1 }}\n  b {{ none2 }}\n', ['1:9+5', '2:8+5']],
    ['behind doubled single quotes', "'it''s {{ none1 }}'", ['1:14+5']],
    ['behind escapes', '"\\" \\u0041 \\x41\\U0001F600 {{ none1 }}"', ['1:33+5']],
    ['behind an escaped line break', '"a {{ none1 }} \\\n  b {{ none2 }}"', ['1:10+5', '2:8+5']],
    ['behind an escaped newline', '"a\\n{{ none1 }}\\n{{ none2 }}"', ['1:11+5', '1:24+5']],
    ['with Windows line breaks', '|\r\n  a\r\n  {{ none1 }}\r\n', ['3:6+5']],
    ['in an expression of several lines', '!expr |\n  n > 1 &&\n  none1\n', ['3:3+5']],
  ];
  for (const [title, text, expected] of places) {
    it(`finds the exact place ${title}`, () => {
      const result = evaluate(valueOfKey(text), env);
      const found = result.kind === 'error' ? result.diagnostics : [];
      expect(found.map((each) => placed(each).replace('UNDEFINED_VARIABLE ', ''))).to.deep.equal(expected);
    });
  }

  it('never shows a value in a message', () => {
    const secret = envOf('pw: hunter2\nmap: {hunter2: hunter2}\nbig: [hunter2]');
    const texts = [
      '"{{ pw.length }}"',
      '"x {{ big }}"',
      '"{{join pw}}"',
      '"{{#each pw}}{{/each}}"',
      '!expr "pw + 1"',
      '!expr "map[pw + pw]"',
      '!expr "int(pw)"',
      '!expr "pw ? 1 : 2"',
      '!expr "timestamp(pw)"',
    ];
    for (const text of texts) {
      const shown = helpOf(evaluate(valueOfKey(text), secret));
      expect(shown).to.not.equal('');
      expect(shown).to.not.include('hunter2');
    }
  });

  it('keeps any JSON value of a template that is one reference', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        const single = envOf('', { it: { kind: 'value', value: json } });
        expect(evaluate(valueOfKey('"{{ it }}"'), single)).to.deep.equal({ kind: 'known', value: json });
        expect(evaluate(valueOfKey('"{{json it}}"'), single)).to.deep.equal({
          kind: 'known',
          value: JSON.stringify(json),
        });
      }),
    );
  });

  it('brings whole numbers, text and lists through expressions unchanged', () => {
    const value = fc.oneof(fc.maxSafeInteger(), fc.string(), fc.boolean(), fc.array(fc.maxSafeInteger()));
    fc.assert(
      fc.property(value, (json) => {
        const single = envOf('', { it: { kind: 'value', value: { key: json } } });
        expect(evaluate(valueOfKey('!expr "it.key"'), single)).to.deep.equal({ kind: 'known', value: json });
      }),
    );
  });

  it('stops text and lists that double with every variable', () => {
    const line = (index: number, text: string): string => `a${String(index)}: ${text}\n`;
    const texts = Array.from({ length: 40 }, (_, index) =>
      line(index + 1, `"{{ a${String(index)} }}{{ a${String(index)} }}"`),
    );
    const lists = Array.from({ length: 40 }, (_, index) =>
      line(index + 1, `["{{ a${String(index)} }}", "{{ a${String(index)} }}"]`),
    );
    for (const all of [texts, lists]) {
      const result = evaluate(valueOfKey('"{{ a40 }}"'), envOf(`a0: "0123456789"\n${all.join('')}`));
      expect(result.kind === 'error' && result.diagnostics.map((each) => each.code)).to.deep.equal(['BAD_TEMPLATE']);
    }
  });

  it('refuses blocks, expressions and chains of variables that are nested too deeply', () => {
    const blocks = `"${'{{#if t}}'.repeat(3000)}${'{{/if}}'.repeat(3000)}"`;
    const chain = Array.from({ length: 3000 }, (_, index) => `a${String(index)}: "{{ a${String(index + 1)} }}"`).join(
      '\n',
    );
    const cases: readonly (readonly [string, string, string])[] = [
      [blocks, vars, 'BAD_TEMPLATE'],
      [`!expr "${'('.repeat(2000)}1${')'.repeat(2000)}"`, vars, 'BAD_EXPRESSION'],
      [`!expr "${'!'.repeat(5000)}t"`, vars, 'BAD_EXPRESSION'],
      ['"{{ a0 }}"', chain, 'VARIABLE_CYCLE'],
    ];
    for (const [text, variables, code] of cases) {
      const result = evaluate(valueOfKey(text), envOf(variables));
      expect(result.kind === 'error' && result.diagnostics.map((each) => each.code)).to.deep.equal([code]);
    }
  });
});
