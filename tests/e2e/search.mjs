// Search: a message is found a moment after it came, by words, stems and operators, as far as it may be seen; in the
// console with its own address, and again after the index was made afresh.
import { openBrowser, openPage, quiet, screenshot, signIn } from './browser.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { check, equal, until } from './support.mjs';

const base = '/api/v1';
const support = 'support@demo.localhost';
const billing = 'billing@demo.localhost';

async function wrote(hub, from, subject, text, to = support) {
  const address = /<(.*)>/.exec(from)[1];
  await sendMail(hub.lmtpPort, address, to, plainMail({ from, to, subject, text, id: `${crypto.randomUUID()}@search.test` }), 'lmtp');
}
const asked = async (hub, words, options) => hub.get(`${base}/search?q=${encodeURIComponent(words)}`, options);
const subjects = async (hub, words, options) => (await asked(hub, words, options)).items.map((one) => one.conversation.subject).sort();

async function ground() {
  const hub = await Hub.create('search');
  await hub.start();
  const team_id = (await hub.get(`${base}/teams`)).items.find((one) => one.name === 'Billing').id;
  await hub.post(`${base}/inboxes`, { name: 'Billing', channel: 'email', address: billing, team_id });
  await wrote(hub, 'Mario Rossi <mario@search.test>', 'Ordine 4711', 'Buongiorno, vorrei sapere perché gli ordini non sono ancora arrivati alla gelateria.');
  await wrote(hub, 'Lea Weber <lea@search.test>', 'Machine', 'Hello, the ice cream machine is broken and our orders are waiting for somebody to repair it.');
  await wrote(hub, 'Lea Weber <lea@search.test>', 'Invoice', 'A secret of billing: the invoice is wrong, please send another one to our office.', billing);
  await until('the last message is found', async () => (await subjects(hub, 'secret')).length === 1);
  const [giulia, luca] = [await hub.tokenOf('giulia'), await hub.tokenOf('luca')];
  return { hub, giulia: { token: giulia.token }, luca: { token: luca.token } };
}

async function words({ hub }) {
  equal(await subjects(hub, 'perche'), ['Ordine 4711'], 'without its accent');
  equal(await subjects(hub, 'ordine'), ['Ordine 4711'], 'another ending, in Italian');
  equal(await subjects(hub, 'repairs'), ['Machine'], 'another ending, in English');
  equal(await subjects(hub, '"ice cream machine"'), ['Machine'], 'words one after the other');
  equal(await subjects(hub, '"cream ice"'), [], 'not in this order');
  equal(await subjects(hub, 'machine orders'), ['Machine'], 'all of the words');
  equal(await subjects(hub, 'gelat'), ['Ordine 4711'], 'the last one unfinished');
  equal(await subjects(hub, 'lea -machine'), ['Invoice'], 'without a word');
  equal(await subjects(hub, '4711'), ['Ordine 4711'], 'a number in the subject');
  equal((await asked(hub, 'perche')).items[0].snippet.filter((part) => part.hit).map((part) => part.text), ['perché'], 'what is marked');
}

async function operators({ hub }) {
  equal(await subjects(hub, 'from:mario'), ['Ordine 4711'], 'of somebody');
  equal(await subjects(hub, 'in:billing'), ['Invoice'], 'in an inbox');
  equal(await subjects(hub, 'orders channel:chat'), [], 'by another channel');
  equal(await subjects(hub, 'orders is:open after:2020-01-01'), ['Machine'], 'open, since then');
  equal(await subjects(hub, 'orders before:2020-01-01'), [], 'before that');
  equal((await asked(hub, 'lea')).people.map((one) => one.name), ['Lea Weber'], 'people as well');
  for (const wrong of ['in:nowhere', 'is:lost', 'before:yesterday', 'channel:pigeon']) {
    const answer = await hub.request('GET', `${base}/search?q=${encodeURIComponent(wrong)}`);
    equal([answer.status, answer.json.field], [422, 'q'], wrong);
    check(answer.json.detail.includes(wrong), `${wrong} is named: ${answer.json.detail}`);
  }
  for (const strange of ['"', '-', ':', '*', 'NEAR(', 'words:x', 'a OR b', '%', "'; DROP TABLE messages; --", '\u0301'])
    equal((await hub.request('GET', `${base}/search?q=${encodeURIComponent(strange)}`)).status, 200, strange);
}

async function visibility({ hub, giulia, luca }) {
  equal([await subjects(hub, 'secret', giulia), await subjects(hub, 'secret', luca)], [[], ['Invoice']], 'seen by her and by him');
  equal(await subjects(hub, 'from:lea', giulia), ['Machine'], 'of the same customer, what she may see');
}

async function paging({ hub }) {
  for (let n = 1; n <= 7; ++n) await wrote(hub, 'Page <page@search.test>', `Page ${n}`, 'The same words about pistachio in each of them.');
  await until('all are found', async () => (await subjects(hub, 'pistachio')).length === 7);
  const seen = [];
  let cursor = '';
  for (let pages = 0; pages < 10; ++pages) {
    const page = await hub.get(`${base}/search?q=pistachio&limit=3${cursor}`);
    seen.push(...page.items.map((one) => one.conversation.subject));
    if (!page.next) break;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
  equal(seen.sort(), [1, 2, 3, 4, 5, 6, 7].map((n) => `Page ${n}`), 'each once');
}

async function inTheConsole(at) {
  const { hub } = at;
  at.browser = await openBrowser();
  at.giulia = await openPage(at.browser, hub, '/app/all');
  const { page } = at.giulia;
  await signIn(page, hub.signIns().giulia);
  await page.click('[data-search-page]');
  await page.fill('[data-search]', 'repairs');
  await page.locator('mark:text-is("repair")').waitFor();
  equal(new URL(page.url()).search, '?q=repairs', 'the search has an address');
  await screenshot(page, 'search.png');
  await page.click('[data-hit]');
  await page.locator('.thread h1:text-is("Machine")').waitFor();
  await page.goBack();
  await page.locator('mark:text-is("repair")').waitFor();
  await page.fill('[data-search]', 'secret');
  await page.locator('main .meta:text-is("Nothing that you may see has these words.")').waitFor();
  await page.fill('[data-search]', 'lea');
  await page.locator('[data-found-customer]').first().waitFor();
  await page.reload();
  await page.locator('[data-found-customer]').first().waitFor();
}

async function madeAfresh({ hub }) {
  await hub.stop();
  equal((await hub.command('rebuild')).code, 0, 'the index is made afresh');
  await hub.start();
  await until('found again', async () => (await subjects(hub, 'perche')).length === 1);
  equal((await subjects(hub, 'pistachio')).length, 7, 'all of them');
}

export async function run(test) {
  const at = await ground();
  await test('by words', () => words(at));
  await test('by operators', () => operators(at));
  await test('what may be seen alone', () => visibility(at));
  await test('page by page, each once', () => paging(at));
  await test('in the console', () => inTheConsole(at));
  await test('no errors, nobody else is asked', () => quiet(at.giulia.seen, /status of (401|404)/, 'console'));
  await test('the index made afresh', () => madeAfresh(at));
}
