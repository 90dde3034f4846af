// The Mail page: how mailboxes stand, what has not left yet and why, and what could not be read.
// For supervisors; agents have no way to it.
import fs from 'node:fs';
import { openBrowser, openPage, quiet, screenshot, signIn } from './browser.mjs';
import { answer, asked, tryAgain, untilState } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { Dovecot } from './mail_servers.mjs';
import { Connected, mailTo } from './mailboxes.mjs';
import { ScriptedRelay } from './smtp_server.mjs';
import { check, equal, freePort, matches, until } from './support.mjs';

const base = '/api/v1';

async function ground() {
  const [dovecot, relay] = [await Dovecot.start(), await ScriptedRelay.start()];
  const hub = await Hub.create('mail-page');
  const email = { message_bytes_max: 200_000, relay: relay.url };
  hub.configure({ email });
  await hub.start();
  const browser = await openBrowser();
  const sara = await openPage(browser, hub, '/app/all');
  await signIn(sara.page, hub.signIns().sara);
  return { hub, dovecot, relay, browser, email, sara, page: sara.page };
}

const nothing = (page, words) => page.locator('.mail .meta', { hasText: words }).waitFor();
const row = (page, one) => page.locator(`[data-mailbox="${one.id}"]`);

async function empty({ page }) {
  await page.click('[data-mail-page]');
  await page.locator('.mail h1:text-is("Mail")').waitFor();
  equal(
    [new URL(page.url()).pathname, await page.title()],
    ['/app/mail', 'Mail – Sportello'],
    'where she is',
  );
  for (const words of [
    'No inbox is filled',
    'Everything has been sent',
    'Every mail could be read',
  ])
    await nothing(page, words);
  equal(
    await page.locator('nav [aria-current=page]').allInnerTexts(),
    ['Mail'],
    'the place that is marked',
  );
  await screenshot(page, 'mail-page-empty.png');
}

async function mailboxes(here) {
  const { hub, dovecot, page } = here;
  here.shop = await Connected.create(hub, dovecot, 'shop');
  const typo = await Connected.create(hub, dovecot, 'typo', { password: 'wrong' });
  const away = await Connected.create(hub, dovecot, 'away', { port: await freePort() });
  await here.shop.deliver('first', 'second');
  await here.shop.untilCame(2);
  await row(page, here.shop).and(page.locator('[data-state=waiting]')).waitFor();
  matches(
    await row(page, here.shop).innerText(),
    /Mailbox shop\s+watching\s+since .*\s2 mails$/s,
    'the one that is well',
  );
  await row(page, typo).and(page.locator('[data-state=refused]')).waitFor();
  matches(
    await row(page, typo).innerText(),
    /typo\s+refused\s+the server refuses the sign-in: .*FAILED.*– tried again after \d+ s/s,
    'the one that is refused',
  );
  await row(page, away).and(page.locator('[data-state=failing]')).waitFor();
  matches(
    await row(page, away).innerText(),
    /Mailbox away\s+failing\s+\S.*– tried again after \d+ s/s,
    'the one that is away',
  );
  await screenshot(page, 'mail-page-mailboxes.png');
  here.detail = await row(page, typo).innerText();
  await typo.change({ password: dovecot.password });
  await row(page, typo).and(page.locator('[data-state=waiting]')).waitFor();
}

async function waiting(here) {
  const { hub, relay, page, email } = here;
  relay.refused.set('bruno@customers.test', '450 4.2.1 the mailbox is busy');
  const conversation = await asked(hub, 'bruno');
  const sent = await answer(hub, conversation, { text: 'Wait for it.' });
  const planned = await answer(hub, await asked(hub, 'carla'), {
    text: 'Next year.',
    send_at: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const line = page.locator(`[data-outbox="${sent.id}"]`);
  await line.waitFor();
  await until('the attempt to be shown', async () => /1 so far/.test(await line.innerText()));
  matches(
    await line.innerText(),
    /Question of bruno[\s\S]*the relay asks to come back[\s\S]*next try .*, 1 so far/,
    'the row',
  );
  matches(
    await page.locator(`[data-outbox="${planned.id}"]`).innerText(),
    /Question of carla[\s\S]*leaves /,
    'the row of what was planned',
  );
  await screenshot(page, 'mail-page-waiting.png');
  await line.locator('a').click();
  await page.locator('.thread h1:text-is("Question of bruno")').waitFor();
  await page.goBack();
  await page.locator('.mail').waitFor();
  relay.refused.clear();
  hub.configure({ email });
  await tryAgain(hub);
  await untilState(hub, conversation, sent.id, 'sent');
  await line.waitFor({ state: 'detached' });
  equal(
    (await hub.request('POST', `${base}/messages/${planned.id}/take-back`)).status,
    200,
    'taking the other back',
  );
  await nothing(page, 'Everything has been sent');
}

const large = (name) => mailTo('shop', name, { text: `${name} ${'x'.repeat(76)}\n`.repeat(3000) });

async function quarantine(here) {
  const { hub, dovecot, page } = here;
  await dovecot.deliver('shop', [large('large-1'), large('large-2')]);
  const items = await until('two in quarantine', async () => {
    const { items: all } = await hub.get(`${base}/quarantine`);
    return all.length === 2 && all;
  });
  here.items = items;
  await page.reload();
  const first = page.locator(`[data-quarantined="${items[0].id}"]`);
  await first.waitFor();
  equal(await page.locator('[data-quarantined]').count(), 2, 'items');
  matches(
    await first.innerText(),
    /Mailbox shop[\s\S]*the mail has \d+ bytes, more than \[email\] message_bytes_max \(200000\)/,
    'the item',
  );
  await screenshot(page, 'mail-page-quarantine.png');
}

async function download({ hub, page, items: [item] }) {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`[data-quarantined="${item.id}"] a`).click(),
  ]);
  equal(file.suggestedFilename(), `quarantine-${item.id}.eml`, 'the name of the file');
  const text = fs.readFileSync(await file.path(), 'utf8');
  matches(text, /^Subject: Mail large-1\r?$/m, 'its header');
  equal(
    text,
    (await hub.request('GET', `${base}/quarantine/${item.id}/raw`)).text,
    'the file and the API',
  );
}

