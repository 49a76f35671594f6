import { expect } from 'chai';
import type { Json } from '../../src/model/json.js';
import { checkJson, checkValue } from '../../src/schema/check.js';
import { param } from '../../src/schema/param.js';
import { pathsOfHoles } from '../../src/schema/pointer.js';
import { mayBeLate, schemaAt } from '../../src/schema/walk.js';
import { placed, read, readMap } from '../text/support.js';

const volume = param.variants('kind', 'Kind of the volume', {
  external: param.object({
    mount_point: param.path('Where it is mounted'),
    options: param.withDefault(param.list('Options', param.string('An option')), ['defaults']),
  }),
  ocfs2: param.object({
    mount_point: param.path('Where it is mounted'),
    device: param.late(param.path('The device')),
    slots: param.withDefault(param.integer('Hosts at once', { minimum: 2, maximum: 255 }), 8),
  }),
});
const storage = param.object({
  name: param.name('Name of the storage'),
  mode: param.withDefault(param.mode('Mode of the directory'), '0755'),
  owner: param.optional(param.account('Owner')),
  shared: param.withDefault(param.boolean('The same for all hosts'), false),
  size: param.optional(param.integer('GiB', { minimum: 1, maximum: 100 })),
  label: param.optional(param.string('Label', { maxLength: 5 })),
  state: param.optional(param.choice('State', ['present', 'absent'])),
  env: param.optional(param.record('Environment')),
  tags: param.optional(param.list('Tags', param.string('A tag'), { minItems: 1 })),
  volumes: param.optional(param.list('Volumes', volume)),
});

