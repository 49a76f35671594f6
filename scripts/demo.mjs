// npm run demo: nothing here may need a young Node before requireMachine has looked.
import { requireMachine } from './machine.mjs';

requireMachine();
import('./prepare.mjs')
  .then(function (prepared) {
    prepared.prepare();
    process.chdir(prepared.root);
    return import('../dist/test/lab/demo.js');
  })
  .then(function (demo) {
    return demo.runDemo({ cli: 'dist/src/cli/main.js', playbook: 'playbooks/getting-started.yml' });
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
