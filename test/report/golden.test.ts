import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { lineWidth } from '../../src/report/layout.js';
import { createStyle } from '../../src/report/style.js';
import { screens, views } from './screens.js';

const folder = new URL('../../../test/report/golden/', import.meta.url);

/** Takes colours away; nothing else that begins with an escape may be in a screen. */
function plain(text: string): string {
  return text.replaceAll(/\x1b\[\d+m/g, '');
}

describe('the screens', () => {
  for (const [screen, render] of Object.entries(screens)) {
    for (const [name, view] of Object.entries(views)) {
      it(`shows ${screen} at ${name} as recorded`, () => {
        expect(render(view)).to.equal(readFileSync(new URL(`${screen}-${name}.txt`, folder), 'utf8'));
      });

      it(`keeps ${screen} at ${name} as wide as the view`, () => {
        const style = createStyle(view);
        for (const line of plain(render(view)).split('\n')) {
          expect(lineWidth(style.line(line)), line).to.be.at.most(view.columns);
        }
      });
    }

    it(`shows ${screen} without colours as with them`, () => {
      const view = { columns: 80, unicode: true };
      expect(plain(render({ ...view, colour: true }))).to.equal(render({ ...view, colour: false }));
    });

    it(`never breaks a line of ${screen} where the width has no end, and bears a tiny one`, () => {
      const wide = render({ columns: Infinity, colour: false, unicode: true });
      expect(wide.split('\n').length).to.be.at.most(
        render({ columns: 120, colour: false, unicode: true }).split('\n').length,
      );
      expect(render({ columns: 5, colour: false, unicode: true })).not.to.equal('');
    });

    it(`shows ${screen} in ASCII alone where the locale has no more`, () => {
      expect(render({ columns: 80, colour: false, unicode: false })).to.match(/^[\x20-\x7e\n]*$/);
    });
  }
});