describe('checkValue', () => {
  const valid: readonly (readonly [string, string, Json])[] = [
    ['fills in defaults', 'name: a', { name: 'a', mode: '0755', shared: false }],
    [
      'fills in defaults of the case of a union',
      'name: a\nvolumes: [{kind: ocfs2, mount_point: /a, device: /dev/x}, {kind: external, mount_point: /b}]',
      {
        name: 'a',
        mode: '0755',
        shared: false,
        volumes: [
          { kind: 'ocfs2', mount_point: '/a', device: '/dev/x', slots: 8 },
          { kind: 'external', mount_point: '/b', options: ['defaults'] },
        ],
      },
    ],
    ['leaves holes out', 'name: "{{ a }}"\nmode: "{{ m }}"\nsize: !expr "1"', { shared: false }],
    [
      'says nothing about what holes may become',
      'name: x\nvolumes: "{{ v }}"\ntags: ["{{ t }}"]',
      { name: 'x', mode: '0755', shared: false, tags: [null] },
    ],
    [
      'accepts a hole as the tag of a union',
      'name: x\nvolumes: [{kind: "{{ k }}", a: 1}]',
      { name: 'x', mode: '0755', shared: false, volumes: [{ a: 1 }] },
    ],
  ];
  for (const [title, text, expected] of valid) {
    it(title, () => {
      expect(checkValue(readMap(text), storage)).to.deep.equal({ value: expected, diagnostics: [] });
    });
  }

  it('puts what it is told in the place of holes', () => {
    const fill = (_: unknown, pointer: string): string => `<${pointer}>`;
    const { value } = checkValue(readMap('name: "{{ a }}"\ntags: [x, "{{ t }}"]'), storage, { fill });
    expect(value).to.deep.equal({ name: '</name>', mode: '0755', shared: false, tags: ['x', '</tags/1>'] });
  });

  const wrong: readonly (readonly [string, string, readonly string[], RegExp?])[] = [
    ['an unknown key', 'name: a\nownr: b', ['UNKNOWN_KEY 2:1+4'], /did you mean "owner"/],
    ['an unknown key like none', 'name: a\nxyzzyx: b', ['UNKNOWN_KEY 2:1+6'], /known are: name, mode/],
    ['keys of every object', 'name: a\n__proto__: 1\nconstructor: 1', ['UNKNOWN_KEY 2:1+9', 'UNKNOWN_KEY 3:1+11']],
    ['an unknown key whose value is a hole', 'name: a\nownr: "{{ b }}"', ['UNKNOWN_KEY 2:1+4']],
    ['a missing key', 'mode: "0755"', ['MISSING_KEY 1:1+12'], /name: Name of the storage/],
    [
      'a missing key of a list item, at the item',
      'name: a\nvolumes:\n  - mount_point: /a',
      ['MISSING_KEY 3:5+15'],
      /"kind"/,
    ],
    [
      'a mode that is a number',
      'name: a\nmode: 0644',
      ['WRONG_TYPE 2:7+4'],
      /must be quoted: YAML 1\.2 reads 0644 as the number 644 \| write "0644"/,
    ],
    ['a mode in YAML 1.2 octal', 'name: a\nmode: 0o644', ['WRONG_TYPE 2:7+5'], /number 420 \| write "0644"/],
    ['a mode without zero', 'name: a\nmode: 644', ['WRONG_TYPE 2:7+3'], /write "0644"/],
    ['a mode that is no mode', 'name: a\nmode: "9"', ['WRONG_TYPE 2:7+3'], /for example "0644"/],
    ['yes for a truth value', 'name: a\nshared: yes', ['WRONG_TYPE 2:9+3'], /write true/],
    ['Off for a truth value', 'name: a\nshared: Off', ['WRONG_TYPE 2:9+3'], /write false/],
    ['a quoted truth value', 'name: a\nshared: "true"', ['WRONG_TYPE 2:9+6'], /true without quotes/],
    ['a quoted number', 'name: a\nsize: "5"', ['WRONG_TYPE 2:7+3'], /5 without quotes/],
    ['half a number', 'name: a\nsize: 1.5', ['WRONG_TYPE 2:7+3'], /whole number/],
    [
      'a number for text',
      'name: a\nlabel: 1.10',
      ['WRONG_TYPE 2:8+4'],
      /reads 1\.10 as the number 1\.1 \| write "1\.10"/,
    ],
    ['a truth value for text', 'name: a\nlabel: true', ['WRONG_TYPE 2:8+4'], /write "true"/],
    [
      'numbers out of range',
      'name: a\nsize: 0\nvolumes: [{kind: ocfs2, mount_point: /a, device: /d, slots: 256}]',
      ['WRONG_TYPE 2:7+1', 'WRONG_TYPE 3:61+3'],
      /at least 1[\s\S]*at most 255/,
    ],
    ['text that is too long', 'name: a\nlabel: abcdef', ['WRONG_TYPE 2:8+6'], /at most 5 characters/],
    ['an empty list', 'name: a\ntags: []', ['WRONG_TYPE 2:7+2'], /at least 1 item/],
    ['text for a list', 'name: a\ntags: x', ['WRONG_TYPE 2:7+1'], /list: \[a, b\]/],
    [
      'a map for a list and the other way round',
      'name: a\ntags: {b: c}\nenv: [d]',
      ['WRONG_TYPE 2:7+6', 'WRONG_TYPE 3:6+3'],
    ],
    ['a value that is missing, at its key', 'name:\nsize: 5', ['WRONG_TYPE 1:1+4'], /missing/],
    [
      'a choice that is none',
      'name: a\nstate: presnt',
      ['WRONG_TYPE 2:8+6'],
      /present, absent \| did you mean "present"/,
    ],
    ['a number for a choice, once', 'name: a\nstate: 5', ['WRONG_TYPE 2:8+1'], /one of: present, absent/],
    [
      'a form that does not fit',
      'name: "a b"\nowner: "0 x"',
      ['WRONG_TYPE 1:7+5', 'WRONG_TYPE 2:8+5'],
      /letters, digits[\s\S]*name of a user/,
    ],
    [
      'paths with dots and slashes at the end',
      'name: a\nvolumes: [{kind: external, mount_point: /a/../b}, {kind: external, mount_point: /a/}]',
      ['WRONG_TYPE 2:41+7', 'WRONG_TYPE 2:81+3'],
    ],
    ['values of a record', 'name: a\nenv: {A: 1}', ['WRONG_TYPE 2:10+1'], /write "1"/],
    [
      'a tag of a union',
      'name: a\nvolumes: [{kind: extrnal, mount_point: /a}]',
      ['WRONG_TYPE 2:18+7'],
      /did you mean "external"/,
    ],
    [
      'only what is wrong in the case of a union',
      'name: a\nvolumes:\n  - kind: ocfs2\n    mount_point: /a\n    devcie: /dev/x',
      ['UNKNOWN_KEY 5:5+6'],
      /did you mean "device"/,
    ],
    [
      'a misspelt tag of a union',
      'name: a\nvolumes:\n  - knd: ocfs2\n    mount_point: /a',
      ['UNKNOWN_KEY 3:5+3'],
      /did you mean "kind"/,
    ],
    [
      'a key of another case of the union',
      'name: a\nvolumes:\n  - kind: external\n    mount_point: /a\n    slots: 4',
      ['UNKNOWN_KEY 5:5+5'],
      /known are: kind, mount_point, options/,
    ],
    [
      'what stands beside a hole',
      'name: "{{ n }}"\nsize: x\ntags: ["{{ t }}", 5]',
      ['WRONG_TYPE 2:7+1', 'WRONG_TYPE 3:19+1'],
    ],
    ['a list for the whole', '- a', ['WRONG_TYPE 1:1+3']],
  ];
  for (const [title, text, expected, help] of wrong) {
    it(`refuses ${title}`, () => {
      const { value } = read(text);
      if (value === undefined) throw new Error('the text is not YAML');
      const checked = checkValue(value, storage);
      expect(checked.diagnostics.map(placed)).to.deep.equal(expected);
      expect(checked.value).to.equal(undefined);
      if (help !== undefined)
        expect(checked.diagnostics.map((each) => `${each.message} | ${each.help ?? ''}`).join('\n')).to.match(help);
    });
  }

  it('shows missing keys of the whole at its key', () => {
    const keyAt = { file: 't.yml', line: 9, column: 5, length: 7 };
    expect(checkValue(readMap('size: 5'), storage, { keyAt }).diagnostics.map(placed)).to.deep.equal([
      'MISSING_KEY 9:5+7',
    ]);
  });
});

