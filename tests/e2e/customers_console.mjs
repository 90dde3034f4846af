// Customers as agents meet them in the console: the panel beside a conversation, duplicates merged and taken apart by a
// click, the Customers page with its timeline, and what other consoles see of it without a reload.
import { openBrowser, openConversation, openPage, openView, quiet, screenshot, signIn } from './browser.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { check, equal, matches, until } from './support.mjs';

const base = '/api/v1';
const contacts = `${base}/contacts`;
const support = 'support@demo.localhost';
const wide = { width: 1280, height: 860 };
const narrow = { width: 800, height: 860 };

// Giulia twice: the second console is hers, on another screen. Sara is her supervisor.
async function ground() {
  const hub = await Hub.create('customers-console');
  await hub.start();
  const browser = await openBrowser();
  const at = { hub, browser };
  for (const [name, who] of [['first', 'giulia'], ['second', 'giulia'], ['sara', 'sara']]) {
    at[name] = await openPage(browser, hub, '/app/all', wide);
    await signIn(at[name].page, hub.signIns()[who]);
  }
  return { ...at, page: at.first.page, other: at.second.page };
}

async function wrote({ hub }, name, address, subject, text = `This is about ${subject}.`) {
  await sendMail(hub.lmtpPort, address, support, plainMail({ from: `${name} <${address}>`, to: support, subject,
    id: `${crypto.randomUUID()}@customers.test`, text }), 'lmtp');
  return until(`the conversation ${subject}`, async () => (await hub.conversations()).find((one) => one.subject === subject));
}
const person = ({ hub }, id) => hub.get(`${contacts}/${id}`);
const panel = (page) => page.locator('aside');
const field = (scope, name) => scope.locator(`[data-field=${name}]`);
const entries = (scope) => scope.locator('[data-timeline] li');
const entry = (scope, words) => entries(scope).filter({ hasText: words });
const identities = (scope) => scope.locator('[data-identity]').evaluateAll((all) => all.map((one) => one.dataset.identity));
const listed = (page) => page.locator('[data-customer]');
const complaints = (scope) => scope.locator('[role=alert]').filter({ hasText: /\S/ });
const reminder = (page, words) => page.locator('[data-reminder]', { hasText: words });
const kept = (at, id, name, value) =>
  until(`${name} to be kept as ${value}`, async () => (await person(at, id)).fields[name]?.value === value);

