import { expect } from 'chai';
import fc from 'fast-check';
import { clip, sanitize, takeWidth, widthOf } from '../../src/report/width.js';

const texts: readonly (readonly [string, string, string])[] = [
  ['leaves plain text', '/srv/images (ok)', '/srv/images (ok)'],
  ['leaves letters of other scripts', 'größe 画像 שלום', 'größe 画像 שלום'],
  ['shows ANSI sequences', '\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
  ['shows OSC 8 links', '\x1b]8;;http://evil\x07x', '\\x1b]8;;http://evil\\x07x'],
  ['shows OSC 52 clipboards', '\x1b]52;c;AAAA\x1b\\', '\\x1b]52;c;AAAA\\x1b\\'],
  ['shows eight-bit controls', 'a\x9b2Jb', 'a\\x9b2Jb'],
  ['shows line breaks and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
  ['shows marks that turn text around', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
  ['shows marks that hide', 'a\u200b\ufeffb\u{e0041}', 'a\\u200b\\ufeffb\\u{e0041}'],
  ['shows half characters', 'a\ud800b', 'a\\ud800b'],
];

describe('sanitize', () => {
  for (const [title, input, output] of texts) {
    it(title, () => {
      expect(sanitize(input)).to.equal(output);
    });
  }

  it('leaves nothing outside ASCII where it is told to', () => {
    expect(sanitize('gr\u00f6\u00dfe \u753b \u{1f4bf}', true)).to.equal('gr\\xf6\\xdfe \\u753b \\u{1f4bf}');
  });

  it('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, ascii) => {
        expect(sanitize(sanitize(text, ascii), ascii)).to.equal(sanitize(text, ascii));
      }),
    );
  });

  it('lets no control character through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitize(text)).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});

const widths: readonly (readonly [string, number])[] = [
  ['', 0],
  ['abc', 3],
  ['größe', 5],
  ['画像', 4],
  ['한글', 4],
  ['ＡＢ', 4],
  ['e\u0301', 1],
  ['💿', 2],
  ['├─ ●', 4],
];

describe('widthOf', () => {
  for (const [text, width] of widths) {
    it(`counts ${String(width)} cells for ${JSON.stringify(text)}`, () => {
      expect(widthOf(text)).to.equal(width);
    });
  }

  it('never takes more than there is room for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, room) => {
        expect(widthOf(takeWidth(text, room))).to.be.at.most(room);
      }),
    );
  });
});

describe('clip', () => {
  it('says where something was left out', () => {
    expect(clip('abcdefghij', 8)).to.equal('abcde...');
    expect(clip('abcdefgh', 8)).to.equal('abcdefgh');
  });
});
