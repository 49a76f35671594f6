// node scripts/lab-image.mjs: builds the image of the namespace lab ahead of its first use, and prints where it is.
import { requireMachine } from './machine.mjs';

requireMachine();
import('./prepare.mjs')
  .then(function (prepared) {
    prepared.prepare();
    return import('../dist/test/lab/namespace/image.js');
  })
  .then(function (image) {
    return image.labImage(console.log);
  })
  .then(console.log, function (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