async function opened(page, conversation) {
  await openView(page, 'all');
  await openConversation(page, conversation.id);
  await field(panel(page), 'city').waitFor();
}
async function openCustomer(page, { id }) {
  await page.click('[data-customers-page]');
  await page.locator('main .choose').waitFor();
  await page.fill('#list-search', 'marta');
  await page.click(`[data-customer="${id}"]`);
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
}
const titleOf = async (page) => (await page.title()).replace(/^\(\d+\) /, '');
const folded = async (scope, words) => {
  const details = scope.locator('details', { has: scope.page().locator(`summary:text-is("${words}")`) });
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  return details;
};
// "2026-11-22T17:05" where the page is.
const localMinute = (page, plusMinutes = 0) => page.evaluate((plus) => {
  const at = new Date(Date.now() + plus * 60_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}, plusMinutes);

// --- the panel
async function whoWrote(at) {
  const { page } = at;
  at.mail = await wrote(at, 'Marta Verdi', 'marta@pasticceria-verdi.test', 'Cones for June', 'We need 400 cones – perché no.');
  await page.locator('[data-conversation]', { hasText: 'Cones for June' }).waitFor();
  await opened(page, at.mail);
  at.id = at.mail.contact.id;
  equal(await panel(page).locator('h2').innerText(), 'Marta Verdi', 'the name');
  equal(await identities(panel(page)), ['marta@pasticceria-verdi.test'], 'how she is reached');
  equal(await field(panel(page), 'name').inputValue(), 'Marta Verdi', 'the name as a field');
  matches(await field(panel(page), 'name').getAttribute('title'), /as it came with a message/, 'where the name comes from');
  await entry(panel(page), 'We need 400 cones').waitFor();
  await screenshot(page, 'customer-panel-1280.png');
}

async function editedInPlace(at) {
  const { page, id } = at;
  const city = field(panel(page), 'city');
  await city.fill('Bolzano');
  await city.blur();
  await kept(at, id, 'city', 'Bolzano');
  await field(panel(page), 'segment').fill('pastry shop');
  await field(panel(page), 'segment').press('Enter');
  await kept(at, id, 'segment', 'pastry shop');
  await until('the origin', async () => /entered by hand \(Giulia Ferri\)/.test(await city.getAttribute('title')));
  await page.reload();
  await city.waitFor();
  equal([await city.inputValue(), await field(panel(page), 'segment').inputValue()], ['Bolzano', 'pastry shop'], 'after a reload');
  await panel(page).locator('.meta', { hasText: 'pastry shop' }).first().waitFor();
}

async function escapeTakesBack(at) {
  const { page, id } = at;
  const city = field(panel(page), 'city');
  const before = await person(at, id);
  await city.fill('Atlantis');
  await city.press('Escape');
  equal(await city.inputValue(), 'Bolzano', 'what stands there');
  check(await city.evaluate((element) => element !== document.activeElement), 'the field is left');
  equal(await page.locator('.thread h1').innerText(), 'Cones for June', 'the conversation is still open');
  await field(panel(page), 'relationship').fill('account'); // what comes later is kept
  await field(panel(page), 'relationship').blur();
  await kept(at, id, 'relationship', 'account');
  equal((await person(at, id)).fields.city, before.fields.city, 'what is kept');
}

async function refusedValue(at) {
  const { page } = at;
  const language = field(panel(page), 'language');
  await language.fill('klingon!');
  await language.blur();
  const complaint = complaints(panel(page));
  await complaint.waitFor();
  matches(await complaint.innerText(), /must be a language like "it"/, 'what is wrong');
  equal(await language.inputValue(), 'klingon!', 'what she typed stays to be corrected');
  await language.fill('it');
  await language.blur();
  await complaint.waitFor({ state: 'detached' });
  await kept(at, at.id, 'language', 'it');
}
async function complaintTakenBack({ page }) {
  const language = field(panel(page), 'language');
  await language.fill('klingon!');
  await language.blur();
  await complaints(panel(page)).waitFor();
  await language.press('Escape');
  equal(await language.inputValue(), 'it', 'what stands there');
  try {
    await complaints(panel(page)).waitFor({ state: 'detached', timeout: 3000 });
  } finally {
    await page.reload();
    await language.waitFor();
  }
}

async function addAddress(page, kind, value) {
  const form = await folded(panel(page), 'Add an address or number');
  await form.locator('select').selectOption(kind);
  await form.locator('input').fill(value);
  await form.locator('button').click();
}
async function phoneNumber(at) {
  const { page, id } = at;
  await addAddress(page, 'phone', 'call me');
  matches(await complaints(panel(page)).innerText(), /must be a telephone number; outside IT begin with \+/, 'what is wrong');
  await addAddress(page, 'phone', '0471 12 34-56');
  await panel(page).locator('a[href="tel:+390471123456"]').waitFor();
  await complaints(panel(page)).waitFor({ state: 'detached' });
  equal(await identities(panel(page)), ['marta@pasticceria-verdi.test', '+390471123456'], 'how she is reached');
  equal((await person(at, id)).identities.at(-1).source, 'agent', 'where the number comes from');
  at.nino = await wrote(at, 'Nino Rossi', 'nino@rossi.test', 'Of Nino');
  await addAddress(page, 'email', 'nino@rossi.test');
  matches(await complaints(panel(page)).innerText(), new RegExp(`nino@rossi.test belongs to contact ${at.nino.contact.id}; merge`), 'whose it is, and the cure');
  await addAddress(page, 'email', 'orders@pasticceria-verdi.test');
  await panel(page).locator('[data-identity="orders@pasticceria-verdi.test"]').waitFor();
  await panel(page).locator('[data-identity="orders@pasticceria-verdi.test"] button[aria-label^="Take away"]').click();
  await panel(page).locator('[data-identity="orders@pasticceria-verdi.test"]').waitFor({ state: 'detached' });
}

// --- two consoles
async function seenElsewhere(at) {
  const { page, other, mail } = at;
  await opened(other, mail);
  equal(await field(panel(other), 'city').inputValue(), 'Bolzano', 'what the second console shows');
  await field(panel(page), 'city').fill('Merano');
  await field(panel(page), 'city').blur();
  await until('the town in the second console', async () => (await field(panel(other), 'city').inputValue()) === 'Merano');
}
async function addressSeenElsewhere(at) {
  const { page, other } = at;
  await addAddress(page, 'phone', '333 9876543');
  await panel(page).locator('[data-identity="+393339876543"]').waitFor();
  await panel(other).locator('[data-identity="+393339876543"]').waitFor({ timeout: 5000 });
}

async function typingStays(at) {
  const { hub, page, id, mail } = at;
  await opened(page, mail);
  const city = field(panel(page), 'city');
  await city.fill('Half a na');
  await hub.post(`${contacts}/${id}/notes`, { text: 'Something new while she types.' });
  await entry(panel(page), 'Something new while she types.').waitFor();
  equal(await city.inputValue(), 'Half a na', 'what she is typing');
  await city.press('Escape');
}

// --- answers that come late: the panel tells of the customer whose conversation is open, and of nobody else
async function hold(page, method, id) {
  let free;
  const freed = new Promise((resolve) => (free = resolve));
  const url = (one) => one.pathname === `${contacts}/${id}`;
  const asked = page.waitForRequest((request) => url(new URL(request.url())) && request.method() === method);
  await page.route(url, async (route) => {
    if (route.request().method() === method) await freed;
    await route.continue().catch(() => {});
  });
  const release = async () => {
    const answered = page.waitForResponse((response) => url(new URL(response.url())) && response.request().method() === method);
    free();
    await (await answered).finished();
    await page.unroute(url);
  };
  return { asked, release };
}
// Every name that is shown from now on, until a note about Nino has come, which is later than all that was asked before.
async function namesUntilNote({ hub, page, nino }, selector, scope, change) {
  await page.evaluate((watched) => {
    window.names = new Set();
    const look = () => {
      const shown = document.querySelector(watched)?.textContent;
      if (shown) window.names.add(shown);
    };
    window.watcher = new MutationObserver(look);
    window.watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  }, selector);
  await change();
  const text = `A note, ${crypto.randomUUID()}`;
  await hub.post(`${contacts}/${nino.contact.id}/notes`, { text });
  await entry(scope, text).waitFor();
  return page.evaluate(() => (window.watcher.disconnect(), [...window.names]));
}

const openNino = async ({ page, nino }) => {
  await page.click(`[data-conversation="${nino.id}"]`);
  await page.locator('.thread h1:text-is("Of Nino")').waitFor();
};

async function nobodyElseBeside(at) {
  const { page, mail, nino } = at;
  await opened(page, mail);
  const held = await hold(page, 'GET', nino.contact.id);
  await openNino(at);
  await held.asked;
  const shown = [await panel(page).locator('h2').innerText(), await identities(panel(page))];
  await held.release();
  equal(shown[0], 'Nino Rossi', 'the name beside his conversation, before more is known of him');
  equal(shown[1].filter((one) => one !== 'nino@rossi.test'), [], 'addresses of somebody else');
}
async function lateAnswer(at) {
  const { page, id, mail } = at;
  await openView(page, 'all');
  const held = await hold(page, 'GET', id);
  await page.click(`[data-conversation="${mail.id}"]`);
  await held.asked;
  await openNino(at);
  await panel(page).locator('[data-identity="nino@rossi.test"]').waitFor();
  equal(await namesUntilNote(at, 'aside h2', panel(page), held.release), ['Nino Rossi'], 'names beside his conversation');
}
async function lateKeeping(at) {
  const { page, id, mail } = at;
  await opened(page, mail);
  const held = await hold(page, 'PATCH', id);
  await field(panel(page), 'city').fill('Laives');
  await openNino(at); // leaving the field keeps it
  await held.asked;
  await panel(page).locator('[data-identity="nino@rossi.test"]').waitFor();
  const names = await namesUntilNote(at, 'aside h2', panel(page), held.release);
  await kept(at, id, 'city', 'Laives');
  equal(names, ['Nino Rossi'], 'names beside his conversation');
}
async function lateOnThePage(at) {
  const { page, id, nino } = at;
  await page.click('[data-customers-page]');
  await page.fill('#list-search', '');
  await listed(page).nth(1).waitFor();
  const held = await hold(page, 'GET', id);
  await page.click(`[data-customer="${id}"]`);
  await held.asked;
  await page.click(`[data-customer="${nino.contact.id}"]`);
  await page.locator('main h1:text-is("Nino Rossi")').waitFor();
  equal(await namesUntilNote(at, 'main h1', page.locator('main'), held.release), ['Nino Rossi'], 'names on his page');
}

// --- duplicates
async function suggested(at) {
  const { page } = at;
  at.second_mail = await wrote(at, 'Marta Verdi', 'm.verdi@pasticceria-verdi.test', 'Flavours of July', 'Pistachio, please.');
  at.second_id = at.second_mail.contact.id;
  await opened(page, at.second_mail);
  const candidate = panel(page).locator(`[data-candidate="${at.id}"]`);
  await candidate.waitFor();
  matches(await candidate.innerText(), /Marta Verdi\s+\d\d % sure – same name, same company/, 'what is suggested, and why');
  await opened(page, at.mail);
  await panel(page).locator(`[data-candidate="${at.second_id}"]`).waitFor();
  await panel(page).locator(`[data-candidate="${at.second_id}"]`).scrollIntoViewIfNeeded();
  await screenshot(page, 'customer-duplicates.png');
}

async function mergedByClick(at) {
  const { page, id, second_id } = at;
  await panel(page).locator(`[data-candidate="${second_id}"] button`).click();
  await panel(page).locator(`[data-unmerge="${second_id}"]`).waitFor();
  for (const words of ['We need 400 cones', 'Pistachio, please.']) await entry(panel(page), words).waitFor();
  check((await identities(panel(page))).includes('m.verdi@pasticceria-verdi.test'), 'her other address');
  equal(await panel(page).locator('[data-candidate]').count(), 0, 'candidates that are left');
  equal((await person(at, second_id)).id, id, 'one person');
  await opened(page, at.second_mail);
  await panel(page).locator(`[data-unmerge="${second_id}"]`).waitFor();
  equal(await field(panel(page), 'city').inputValue(), (await person(at, id)).fields.city.value, 'her town beside the other conversation');
  await panel(page).locator('[data-unmerge]').scrollIntoViewIfNeeded();
  await screenshot(page, 'customer-merged.png');
}

// The second console has had the first conversation open all the time.
async function mergeSeenElsewhere({ other, second_id }) {
  await panel(other).locator(`[data-unmerge="${second_id}"]`).waitFor({ timeout: 5000 });
  await entry(panel(other), 'Pistachio, please.').waitFor({ timeout: 5000 });
}

async function apartAgain(at) {
  const { page, other, id, second_id, mail } = at;
  await other.reload();
  await panel(other).locator(`[data-unmerge="${second_id}"]`).waitFor();
  await opened(page, mail);
  await entry(panel(page), 'Pistachio, please.').waitFor();
  await panel(page).locator(`[data-unmerge="${second_id}"]`).click();
  await panel(page).locator('[data-unmerge]').waitFor({ state: 'detached' });
  equal((await person(at, second_id)).id, second_id, 'two again');
  equal((await person(at, id)).records.length, 1, 'records of the one');
  await panel(page).locator('[data-identity="marta@pasticceria-verdi.test"]').waitFor();
  await panel(page).locator('[data-identity="m.verdi@pasticceria-verdi.test"]').waitFor({ state: 'detached' });
  await panel(page).locator(`[data-candidate="${second_id}"]`).waitFor();
}
// What is the other one's is not shown beside this one any more.
async function timelineApart({ page }) {
  await entry(panel(page), 'We need 400 cones').waitFor();
  await entry(panel(page), 'Pistachio, please.').waitFor({ state: 'detached', timeout: 5000 });
}
async function apartSeenElsewhere({ other, second_id }) {
  await panel(other).locator(`[data-candidate="${second_id}"]`).waitFor({ timeout: 5000 });
  await entry(panel(other), 'Pistachio, please.').waitFor({ state: 'detached', timeout: 5000 });
}

// --- the page
async function searchAndOpen(at) {
  const { hub, page, id } = at;
  await hub.post(contacts, { name: 'Niccolò Perché', identities: [{ kind: 'phone', value: '0471 700 800' }] });
  await page.click('[data-customers-page]');
  equal([new URL(page.url()).pathname, await titleOf(page)], ['/app/customers', 'Customers – Sportello'], 'where she is');
  equal(await page.locator('nav [aria-current=page]').allInnerTexts(), ['Customers'], 'the place that is marked');
  await listed(page).nth(2).waitFor();
  for (const [words, names] of [['perche', ['Niccolò Perché']], ['VERDI', ['Marta Verdi', 'Marta Verdi']], ['nino@', ['Nino Rossi']], ['+390471700', ['Niccolò Perché']], ['nobody at all', []]]) {
    await page.fill('#list-search', words);
    await until(`who is found by ${words}`, async () =>
      JSON.stringify(await listed(page).locator('strong').allInnerTexts()) === JSON.stringify(names));
  }
  await page.locator('section.list :text("Nobody of that name or address.")').waitFor();
  await page.fill('#list-search', 'marta');
  await page.click(`[data-customer="${id}"]`);
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
  equal(new URL(page.url()).pathname, `/app/customers/${id}`, 'the address of the page');
  equal(await listed(page).and(page.locator('[aria-current=page]')).getAttribute('data-customer'), id, 'who is marked in the list');
  equal(await field(page.locator('main'), 'relationship').inputValue(), 'account', 'what is known');
  await entry(page.locator('main'), 'We need 400 cones').waitFor();
  await screenshot(page, 'customer-page-1280.png');
  await page.reload();
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
  await page.goBack();
  await page.locator('main .choose').waitFor();
  await page.goForward();
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
}

async function italianAddress(at) {
  const { page, id } = at;
  await openCustomer(page, at);
  const main = page.locator('main');
  for (const [name, value] of [['street', 'P.zza Walther 1'], ['postal_code', '39100'], ['province', 'TN']]) {
    await field(main, name).fill(value);
    await field(main, name).blur();
    await kept(at, id, name, value);
  }
  await main.locator('button:text-is("Use “Piazza Walther 1”")').waitFor();
  await field(main, 'street').scrollIntoViewIfNeeded();
  await screenshot(page, 'customer-page-address.png');
  await main.locator('button:text-is("Use “Piazza Walther 1”")').click();
  await kept(at, id, 'street', 'Piazza Walther 1');
  await until('what was proposed to stand there', async () => (await field(main, 'street').inputValue()) === 'Piazza Walther 1');
  await main.locator('button:text-is("Use “BZ”")').click();
  await kept(at, id, 'province', 'BZ');
  await main.locator('.finding').first().waitFor({ state: 'detached' });
}

const times = (page) => page.locator('main [data-timeline] time').evaluateAll((all) => all.map((one) => one.dateTime));
async function timelineFilter(at) {
  const { hub, page, id } = at;
  await openCustomer(page, at);
  await hub.post(`${contacts}/${id}/notes`, { text: 'Speaks on the phone only before nine.' });
  const main = page.locator('main');
  await entry(main, 'before nine').waitFor();
  const group = (words) => main.locator('.filter label', { hasText: words }).locator('input');
  await group(/^\s*messages/).uncheck();
  await entry(main, 'We need 400 cones').waitFor({ state: 'detached' });
  await entry(main, 'before nine').waitFor();
  await group(/^\s*profile/).check();
  await main.locator('[data-entry=contact_fields_changed]').first().waitFor();
  await group(/^\s*messages/).check();
  await entry(main, 'We need 400 cones').waitFor();
  await group(/^\s*profile/).uncheck();
  await main.locator('[data-entry=contact_fields_changed]').first().waitFor({ state: 'detached' });
  const newest = await times(page);
  equal(newest, [...newest].sort().reverse(), 'the newest first');
  check(newest.length > 2, 'entries');
  await main.getByLabel('Order').selectOption('oldest');
  await until('the oldest first', async () => JSON.stringify(await times(page)) === JSON.stringify([...newest].sort()));
  await main.getByLabel('Channel').selectOption('chat');
  await main.locator(':text("Nothing else is known yet.")').waitFor();
  await main.getByLabel('Channel').selectOption('email');
  await entry(main, 'We need 400 cones').waitFor();
  equal(await entry(main, 'before nine').count(), 0, 'notes by mail');
  await main.getByLabel('Channel').selectOption('');
  await main.getByLabel('Order').selectOption('newest');
  await main.getByLabel('Go to').fill('2026-01-01');
  await main.locator(':text("Nothing else is known yet.")').waitFor();
  await main.getByLabel('Order').selectOption('oldest');
  await entry(main, 'We need 400 cones').waitFor();
  await main.getByLabel('Go to').fill('');
  await main.getByLabel('Order').selectOption('newest');
  await entry(main, 'before nine').waitFor();
  await entry(main, 'We need 400 cones').locator('button:text-is("Show it")').click();
  await page.locator('.thread h1:text-is("Cones for June")').waitFor();
  await page.goBack();
  await main.locator('h1:text-is("Marta Verdi")').waitFor();
}

// "Go to" a day means the agent's own day: in the first and in the last zone of the world, at any hour.
async function dayOfTheAgent({ hub, browser, first, id }) {
  const wrong = [];
  for (const timezoneId of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const context = await browser.newContext({ viewport: wide, locale: 'en-GB', timezoneId, storageState: await first.context.storageState() });
    const page = await context.newPage();
    await page.goto(`${hub.url}/app/customers/${id}`);
    const main = page.locator('main');
    await entry(main, 'We need 400 cones').waitFor();
    const today = (await localMinute(page)).slice(0, 10);
    for (const order of ['newest', 'oldest']) {
      await main.getByLabel('Order').selectOption(order);
      await entry(main, 'We need 400 cones').waitFor();
      const answered = page.waitForResponse((response) => /timeline\?.*at=/.test(response.url()));
      await main.getByLabel('Go to').fill(today);
      const { items } = await (await answered).json();
      if (!items.some((one) => one.kind === 'message_received')) wrong.push(`${timezoneId}, ${order} first`);
      await main.getByLabel('Go to').fill('');
      await entry(main, 'We need 400 cones').waitFor();
    }
    await context.close();
  }
  equal(wrong, [], 'where the mail of today does not stand under today');
}

async function apartOnThePage(at) {
  const { page, id, second_id } = at;
  await openCustomer(page, at);
  const main = page.locator('main');
  await main.locator(`[data-candidate="${second_id}"] button`).click();
  await entry(main, 'Pistachio, please.').waitFor();
  await main.locator(`[data-unmerge="${second_id}"]`).click();
  await until('two again', async () => (await person(at, id)).records.length === 1);
  await main.locator('[data-unmerge]').waitFor({ state: 'detached' });
  equal(new URL(page.url()).pathname, `/app/customers/${id}`, 'the customer that she had opened');
  await entry(main, 'Pistachio, please.').waitFor({ state: 'detached', timeout: 5000 });
}

// --- what is to be done
async function plan(page, kind, words, due) {
  const form = await folded(page.locator('main'), 'Plan something');
  await form.locator('select').selectOption(kind);
  await form.locator('input[type=datetime-local]').fill(due);
  await form.getByLabel('What').fill(words);
  await form.locator('button').click();
}
async function reminded(at) {
  const { hub, page, other, id, second_mail } = at;
  await opened(other, second_mail);
  await openCustomer(page, at);
  await plan(page, 'call', 'ask for the size', await localMinute(page));
  for (const one of [other, page]) {
    await reminder(one, 'ask for the size').waitFor();
    matches(await reminder(one, 'ask for the size').innerText(), /^Due now – Call: ask for the size/, 'the bar');
  }
  await page.locator('main [data-follow-up]', { hasText: 'ask for the size' }).waitFor();
  equal(await reminder(at.sara.page, 'ask for the size').count(), 0, 'bars of another agent');
  await entry(page.locator('main'), 'ask for the size').first().waitFor();
  await screenshot(other, 'customer-reminder.png');
  await reminder(other, 'ask for the size').locator('button').first().click();
  await other.locator('main h1:text-is("Marta Verdi")').waitFor();
  equal(new URL(other.url()).pathname, `/app/customers/${id}`, 'where the bar leads');
  await reminder(other, 'ask for the size').locator('button:text-is("Done")').click();
  await reminder(other, 'ask for the size').waitFor({ state: 'detached' });
  const done = (await hub.all(`${base}/follow-ups?state=done`)).map((one) => one.text);
  equal(done, ['ask for the size'], 'what is done');
  await page.locator('main [data-follow-up]', { hasText: 'ask for the size' }).waitFor({ state: 'detached' });
}
// What is done is done in every console of hers, wherever she said so.
async function planned(at, words) {
  await openCustomer(at.page, at);
  await plan(at.page, 'task', words, await localMinute(at.page));
  for (const one of [at.page, at.other]) await reminder(one, words).waitFor();
}
async function doneInTheBar(at) {
  await planned(at, 'send the catalogue');
  await reminder(at.other, 'send the catalogue').locator('button:text-is("Done")').click();
  for (const one of [at.other, at.page]) await reminder(one, 'send the catalogue').waitFor({ state: 'detached', timeout: 5000 });
}
async function doneInTheList(at) {
  const { page, other } = at;
  await planned(at, 'send the prices');
  const listed = page.locator('main [data-follow-up]', { hasText: 'send the prices' });
  await listed.locator('button:text-is("Done")').click();
  await listed.waitFor({ state: 'detached' });
  for (const one of [page, other]) await reminder(one, 'send the prices').waitFor({ state: 'detached', timeout: 5000 });
}
async function dueAfterReload(at) {
  const { page } = at;
  await openCustomer(page, at);
  await plan(page, 'visit', 'bring the samples', await localMinute(page));
  await plan(page, 'visit', 'bring the invoice', await localMinute(page, 60));
  await reminder(page, 'bring the samples').waitFor();
  await page.reload();
  await reminder(page, 'bring the samples').waitFor();
  equal(await reminder(page, 'bring the invoice').count(), 0, 'bars of what is due in an hour');
  await reminder(page, 'bring the samples').locator('button:text-is("Done")').click();
}

async function notesElsewhere(at) {
  const { page, other, mail } = at;
  await opened(other, mail);
  await openCustomer(page, at);
  const form = await folded(page.locator('main'), 'Note, or what happened elsewhere');
  await form.locator('textarea').fill('Her son takes over in May.');
  await form.locator('button').click();
  for (const scope of [page.locator('main'), panel(other)]) await entry(scope, 'Her son takes over in May.').waitFor();
  equal(await form.locator('textarea').inputValue(), '', 'what is left in the form');
  await form.locator('select').selectOption('call');
  await form.getByLabel('Outcome').fill('ordered 12 kg');
  await form.locator('textarea').fill('Called back at ten.');
  await form.locator('button').click();
  for (const scope of [page.locator('main'), panel(other)]) await entry(scope, 'ordered 12 kg – Called back at ten.').waitFor();
}

// --- made, and written to
async function newCustomer(at) {
  const { hub, page } = at;
  await page.click('[data-customers-page]');
  await page.fill('#list-search', 'Rosa Nuova');
  await page.locator('section.list :text("Nobody of that name")').waitFor();
  await page.click('[data-new-customer]');
  await page.locator('main h1:text-is("Rosa Nuova")').waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1);
  equal((await hub.get(`${contacts}/${id}`)).name, 'Rosa Nuova', 'who was made');
  await page.locator(`[data-customer="${id}"][aria-current=page]`).waitFor();
  equal(await page.locator('main [data-field=name]').inputValue(), 'Rosa Nuova', 'her name');
}

