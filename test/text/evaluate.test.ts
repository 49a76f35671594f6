import { expect } from 'chai';
import type { Json } from '../../src/model/json.js';
import { evaluate } from '../../src/text/evaluate.js';
import { env, helpOf, outcome, valueOfKey } from './support.js';

describe('evaluate', () => {
  const known: readonly (readonly [string, Json])[] = [
    ['plain', 'plain'],
    ['"{{ n }}"', 5],
    ['"{{n}}"', 5],
    ['" {{ n }}"', ' 5'],
    ['"{{ l }}"', ['x', 'y']],
    ['"{{ nothing }}"', null],
    ['"{{ m }}"', { k: 1, addr: 'xtexty', self: 1 }],
    ['["{{ n }}", {a: "{{ t }}"}]', [5, { a: true }]],
    ['"{{ nested.a.0.b }}"', 'deep'],
    ['"{{ l.[1] }}"', 'y'],
    ['"{{ facts.mem }}"', 42],
    ['"{{ foreign }} x"', 'a {{ s }} !expr x'],
    ['"{{ foreign }}"', 'a {{ s }} !expr'],
    ['"a&b={{ s }}<>"', 'a&b=text<>'],
    ['"{{#if n}}A{{else}}B{{/if}}{{#if nothing}}C{{else if t}}D{{/if}}"', 'AD'],
    ['"{{#unless t}}A{{else}}B{{/unless}}"', 'B'],
    ['"{{#each items}}{{this.n}}{{#unless @last}},{{/unless}}{{/each}}"', '1,2'],
    ['"{{#each items as |item index|}}{{index}}={{item.n}}{{s}} {{/each}}"', '0=1text 1=2text '],
    ['"{{#each m}}{{@key}}:{{this}};{{/each}}"', 'k:1;addr:xtexty;self:1;'],
    ['"{{#each (default none l)}}{{this}}{{/each}}"', 'xy'],
    ['"{{default none 7}}"', 7],
    ['"{{default m.q \\"z\\"}}-{{default nothing 1}}-{{default n 1}}"', 'z-1-5'],
    ['"{{json m}}"', '{"k":1,"addr":"xtexty","self":1}'],
    ['"{{join l \\", \\"}} {{join l}}"', 'x, y x,y'],
    ['"{{basename \\"/a/b.c\\"}} {{dirname \\"/a/b.c\\"}} {{b64 s}}"', 'b.c /a dGV4dA=='],
    ['"\\\\{{ n }} {{ s }}"', '{{ n }} text'],
    ['"{{! no }}{{!-- }} --}}{{~ s ~}} "', 'text'],
    ['"{{ m.self }}"', 1],
    ['!expr "n + 1"', 6],
    ['!expr "half * 2.0"', 3],
    ['!expr "n / 2"', 2],
    ['!expr "size(l) + n"', 7],
    ['!expr "items.map(i, i.n + n)"', [6, 7]],
    ["!expr \"{'a': l, 'b': half, 'c': nothing}\"", { a: ['x', 'y'], b: 1.5, c: null }],
    ["!expr \"m['k'] == 1 && l[1] == 'y'\"", true],
    ['!expr "m.addr.startsWith(\'x\') ? s : n"', 'text'],
    ['!expr "defined(none)"', false],
    ['!expr "defined(m.k) && !defined(m.q) && defined(nothing)"', true],
    ['!expr "defined(none) && none > 1"', false],
    ['!expr "defined(none.x) ? none.x : 3"', 3],
    ['!expr "has(m.k)"', true],
    ['!expr "type(n) == int"', true],
    ['!expr "s.matches(\'^te[a-z]+$\')"', true],
  ];
  for (const [text, expected] of known) {
    it(`gives ${JSON.stringify(expected)} for ${text}`, () => {
      expect(outcome(evaluate(valueOfKey(text), env))).to.deep.equal({ known: expected });
    });
  }

  const late: readonly (readonly [string, readonly string[]])[] = [
    ['"{{ facts.qemu.user }} {{ created.changed }}"', ['facts.qemu', 'created']],
    ['"{{ dir }}"', ['facts.qemu']],
    ['"{{default created 1}}"', ['created']],
    ['{a: "{{ created }}", b: "{{ n }}"}', ['created']],
    ['!expr "defined(facts.qemu)"', ['facts.qemu']],
    ['!expr "facts.mounts[0].target == \'/\'"', ['facts.mounts']],
  ];
  for (const [text, names] of late) {
    it(`names what is late in ${text}`, () => {
      expect(outcome(evaluate(valueOfKey(text), env))).to.deep.equal({ late: names });
    });
  }

  const wrong: readonly (readonly [string, readonly string[], RegExp?])[] = [
    ['"{{ yesterdya }}"', ['UNDEFINED_VARIABLE 1:8+9'], /did you mean "yesterday"/],
    [
      '"a {{ none }} {{ m.adr }}"',
      ['UNDEFINED_VARIABLE 1:10+4', 'UNDEFINED_VARIABLE 1:21+5'],
      /did you mean "addr"\? it has: k, addr, self/,
    ],
    ['"{{#if none}}{{/if}}"', ['UNDEFINED_VARIABLE 1:11+4']],
    ['"{{#if t}}{{else}}{{ none }}{{/if}}"', ['UNDEFINED_VARIABLE 1:25+4']],
    ['"{{#each none}}{{/each}}"', ['UNDEFINED_VARIABLE 1:13+4']],
    ['"{{json none}}"', ['UNDEFINED_VARIABLE 1:12+4']],
    ['"{{default n none}}"', ['UNDEFINED_VARIABLE 1:17+4']],
    [
      '"{{#each items}}{{ n.x }}{{ q }}{{/each}}"',
      ['UNDEFINED_VARIABLE 1:23+3', 'UNDEFINED_VARIABLE 1:32+1'],
      /\{\{this\.q\}\}/,
    ],
    ['"{{#each items}}{{ this.q }}{{/each}}"', ['UNDEFINED_VARIABLE 1:23+6']],
    [
      '"{{ m.constructor }}{{ s.length }}{{ m.__proto__ }}"',
      ['UNDEFINED_VARIABLE 1:8+13', 'UNDEFINED_VARIABLE 1:27+8', 'UNDEFINED_VARIABLE 1:41+11'],
    ],
    ['"{{ constructor }}"', ['UNDEFINED_VARIABLE 1:8+11']],
    ['"{{ l.[7] }}"', ['UNDEFINED_VARIABLE 1:8+5'], /items are 0 to 1/],
    ['"{{ facts.qemu.usr }}"', ['UNDEFINED_VARIABLE 1:8+14'], /did you mean "user"/],
    ['"{{ facts.qmeu }}"', ['UNDEFINED_VARIABLE 1:8+10'], /did you mean "qemu"/],
    ['"{{ facts.mem.x }}"', ['UNDEFINED_VARIABLE 1:8+11'], /single value/],
    ['"{{ circle1 }}"', ['VARIABLE_CYCLE 12:14+7'], /circle1 -> circle2 -> circle1/],
    ['"{{ twice }}"', ['UNDEFINED_VARIABLE 13:13+5']],
    ['"x {{ l }}"', ['WRONG_TYPE 1:10+1'], /\{\{json name\}\}/],
    ['"x {{ m }}"', ['WRONG_TYPE 1:10+1'], /map/],
    ['"x {{ nothing }}"', ['WRONG_TYPE 1:10+7'], /default/],
    ['"{{join s}}"', ['WRONG_TYPE 1:12+1']],
    ['"{{#each s}}{{/each}}"', ['WRONG_TYPE 1:13+1']],
    ['"{{ s | default(1) }}"', ['BAD_TEMPLATE 1:10+12'], /\{\{default name "value"\}\}/],
    ['"{{ s is defined }}"', ['BAD_TEMPLATE 1:10+10'], /defined\(name\)/],
    ['"{% if s %}x{% endif %}"', ['BAD_TEMPLATE 1:5+10', 'BAD_TEMPLATE 1:16+11'], /\{\{#if name\}\}/],
    ['"{{ n + 1 }}"', ['BAD_TEMPLATE 1:8+3'], /!expr/],
    ['"{{ m[\'k\'] }}"', ['BAD_TEMPLATE 1:9+2'], /name\.key/],
    ['"{{{ s }}}"', ['BAD_TEMPLATE 1:5+9'], /\{\{ s \}\}/],
    ['"{{& s }}"', ['BAD_TEMPLATE 1:5+8']],
    ['"{{> part }}"', ['BAD_TEMPLATE 1:5+11']],
    ['"{{#> part }}{{/part}}"', ['BAD_TEMPLATE 1:5+12']],
    ['"{{* deco }}"', ['BAD_TEMPLATE 1:5+11']],
    ['"{{lookup m s}}"', ['BAD_TEMPLATE 1:7+6'], /helpers are/],
    ['"{{log s}}"', ['BAD_TEMPLATE 1:7+3']],
    ['"{{#with m}}{{/with}}"', ['BAD_TEMPLATE 1:8+4'], /#if, #unless and #each/],
    ['"{{#each l}}{{ ../s }}{{/each}}"', ['BAD_TEMPLATE 1:19+3'], /as \|item\|/],
    ['"{{ this.s }}{{@root.s}}"', ['BAD_TEMPLATE 1:8+6', 'BAD_TEMPLATE 1:19+7']],
    ['"{{defualt n 1}}"', ['BAD_TEMPLATE 1:7+7'], /did you mean "default"/],
    ['"{{json}}{{json n n}}"', ['BAD_TEMPLATE 1:15+4']],
    ['"{{ s"', ['BAD_TEMPLATE 1:5+2'], /not closed/],
    ['"{{#if s}}"', ['BAD_TEMPLATE 1:7+5'], /\{\{\/if\}\}/],
    ['"{{#if s}}{{/each}}"', ['BAD_TEMPLATE 1:16+5']],
    ['"{{else}}"', ['BAD_TEMPLATE 1:7+4']],
    ['"{{}} {{ s!q }}"', ['BAD_TEMPLATE 1:7+1', 'BAD_TEMPLATE 1:13+3']],
    ['!expr "none + 1"', ['UNDEFINED_VARIABLE 1:11+4']],
    ['!expr "items.exists(i, i.n > none)"', ['UNDEFINED_VARIABLE 1:33+4']],
    ['!expr "none.q || defined(none.x)"', ['UNDEFINED_VARIABLE 1:11+6']],
    ['!expr "!defined(none) && none > 1"', ['UNDEFINED_VARIABLE 1:29+4']],
    ['!expr "facts.qemu.usr"', ['UNDEFINED_VARIABLE 1:11+14'], /user/],
    ['!expr "True"', ['UNDEFINED_VARIABLE 1:11+4'], /true/],
    ['!expr "n + half"', ['BAD_EXPRESSION 1:11+8'], /double\(a\)/],
    ['!expr "1 + n + half"', ['BAD_EXPRESSION 1:11+12']],
    ['!expr "foo(n)"', ['BAD_EXPRESSION 1:11+6'], /function/],
    ['!expr "m[s]"', ['BAD_EXPRESSION 1:11+4']],
    ['!expr "1 / 0"', ['BAD_EXPRESSION 1:11+5']],
    ['!expr "n +"', ['BAD_EXPRESSION 1:13+1'], /not complete/],
    [
      '!expr "t and not s is defined"',
      ['BAD_EXPRESSION 1:13+3', 'BAD_EXPRESSION 1:17+3', 'BAD_EXPRESSION 1:21+12'],
      /defined\(s\)/,
    ],
    ['!expr "n | int"', ['BAD_EXPRESSION 1:13+5'], /filters/],
    ['!expr "{{ n }}"', ['BAD_EXPRESSION 1:11+3', 'BAD_EXPRESSION 1:15+3'], /without/],
    ['!expr ""', ['BAD_EXPRESSION 1:10+2']],
    ['!expr "b\'abc\'"', ['BAD_EXPRESSION 1:10+8']],
    ['!expr "9223372036854775807"', ['BAD_EXPRESSION 1:10+21']],
    ['!expr "s.matches(\'^(a+)+$\')"', ['BAD_EXPRESSION 1:21+9'], /too long/],
    ['!expr "s.matches(yesterday)"', ['BAD_EXPRESSION 1:21+9']],
    ['["{{ a1 }}", {b: !expr "a2"}]', ['UNDEFINED_VARIABLE 1:9+2', 'UNDEFINED_VARIABLE 1:28+2']],
  ];
  for (const [text, expected, help] of wrong) {
    it(`refuses ${text}`, () => {
      const result = evaluate(valueOfKey(text), env);
      expect(outcome(result)).to.deep.equal({ error: expected });
      if (help !== undefined) expect(helpOf(result)).to.match(help);
    });
  }
});
