// End to end: the real program, real mail servers, a real browser. `node tests/e2e/run.mjs [suite…]` runs all suites or
// those named. Ends with "N passed, N failed, N skipped"; screenshots are kept in tests/output/.
import fs from 'node:fs';
import { endAll, output, removeFolders, Runner } from './support.mjs';

const suites = ['five_steps', 'not_configured', 'html_mail', 'api', 'visibility', 'socket', 'chat_socket', 'promises_routing', 'imap',
  'imap_accounts', 'imap_returns', 'mail_out', 'planned_mail', 'relay_breaks', 'relay_oauth', 'automatic', 'mail_console',
  'mail_console_edges', 'mail_page', 'customers_api', 'customers_console', 'search', 'corpus', 'durability'];
const wanted = process.argv.slice(2);
const runner = new Runner();
fs.mkdirSync(output, { recursive: true });

async function end(code) {
  await endAll();
  removeFolders();
  console.log(runner.line());
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(1));
process.on('unhandledRejection', (error) => console.log(`    unhandled: ${error?.stack ?? error}`));

for (const name of suites) {
  if (wanted.length && !wanted.includes(name)) continue;
  await runner.suite(name, await import(`./${name}.mjs`));
}
await end(runner.failed ? 1 : 0);