async function writeToHer(at) {
  const { page, mail } = at;
  await opened(page, mail);
  await panel(page).locator('[data-identity="marta@pasticceria-verdi.test"] button').first().click();
  const dialog = page.locator('dialog');
  await until('the recipient', async () => (await dialog.locator('[data-recipients=to]').inputValue()) === 'marta@pasticceria-verdi.test');
  await dialog.locator('button:text-is("Cancel")').click();
  await dialog.waitFor({ state: 'detached' });
  equal((await at.hub.request('PATCH', `${contacts}/${at.id}`, { body: { do_not_contact: true } })).status, 200, 'she asked not to be contacted');
  await panel(page).locator(':text("Asked not to be contacted")').waitFor();
  const address = panel(page).locator('[data-identity="marta@pasticceria-verdi.test"]');
  equal(await address.locator('button:has-text("marta@")').count(), 0, 'buttons that write first');
  equal(await page.locator('.composer textarea').isEnabled(), true, 'the composer for an answer');
  await page.click('[data-new-mail]');
  await dialog.locator('[data-recipients=to]').fill('marta@pasticceria-verdi.test');
  await dialog.locator('[data-recipients=to]').blur();
  await dialog.locator('input[name=subject]').fill('News');
  await dialog.locator('textarea').fill('Ice!');
  await dialog.locator('[data-send-new]').click();
  await dialog.locator('[role=alert]:has-text("asked not to be contacted; change that")').waitFor();
  await dialog.locator('button:text-is("Cancel")').click();
  await at.hub.request('PATCH', `${contacts}/${at.id}`, { body: { do_not_contact: false } });
  await address.locator('button:has-text("marta@")').waitFor();
}

