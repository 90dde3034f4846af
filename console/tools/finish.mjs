// After the console is built: the widget and the demo shop, the API description as JSON, and a compressed copy of
// everything. Fails when a size budget is passed.
import { build } from 'vite';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const bundle = (entry, name, format) =>
  build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: 'dist/widget', emptyOutDir: false, target: ['chrome117', 'firefox121', 'safari17'], assetsInlineLimit: 0,
      lib: { entry, name: 'SportelloWidget', formats: [format], fileName: () => name },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });

// ASCII only: the loader runs on pages without a declared charset.
const ascii = (file) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));

await bundle('widget/loader.ts', 'loader.js', 'iife');
await bundle('widget/panel.ts', 'panel.js', 'iife');
ascii('dist/widget/loader.js');
for (const file of ['panel.html', 'panel.css']) cpSync(join('widget', file), join('dist/widget', file));
cpSync('demo', 'dist/demo', { recursive: true });
mkdirSync('dist/api', { recursive: true });
writeFileSync('dist/api/openapi.json', JSON.stringify(parse(readFileSync('../docs/openapi.yaml', 'utf8'))));

function* walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else if (!/\.(gz|br)$/.test(name)) yield path;
  }
}

const sizes = new Map();
for (const path of walk('dist')) {
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  sizes.set(path, gzip.length);
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes));
}

const total = (pattern) => [...sizes].filter(([path]) => pattern.test(path)).reduce((sum, [, size]) => sum + size, 0);
const budgets = [
  ['console JavaScript', /^dist\/app\/.*\.js$/, 110_000],
  ['console CSS', /^dist\/app\/.*\.css$/, 15_000],
  ['widget loader', /^dist\/widget\/loader\.js$/, 2_048],
  ['widget panel', /^dist\/widget\/panel\.(js|css|html)$/, 10_240],
];
let over = false;
for (const [name, pattern, most] of budgets) {
  const size = total(pattern);
  over ||= size > most || size === 0;
  console.log(`${name}: ${size} bytes gzip of ${most}`);
}
if (over) {
  console.error('A size budget is passed, or a part is missing.');
  process.exit(1);
}
