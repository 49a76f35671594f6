import { expect } from 'chai';
import fc from 'fast-check';
import type { ReadRequest, Reply } from '../../src/model/step.js';
import { digestOf } from '../../src/transport/reader.js';
import type { Connection } from '../../src/transport/connection.js';
import { closeLab, localPlaces, noDifference, programOf, sshPlace } from './places.js';

const records = 'for a; do case $a in *skip*) ;; *) printf "%s\\0<%s>\\n\\0" "$a" "$a" ;; esac; done';
const arg = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
  fc.constantFrom(
    '-n',
    '--',
    "it's",
    '$(id)',
    '`id`',
    'a\nb',
    '\n',
    ' ',
    '',
    'skip',
    'skip-',
    '\\',
    '\\n',
    '%s',
    'é',
    '🦊',
    '*',
    '"',
  ),
);
const request: fc.Arbitrary<ReadRequest> = fc.oneof(
  arg.map((text) => ({ script: records, args: [text], each: true })),
  arg.map((text) => ({ script: records, args: [text], each: true, slow: true })),
  arg.map((text) => ({ argv: ['printf', '%s', text] })),
  fc
    .tuple(arg, fc.integer({ min: 0, max: 255 }))
    .map(([text, code]) => ({ script: 'printf "%s\\n\\n" "$1"; exit "$2"', args: [text, `${code}`] })),
);

describe('the digest of looks', () => {
  const open: Connection[] = [];
  after(async () => {
    for (const connection of open) await connection.close();
    await closeLab();
  });

  for (const place of [localPlaces[0], localPlaces[1], sshPlace]) {
    if (place === undefined) continue;
    it(`is what the host computes through ${place.title}, and another one when anything differs`, async function () {
      this.timeout(60_000);
      const connection = await place.connect();
      open.push(connection);
      const property = fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 10 }), async (requests) => {
        const replies = await connection.read(requests);
        const looks = requests.map((asked, index) => ({ request: asked, reply: replies[index] as Reply }));
        for (const { request: asked, reply } of looks) {
          if (!('each' in asked)) continue;
          const [text = ''] = asked.args;
          const record = text.includes('skip') ? [1, ''] : [0, `<${text}>\n`];
          expect([reply.code, reply.stdout.toString()]).to.deep.equal(record);
        }
        const program = programOf({ expect: requests, digest: digestOf(looks) });
        expect((await connection.perform(program, noDifference)).kind).to.equal('done');

        const [first, ...rest] = looks;
        if (first === undefined) return;
        const changed = {
          ...first,
          reply: { ...first.reply, stdout: Buffer.concat([first.reply.stdout, Buffer.from('x')]), code: 0 },
        };
        let fresh: readonly Reply[] = [];
        const result = await connection.perform(programOf({ expect: requests, digest: digestOf([changed, ...rest]) }), {
          onDifference(given) {
            fresh = given;
            return 'stop';
          },
        });
        expect(result.kind).to.equal('stale');
        expect(fresh.map(({ code, stdout }) => [code, stdout.toString()])).to.deep.equal(
          replies.map(({ code, stdout }) => [code, stdout.toString()]),
        );
      });
      await fc.assert(property, { numRuns: 40 });
    });
  }
});