// Keys of the list mean its rows; on another page there are none.
async function keysOnThePage(at) {
  const { page, id } = at;
  await openCustomer(page, at);
  await page.locator('main h1').click();
  for (const key of ['j', 'k']) await page.keyboard.press(key);
  equal(new URL(page.url()).pathname, `/app/customers/${id}`, 'where she still is');
  await page.keyboard.press('/');
  await until('the search to have the focus', () => page.evaluate(() => document.activeElement?.id === 'list-search'));
}

// --- Italian, and a narrow screen
const english = /\b(Customers?|Customer panel|Timeline|Filter|Find|Done|Plan|Kind|Outcome|Keep|Note|Merge|sure|same|Town|Street|Province|Due|Perhaps|Reached|Take|Show|newest|oldest|channel|messages|known|Nothing|the|is|abbreviated|belongs|written)\b/;
async function inItalian(at) {
  const { hub, page, id } = at;
  await openCustomer(page, at);
  await page.getByLabel('Language', { exact: true }).first().selectOption('it');
  await page.locator('nav a:text-is("Clienti")').waitFor();
  equal(await titleOf(page), 'Clienti – Sportello', 'the title');
  await page.locator('main summary:text-is("Filtra")').waitFor();
  const labels = await page.locator('main label, main h1, main h2, main h3, main summary, main button, section.list button, nav a').allInnerTexts();
  equal(labels.filter((text) => english.test(text)), [], 'English words');
  const made = await until('the words of the entries', async () => {
    const texts = await page.locator('main [data-timeline] li > div').allInnerTexts();
    return texts.length > 3 && texts;
  });
  equal(made.filter((text) => english.test(text)), [], 'English words in the timeline');
  equal(await page.locator('#list-search').getAttribute('placeholder'), 'Nome, e-mail o numero', 'the search');
  await screenshot(page, 'customer-page-italian.png');
  const owner_id = (await hub.get(`${base}/agents`)).items.find((one) => one.name === 'Giulia Ferri').id;
  await hub.post(`${contacts}/${id}/follow-ups`, { kind: 'visit', text: 'portare i campioni', due_at: new Date().toISOString(), owner_id });
  await reminder(page, 'portare i campioni').waitFor();
  matches(await reminder(page, 'portare i campioni').innerText(), /^In scadenza – Visita: portare i campioni/, 'the bar');
  await reminder(page, 'portare i campioni').locator('button:text-is("Fatto")').click();
  await opened(page, at.mail);
  matches(await panel(page).locator(`[data-candidate="${at.second_id}"]`).innerText(), /sicuro al \d\d % – stesso nome, stessa azienda[\s\S]*Unisci/, 'the duplicate');
  await screenshot(page, 'customer-panel-italian.png');
}
// What the hub says about a value is said in the agent's language, too.
async function findingsInItalian(at) {
  const { hub, page, id } = at;
  await hub.request('PATCH', `${contacts}/${id}`, { body: { street: 'V.le Druso 5' } });
  await openCustomer(page, at);
  const finding = page.locator('main .finding', { hasText: 'Viale Druso 5' });
  await finding.locator('button:text-is("Usa “Viale Druso 5”")').waitFor();
  const said = (await finding.innerText()).replace(/Usa “.*”/, '');
  check(!english.test(said), `Italian: ${said}`);
}