describe('checkJson', () => {
  const source = readMap('name: "{{ x }}"\nmode: "0644"\nvolumes: "{{ v }}"\nsize: !expr "3"\ntags: [a, "{{ t }}"]\n');
  const good = { name: 'a', mode: '0644', volumes: [], size: 3, tags: ['a', 'b'] };
  const cases: readonly (readonly [string, Json, readonly string[]])[] = [
    ['a template', { ...good, name: 'a b' }, ['WRONG_TYPE 1:7+9']],
    ['an item', { ...good, tags: ['a', 5] }, ['WRONG_TYPE 5:11+9']],
    ['an expression', { ...good, size: 'x' }, ['WRONG_TYPE 4:13+3']],
    [
      'a template above',
      { ...good, volumes: [{ kind: 'ocfs2', mount_point: 5, bad: 1 }] },
      ['WRONG_TYPE 3:10+9', 'UNKNOWN_KEY 3:10+9', 'MISSING_KEY 3:10+9'],
    ],
  ];
  for (const [title, json, expected] of cases) {
    it(`shows faults of what came out of ${title} where it stands`, () => {
      expect([...checkJson(json, storage, source).diagnostics].map(placed)).to.have.members(expected);
    });
  }

  it('fills in defaults', () => {
    expect(checkJson(good, storage, source).value).to.deep.equal({ ...good, shared: false });
  });
});

describe('holes', () => {
  const value = readMap(
    'name: "{{ a }}"\nvolumes:\n  - kind: ocfs2\n    device: "{{ facts.d }}"\n    slots: !expr "1"\n    "a/b~": ["{{ c }}"]\n',
  );
  const json: Json = { volumes: [{ kind: 'ocfs2' }] };

  it('are found with their pointers', () => {
    expect(pathsOfHoles(value)).to.deep.equal([
      '/name',
      '/volumes/0/device',
      '/volumes/0/slots',
      '/volumes/0/a~1b~0/0',
    ]);
  });

  it('may be late only where the parameter says so', () => {
    const late = pathsOfHoles(value).map((pointer) => mayBeLate(storage, pointer, json));
    expect(late).to.deep.equal([false, true, false, false]);
    expect(mayBeLate(param.late(storage), '/name', json)).to.equal(true);
  });

  it('have the schema of the case that the tag names', () => {
    expect(schemaAt(storage, '/volumes/0/slots', json)?.type).to.equal('integer');
    expect(schemaAt(storage, '/volumes/0/slots', { volumes: [{ kind: 'external' }] })).to.equal(undefined);
    expect(schemaAt(storage, '', json)?.type).to.equal('object');
  });
});
