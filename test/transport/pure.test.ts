import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { collectHead, collectHeadAndTail } from '../../src/transport/collect.js';
import { splitFrames } from '../../src/transport/frames.js';
import { defaultLimits } from '../../src/transport/limits.js';
import { quote, quoteAll } from '../../src/transport/quote.js';
import { sanitize } from '../../src/transport/sanitize.js';
import { prologue, wrapScript } from '../../src/transport/script.js';
import { repliesOf, unitsOf } from '../../src/transport/units.js';
import type { ReadRequest, Reply } from '../../src/model/step.js';

const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('quoting for a shell', () => {
  it('gives every word back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${quoteAll(words)}`]);
        expect(stdout.toString()).to.equal(words.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 60 },
    );
  });
  for (const text of ['a\0b', '\ud800', 'x\udc00y']) {
    it(`refuses ${JSON.stringify(text)}, which no argument can hold`, () => {
      expect(() => quote(text)).to.throw();
    });
  }
});

describe('frames in a stream', () => {
  const nonce = '00112233445566778899aabbccddeeff';
  const whole = Buffer.from(`Grüße\n\n${nonce.slice(0, 20)}\n🦊\n${nonce} read 0 3\n\n${nonce} x\nrest\n\n${nonce}`);
  for (const size of [1, 2, 3, 7, 33, 34, 35, 1000]) {
    it(`are found when the stream comes in chunks of ${size} bytes`, () => {
      const payload: Buffer[] = [];
      const seen: string[] = [];
      const take = splitFrames(nonce, {
        payload: (chunk) => payload.push(Buffer.from(chunk)),
        frame: (words) => seen.push(`${Buffer.concat(payload.splice(0)).toString()}|${words.join(',')}`),
      });
      for (let at = 0; at < whole.length; at += size) take(whole.subarray(at, at + size));
      expect(seen).to.deep.equal([`Grüße\n\n${nonce.slice(0, 20)}\n🦊|read,0,3`, '|x']);
      // The end might still become a frame, so that it is kept back.
      expect(`rest\n\n${nonce}`.startsWith(Buffer.concat(payload).toString())).to.equal(true);
    });
  }
});

describe('a script', () => {
  it('runs nothing when it is cut short, wherever that is', () => {
    const call = wrapScript('0a1b2c3d', 'echo is-first\necho is-second');
    const whole = prologue(defaultLimits) + call;
    const end = whole.lastIndexOf('f_0a1b2c3d 4>&1');
    const cuts = Array.from({ length: 40 }, (_, index) => Math.floor((end * (index + 1)) / 40));
    // What comes before the body may print: `umask` cut behind the word tells the mask.
    const outputs = cuts.map((cut) => spawnSync('sh', [], { input: whole.slice(0, cut) }).stdout.toString());
    expect(outputs.filter((output) => /is-first|is-second|0a1b2c3d/.test(output))).to.deep.equal([]);
    expect(spawnSync('sh', [], { input: whole }).stdout.toString()).to.match(/is-first\nis-second\n/);
  });
});

describe('collecting output', () => {
  it('keeps the head and counts the rest', () => {
    const collector = collectHead(4);
    for (const text of ['ab', 'cde', 'f']) collector.add(Buffer.from(text));
    expect([collector.bytes().toString(), collector.size()]).to.deep.equal(['abcd', 6]);
  });
  it('keeps head and tail however the output is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), (chunks) => {
        const collector = collectHeadAndTail(10);
        for (const chunk of chunks) collector.add(Buffer.from(chunk));
        const all = Buffer.from(chunks.join(''));
        const cut = `${all.subarray(0, 5).toString('latin1')}\n[… ${all.length - 10} bytes left out …]\n${all.subarray(-5).toString('latin1')}`;
        const kept = collector.bytes();
        if (all.length <= 10) expect(kept.equals(all)).to.equal(true);
        else expect(kept.equals(Buffer.from(cut))).to.equal(true);
      }),
    );
  });
});

describe('words of a host in a message', () => {
  const rows = [
    ['one\ntwo\r\n', 'one two'],
    ['\u001b[31mred\u001b[0m \u001b]0;title\u0007x', 'red x'],
    ['\u202eevil\u0000', 'evil'],
    ['x'.repeat(500), `${'x'.repeat(400)}…`],
  ] as const;
  for (const [text, line] of rows) {
    it(`are one printable line: ${JSON.stringify(text.slice(0, 20))}`, () => expect(sanitize(text)).to.equal(line));
  }
});

describe('joined requests', () => {
  const each = (arg: string, more: object = {}): ReadRequest => ({ script: 's', args: [arg], each: true, ...more });
  const raw = (text: string, code = 0): Reply => ({ code, stdout: Buffer.from(text), stderr: Buffer.from('e') });

  it('are one unit for equal script, user and slowness, where the first of them stands', () => {
    const requests = [
      each('a'),
      { argv: ['x'] },
      each('b'),
      each('c', { slow: true }),
      each('d', { as: 'u' }),
      { script: 's', args: ['e'] },
    ];
    expect(unitsOf(requests).map(({ members }) => members)).to.deep.equal([[0, 2], [1], [3], [4], [5]]);
  });
  it('are split so that a command line is never too long', () => {
    const units = unitsOf(Array.from({ length: 100 }, (_, index) => each(`${index}`.padStart(4000, 'x'))));
    expect(units.flatMap(({ members }) => members).length).to.equal(100);
    expect(units.every(({ request }) => 'args' in request && request.args.join(' ').length < 66_000)).to.equal(true);
  });

  const rows: readonly {
    readonly title: string;
    readonly reply: Reply;
    readonly expected: readonly (readonly [number, string])[];
  }[] = [
    {
      title: 'each its record',
      reply: raw('a\0A\nA\0b\0\0'),
      expected: [
        [0, 'A\nA'],
        [0, ''],
      ],
    },
    {
      title: 'code 1 where there is no record',
      reply: raw('b\0B\0'),
      expected: [
        [1, ''],
        [0, 'B'],
      ],
    },
    {
      title: 'code 1 where there is none at all',
      reply: raw(''),
      expected: [
        [1, ''],
        [1, ''],
      ],
    },
    {
      title: 'the code of a process that failed',
      reply: raw('a\0A\0', 7),
      expected: [
        [7, ''],
        [7, ''],
      ],
    },
    {
      title: 'never "no record" for a process that failed with code 1',
      reply: raw('a\0A\0', 1),
      expected: [
        [125, ''],
        [125, ''],
      ],
    },
    {
      title: 'a failure for a record of something else',
      reply: raw('c\0C\0'),
      expected: [
        [125, ''],
        [125, ''],
      ],
    },
    {
      title: 'a failure for records in another order',
      reply: raw('b\0B\0a\0A\0'),
      expected: [
        [125, ''],
        [125, ''],
      ],
    },
    {
      title: 'a failure for a record that is cut off',
      reply: raw('a\0A'),
      expected: [
        [125, ''],
        [125, ''],
      ],
    },
  ];
  for (const { title, reply, expected } of rows) {
    it(`get ${title}`, () => {
      const [unit] = unitsOf([each('a'), each('b')]);
      const replies = unit === undefined ? [] : repliesOf(unit, reply);
      expect(replies.map(({ code, stdout }) => [code, stdout.toString()])).to.deep.equal(expected);
    });
  }
});