async function onANarrowScreen(at) {
  const { page, id, mail } = at;
  await page.getByLabel('Lingua', { exact: true }).first().selectOption('en');
  await openCustomer(page, at);
  await page.setViewportSize(narrow);
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
  await entry(page.locator('main'), 'We need 400 cones').waitFor();
  await screenshot(page, 'customer-page-800.png');
  const beyond = await page.evaluate(() => [...document.querySelectorAll('main *')].filter((one) =>
    one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.tagName + one.className));
  equal(beyond, [], 'what sticks out of the screen');
  await page.click('[data-customers-page]');
  await listed(page).first().waitFor();
  await screenshot(page, 'customers-list-800.png');
  await openView(page, 'all');
  await page.click(`[data-conversation="${mail.id}"]`);
  await page.waitForSelector('.thread [data-message]');
  await screenshot(page, 'customer-panel-800.png');
}
// In one column the list stands alone until somebody is chosen of it.
async function listOnANarrowScreen(at) {
  const { page, id } = at;
  await page.setViewportSize(narrow);
  await page.click('[data-customers-page]');
  await page.click(`[data-customer="${id}"]`, { timeout: 3000 });
  await page.locator('main h1:text-is("Marta Verdi")').waitFor();
}
// At 800 pixels there is no room beside the thread; there must still be a way to the customer.
async function wayToTheCustomer(at) {
  const { page, mail } = at;
  await page.setViewportSize(narrow);
  await openView(page, 'all');
  await page.click(`[data-conversation="${mail.id}"]`);
  await page.waitForSelector('.thread [data-message]');
  const ways = page.locator('[data-open-customer]:visible, [data-thread-customer]:visible, aside:visible');
  equal((await ways.count()) > 0, true, 'a way from the conversation to its customer');
  await page.setViewportSize(wide);
}

