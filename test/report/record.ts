// Records the screens again after a change that was meant: `node dist/test/report/record.js`, then read the difference.
import { mkdirSync, writeFileSync } from 'node:fs';
import { screens, views } from './screens.js';

const folder = new URL('../../../test/report/golden/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [screen, render] of Object.entries(screens)) {
  for (const [name, view] of Object.entries(views)) {
    writeFileSync(new URL(`${screen}-${name}.txt`, folder), render(view));
  }
}
