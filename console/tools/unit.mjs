// Unit tests of the pure parts: bundled by the bundler that builds the console, run by Node's own runner.
import { build } from 'vite';
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const entries = readdirSync('tests').filter((name) => name.endsWith('.test.ts'));
await build({
  configFile: false, logLevel: 'error',
  build: { ssr: true, outDir: '../build/console-tests', emptyOutDir: true, rolldownOptions: { input: entries.map((name) => `tests/${name}`) } },
});
let failed = 0;
run({ files: entries.map((name) => `../build/console-tests/${name.replace('.ts', '.js')}`) })
  .on('test:fail', () => (failed += 1))
  .once('close', () => process.exit(failed ? 1 : 0))
  .compose(spec)
  .pipe(process.stdout);