export async function run(test) {
  const at = await ground();
  await test('the panel shows who wrote', () => whoWrote(at));
  await test('a field is edited in place and kept', () => editedInPlace(at));
  await test('Escape takes it back', () => escapeTakesBack(at));
  await test('a value that is refused', () => refusedValue(at));
  await test('Escape takes the complaint back, too', () => complaintTakenBack(at));
  await test('a telephone number and an address', () => phoneNumber(at));
  await test('another console shows a changed field', () => seenElsewhere(at));
  await test('another console shows an added number', () => addressSeenElsewhere(at));
  await test('what is typed stays while something new comes', () => typingStays(at));
  await test('nobody else is shown beside a conversation', () => nobodyElseBeside(at));
  await test('a late answer about the one before', () => lateAnswer(at));
  await test('a field of the one before is kept late', () => lateKeeping(at));
  await test('a late answer on the page', () => lateOnThePage(at));
  await test('a duplicate is suggested', () => suggested(at));
  await test('merged by a click', () => mergedByClick(at));
  await test('another console shows the merge', () => mergeSeenElsewhere(at));
  await test('taken apart by a click', () => apartAgain(at));
  await test('taken apart, the timeline is of one', () => timelineApart(at));
  await test('another console shows them apart', () => apartSeenElsewhere(at));
  await test('the Customers page: search and open', () => searchAndOpen(at));
  await test('an Italian address and what is proposed', () => italianAddress(at));
  await test('the timeline, filtered', () => timelineFilter(at));
  await test('the timeline from a day', () => dayOfTheAgent(at));
  await test('merged and taken apart on the page', () => apartOnThePage(at));
  await test('a follow-up is due and her other console says so', () => reminded(at));
  await test('done in the bar of one console, gone from the other', () => doneInTheBar(at));
  await test('done in the list, gone from the bars', () => doneInTheList(at));
  await test('what is due stands there after a reload', () => dueAfterReload(at));
  await test('a note shows in another console', () => notesElsewhere(at));
  await test('a new customer', () => newCustomer(at));
  await test('a click writes to her, unless she asked not to', () => writeToHer(at));
  await test('keys of the list do nothing on the page', () => keysOnThePage(at));
  await test('in Italian', () => inItalian(at));
  await test('findings in Italian', () => findingsInItalian(at));
  await test('on a narrow screen', () => onANarrowScreen(at));
  await test('on a narrow screen: choose of the list', () => listOnANarrowScreen(at));
  await test('on a narrow screen: a way to the customer', () => wayToTheCustomer(at));
  await test('no errors, nobody else is asked', async () => {
    quiet(at.first.seen, /status of (401|403|409|412|422)/, 'first console');
    quiet(at.second.seen, /status of 401/, 'second console');
    quiet(at.sara.seen, /status of 401/, "supervisor's console");
  });
}