// Only its header is here: there is nothing to make a message of, and nothing is thrown away.
async function readAgain({ hub, page, items: [item] }) {
  const line = page.locator(`[data-quarantined="${item.id}"]`);
  await line.locator('[data-reprocess]').click();
  await line.locator('.problem', { hasText: 'only its header is here' }).waitFor();
  equal((await hub.get(`${base}/quarantine`)).items.length, 2, 'what is left');
  await line.locator('[data-put-aside]').click();
  await line.waitFor({ state: 'detached' });
}

async function putAside({ hub, page, items: [, item] }) {
  await page.locator(`[data-quarantined="${item.id}"] [data-put-aside]`).click();
  await nothing(page, 'Every mail could be read');
  equal((await hub.get(`${base}/quarantine`)).items, [], 'what is left');
  check(
    !(await hub.conversations()).some((one) => one.subject === 'Mail large-2'),
    'it is no conversation',
  );
}

// Somebody else was faster.
async function gone(here) {
  const { hub, dovecot, page } = here;
  await dovecot.deliver('shop', [large('large-3')]);
  const item = await until(
    'one in quarantine',
    async () => (await hub.get(`${base}/quarantine`)).items[0],
  );
  await page.reload();
  const line = page.locator(`[data-quarantined="${item.id}"]`);
  await line.waitFor();
  equal(
    (await hub.request('DELETE', `${base}/quarantine/${item.id}`)).status,
    200,
    'putting it aside elsewhere',
  );
  await line.locator('[data-reprocess]').click();
  await line.locator('[role=alert]', { hasText: /\S/ }).waitFor();
  await screenshot(page, 'mail-page-gone.png');
}

// What comes while she looks at the page.
async function live(here) {
  const { hub, dovecot, page } = here;
  await page.reload();
  await nothing(page, 'Every mail could be read');
  await dovecot.deliver('shop', [large('large-4')]);
  const item = await until(
    'one in quarantine',
    async () => (await hub.get(`${base}/quarantine`)).items[0],
  );
  await page.locator(`[data-quarantined="${item.id}"]`).waitFor();
}

async function back({ page }) {
  await page.click('nav a[href="/app/all"]');
  await page.locator('[role=listbox]').waitFor();
  equal(await page.locator('.mail').count(), 0, 'Mail pages');
  await page.goBack();
  await page.locator('.mail').waitFor();
}

async function narrow({ page }) {
  await page.setViewportSize({ width: 420, height: 800 });
  await screenshot(page, 'mail-page-narrow.png');
  const over = await page.evaluate(() =>
    [document.documentElement, document.querySelector('.mail')].map(
      (one) => one.scrollWidth - one.clientWidth,
    ),
  );
  await page.setViewportSize({ width: 1360, height: 860 });
  equal(over, [0, 0], 'pixels that the window and the page are too wide');
}

async function spaces({ detail }) {
  matches(detail, /Authentication failed\. – tried again/, 'a space between two sentences');
}

async function agents({ hub, browser }) {
  for (const name of ['giulia', 'luca']) {
    const { page } = await openPage(browser, hub, '/app/all');
    await signIn(page, hub.signIns()[name]);
    equal(await page.locator('[data-mail-page]').count(), 0, `links for ${name}`);
    const { token } = await hub.tokenOf(name);
    for (const target of ['mailboxes', 'outbox', 'quarantine'])
      equal(
        (await hub.request('GET', `${base}/${target}`, { token })).status,
        403,
        `${target} for ${name}`,
      );
    await page.context().close();
  }
}

async function byAddress({ hub, browser }) {
  const { page } = await openPage(browser, hub, '/app/all');
  await signIn(page, hub.signIns().giulia);
  await page.goto(`${hub.url}/app/mail`);
  await page.waitForSelector('[data-status=live]', { state: 'attached' });
  await screenshot(page, 'mail-page-agent.png');
  equal(await page.locator('.mail').count(), 0, 'Mail pages for an agent who types the address');
}

export async function run(test) {
  const here = await ground();
  if (!(await test('a supervisor finds an empty page', () => empty(here)))) return;
  await test('mailboxes and their states', () => mailboxes(here));
  await test('what has not left yet', () => waiting(here));
  if (await test('what could not be read', () => quarantine(here))) {
    await test('download', () => download(here));
    await test('read again', () => readAgain(here));
    await test('put aside', () => putAside(here));
    await test('somebody else was faster', () => gone(here));
    await test('what comes while she looks', () => live(here));
  }
  await test('back to the inbox and here again', () => back(here));
  await test('it fits into a narrow window', () => narrow(here));
  await test('what is said is spelt well', () => spaces(here));
  await test('agents have no such link', () => agents(here));
  await test('agents have no such page', () => byAddress(here));
  await test('no errors, nobody else is asked', () => quiet(here.sara.seen, /status of (401|404|422)/, 'console'));
}
