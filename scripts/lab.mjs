// npm run lab [-- HOSTS]: nothing here may need a young Node before requireMachine has looked.
import { requireMachine } from './machine.mjs';

requireMachine();
import('./prepare.mjs')
  .then(function (prepared) {
    prepared.prepare();
    process.chdir(prepared.root);
    return import('../dist/test/lab/keep.js');
  })
  .then(function (keep) {
    return keep.keepLab(process.argv[2]);
  })
  .then(
    function (code) {
      process.exitCode = code;
    },
    function (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
