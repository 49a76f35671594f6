import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunnerError } from '../../src/model/errors.js';
import type { ReadRequest, Reply } from '../../src/model/step.js';
import type { Connection } from '../../src/transport/connection.js';
import { OutputLimitError } from '../../src/transport/outputLimit.js';
import type { Fact } from '../../src/transport/probe.js';
import { createReader, digestOf, recordingProbe, sameMeaning } from '../../src/transport/reader.js';
import type { Recorded } from '../../src/transport/reader.js';
import { rejection, shellConnection, using } from './places.js';

const reply = (stdout: string, code = 0): Reply => ({ code, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) });

/** A host that answers each request with its own text, and a list of what was asked together. */
function echoHost(answer?: (requests: readonly ReadRequest[]) => readonly Reply[]) {
  const batches: string[][] = [];
  const connection: Connection = {
    host: 'h',
    traffic: { scripts: 0, reads: 0, steps: 0 },
    async read(requests) {
      batches.push(requests.map((request) => ('argv' in request ? request.argv.join(' ') : request.args.join(' '))));
      return answer?.(requests) ?? batches.at(-1)?.map((text) => reply(text)) ?? [];
    },
    perform: () => Promise.reject(new Error('nothing is performed here')),
    close: async () => undefined,
  };
  return { batches, reader: createReader(connection, undefined) };
}

const lineCount: Fact<number, readonly [string]> = {
  name: 'line_count',
  summary: 'lines of a text',
  request: ([text]) => ({ argv: ['printf', '%s', text] }),
  parse: ({ stdout }) => {
    if (stdout.includes('bad')) throw new Error('it is bad');
    return stdout.split('\n').length;
  },
};

describe('a reader', () => {
  it('sends what is asked in one turn together, also by promise chains of that turn', async () => {
    const { reader, batches } = echoHost();
    const first = reader.read({ argv: ['a'] });
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([first, reader.read({ argv: ['b'] })]);
    await reader.read({ argv: ['c'] });
    expect(batches).to.deep.equal([['a', 'b'], ['c']]);
  });

  it('asks equal requests once until something was changed, and keeps what was read after the change', async () => {
    const { reader, batches } = echoHost();
    const [one, two] = await Promise.all([reader.read({ argv: ['a'] }), reader.read({ argv: ['a'] })]);
    await reader.read({ argv: ['a'] });
    expect(one).to.equal(two);
    reader.advance([{ request: { argv: ['b'] }, reply: reply('seed') }]);
    expect(String((await reader.read({ argv: ['b'] })).stdout)).to.equal('seed');
    await reader.read({ argv: ['a'] });
    expect(batches).to.deep.equal([['a'], ['a']]);
  });

  it('does not remember what was asked before a change and answered after it', async () => {
    let answer: (replies: readonly Reply[]) => void = () => undefined;
    const slow: Connection = {
      ...({} as Connection),
      read: () => new Promise((resolve) => (answer = resolve)),
    };
    const reader = createReader(slow, undefined);
    const before = reader.read({ argv: ['a'] });
    await new Promise(setImmediate);
    reader.advance([]);
    answer([reply('old')]);
    expect(String((await before).stdout)).to.equal('old');
    const after = reader.read({ argv: ['a'] });
    await new Promise(setImmediate);
    answer([reply('new')]);
    expect(String((await after).stdout)).to.equal('new');
  });

  it('tries a failed look again, and fails only the look that printed too much', async () => {
    let error: RunnerError | undefined = new RunnerError('CONNECTION_LOST', 'lost');
    const { reader } = echoHost((requests) => {
      if (error !== undefined) throw error;
      return requests.map(() => reply('x'));
    });
    expect((await rejection(reader.read({ argv: ['a'] }))).code).to.equal('CONNECTION_LOST');
    error = new OutputLimitError('too much', [reply('fine'), undefined]);
    const [fine, tooMuch] = await Promise.allSettled([reader.read({ argv: ['a'] }), reader.read({ argv: ['b'] })]);
    expect([fine.status, tooMuch.status]).to.deep.equal(['fulfilled', 'rejected']);
    error = undefined;
    expect(String((await reader.read({ argv: ['b'] })).stdout)).to.equal('x');
  });
});

describe('a recording probe', () => {
  it('records every look once, in the order of asking', async () => {
    const { reader } = echoHost();
    const { probe, records } = recordingProbe('h', reader, ['printf']);
    await Promise.all([
      probe.run(['cat', '/b']),
      probe.fact(lineCount, ['x']),
      probe.readFile('/a'),
      probe.run(['cat', '/b']),
    ]);
    expect(records().map(({ request }) => request)).to.deep.equal([
      { argv: ['cat', '/b'] },
      { argv: ['printf', '%s', 'x'] },
      { argv: ['cat', '--', '/a'] },
    ]);
    expect(records().map(({ parse }) => parse !== undefined)).to.deep.equal([false, true, false]);
  });

  it('counts the reply itself where a look was also asked for plainly', async () => {
    const { reader } = echoHost();
    const { probe, records } = recordingProbe('h', reader, ['printf']);
    await probe.fact(lineCount, ['x']);
    await probe.run(['printf', '%s', 'x']);
    expect(records().map(({ parse }) => parse)).to.deep.equal([undefined]);
  });

  it('passes on who looks', async () => {
    const { reader } = echoHost();
    const { probe, records } = recordingProbe('h', reader, []);
    await probe.run(['id'], { as: 'nobody' });
    await probe.fact(lineCount, ['x'], { as: 'nobody' });
    expect(records().map(({ request }) => request.as)).to.deep.equal(['nobody', 'nobody']);
  });

  it('gives the failure of a parser as a failed look', async () => {
    const { reader } = echoHost();
    const { probe } = recordingProbe('h', reader, []);
    const { code, message } = await rejection(probe.fact(lineCount, ['bad']));
    expect([code, message]).to.deep.equal(['READ_FAILED', 'fact line_count bad: it is bad']);
  });

  it('refuses a program that is not known to be read-only before it is asked', async () => {
    const { reader, batches } = echoHost();
    const { probe, records } = recordingProbe('h', reader, []);
    expect((await rejection(probe.run(['rm', '-rf', '/x']))).code).to.equal('NOT_READ_ONLY');
    expect([batches, records()]).to.deep.equal([[], []]);
  });
});

describe('reading a file of a host', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-file-'));
    writeFileSync(join(folder, "odd ' é\n"), 'Grüße\n');
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'latin'), Buffer.from([0x61, 0xe9]));
    symlinkSync('/no/such', join(folder, 'dangling'));
    symlinkSync('loop', join(folder, 'loop'));
    mkdirSync(join(folder, 'dir'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const rows: readonly {
    readonly title: string;
    readonly name: string;
    readonly text?: string | null;
    readonly message?: RegExp;
  }[] = [
    { title: 'its text', name: "odd ' é\n", text: 'Grüße\n' },
    { title: 'an empty text', name: 'empty', text: '' },
    { title: 'a replacement for bytes that are not UTF-8', name: 'latin', text: 'a\ufffd' },
    { title: 'null when it does not exist', name: 'missing', text: null },
    { title: 'null when a directory on its way does not exist', name: 'no/such', text: null },
    { title: 'null when a file is on its way', name: 'empty/x', text: null },
    { title: 'null for a link that leads nowhere', name: 'dangling', text: null },
    { title: 'an error for a directory', name: 'dir', message: /Is a directory/ },
    { title: 'an error for a link in a circle', name: 'loop', message: /Too many levels/ },
    { title: 'an error for a name that is too long', name: 'x'.repeat(300), message: /File name too long/ },
  ];
  for (const { title, name, text, message } of rows) {
    it(`gives ${title}`, () =>
      using(Promise.resolve(shellConnection('/bin/sh')), async (connection) => {
        const { probe } = recordingProbe('h', createReader(connection, undefined), []);
        const read = probe.readFile(join(folder, name));
        if (message === undefined) {
          expect(await read).to.equal(text);
        } else {
          const error = await rejection(read);
          expect(error.code).to.equal('READ_FAILED');
          expect(error.message).to.match(message);
        }
      }));
  }
});

describe('fresh replies', () => {
  const looked = (text: string, parse?: Recorded['parse']): Recorded => ({
    request: { argv: ['x'] },
    reply: reply(text),
    ...(parse && { parse }),
  });
  const upper = ({ stdout }: Reply) => stdout.toString().toUpperCase();
  const fails = ({ stdout }: Reply): string => {
    if (stdout.toString() === 'new') throw new Error('no');
    return 'same';
  };
  const rows: readonly {
    readonly title: string;
    readonly records: readonly Recorded[];
    readonly fresh: readonly Reply[];
    readonly same: boolean;
  }[] = [
    { title: 'equal bytes', records: [looked('a')], fresh: [reply('a')], same: true },
    { title: 'other bytes', records: [looked('a')], fresh: [reply('b')], same: false },
    { title: 'another exit code', records: [looked('a')], fresh: [reply('a', 1)], same: false },
    { title: 'another text of the same fact', records: [looked('a', upper)], fresh: [reply('A')], same: true },
    { title: 'another fact', records: [looked('a', upper)], fresh: [reply('b')], same: false },
    {
      title: 'a reply that the fact cannot understand',
      records: [looked('old', fails)],
      fresh: [reply('new')],
      same: false,
    },
    { title: 'a missing reply', records: [looked('a'), looked('b')], fresh: [reply('a')], same: false },
    { title: 'no looks', records: [], fresh: [], same: true },
  ];
  for (const { title, records, fresh, same } of rows) {
    it(`${same ? 'mean the same' : 'do not mean the same'}: ${title}`, () =>
      expect(sameMeaning(records, fresh)).to.equal(same));
  }

  it('mean something else when a fact holds another map, set or number', async () => {
    const values: unknown[] = [
      new Map([['a', 1]]),
      new Map([['a', 2]]),
      new Set(['a']),
      new Set(['b']),
      1,
      '1',
      1n,
      null,
      { a: [undefined] },
      { a: [] },
    ];
    const fact: Fact<unknown, readonly []> = {
      name: 'v',
      summary: 'v',
      request: () => ({ argv: ['x'] }),
      parse: ({ stdout }) => values[Number(stdout)],
    };
    const { reader } = echoHost((requests) => requests.map(() => reply('0')));
    const { probe, records } = recordingProbe('h', reader, []);
    await probe.fact(fact, []);
    const [record] = records();
    const seen = new Set(values.map((_, index) => JSON.stringify(record?.parse?.(reply(`${index}`)))));
    expect(seen.size).to.equal(values.length);
  });

  it('have a digest of their own for every difference in output and code', () => {
    const digest = (text: string, code = 0) => digestOf([{ request: { argv: ['x'] }, reply: reply(text, code) }]);
    expect(new Set([digest('a'), digest('b'), digest('a', 1), digest('a\n'), digest(''), digestOf([])]).size).to.equal(
      6,
    );
  });
});
