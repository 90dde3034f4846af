// Mail in the console where things go otherwise: refused answers, recipients who do not get it,
// pictures in what we sent, a dialog by keyboard and mouse, and windows of all widths.
import {
  openBrowser,
  openConversation,
  openPage,
  openView,
  picture,
  screenshot,
  signIn,
} from './browser.mjs';
import { answer, asked, messageOf, untilState, upload } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { readMail } from './mime.mjs';
import { ScriptedRelay } from './smtp_server.mjs';
import { check, equal, matches, until } from './support.mjs';

const at = (name) => `${name}@customers.test`;

async function ground() {
  const relay = await ScriptedRelay.start();
  const hub = await Hub.create('mail-edges', { config: { email: { relay: relay.url } } });
  await hub.start();
  const browser = await openBrowser();
  const giulia = await openPage(browser, hub, '/app/all');
  // What the hub says can be kept from the console for a while.
  const held = { on: false, frames: [], seen: [], page: null };
  await giulia.context.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    held.page = page;
    server.onMessage((frame) => {
      held.seen.push(String(frame));
      if (held.on) held.frames.push(frame);
      else page.send(frame);
    });
  });
  await giulia.page.reload();
  await signIn(giulia.page, hub.signIns().giulia);
  return { hub, relay, browser, held, giulia, page: giulia.page };
}

const box = (page) => page.locator('.composer textarea');
const shownRecipients = async (page) =>
  (await page.locator('[data-open-recipients]').innerText()).replace('→', '').trim();
async function opened({ hub, page }, name, more) {
  const conversation = await asked(hub, name, more);
  await openView(page, 'all');
  await openConversation(page, conversation.id);
  return conversation;
}

// A colleague's note comes in between: what she wrote, to whom, and her file wait for her word.
async function refusedAsNewer(here) {
  const { hub, page, held, relay } = here;
  const conversation = await opened(here, 'anna', { headers: `Cc: ${at('boss')}\n` });
  await page
    .locator('.composer input[type=file]')
    .setInputFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('Offer: 12') });
  await page.locator('.composer .file:has-text("offer.txt")').waitFor();
  await page.click('[data-open-recipients]');
  await page.locator('[data-recipients=cc]').fill('');
  await box(page).fill('Not for the boss.');
  held.on = true;
  await answer(hub, conversation, { text: 'Wait, the price is wrong.', visibility: 'note' });
  await page.click('[data-send]');
  await until('the refusal', () => held.frames.some((frame) => String(frame).includes('newer')));
  held.on = false;
  for (const frame of held.frames.splice(0)) held.page.send(frame);
  await page.locator('.refused').waitFor();
  await screenshot(page, 'mail-newer.png');
  equal(relay.mails.length, 0, 'mails that have left');
  equal(await box(page).inputValue(), 'Not for the boss.', 'the text is back');
  here.refused = {
    recipients: await shownRecipients(page),
    files: await page.locator('.composer .file').allInnerTexts(),
  };
  await page.locator('.refused button:has-text("Send anyway")').click();
  await until('the mail', () => relay.of(at('anna')).length === 1);
}
async function refusedKeepsRecipients({ refused, relay }) {
  equal(refused.recipients, at('anna'), 'to whom it would go');
  equal(relay.of(at('boss')).length, 0, 'mails of the one she took out');
}
async function refusedKeepsFiles({ refused, relay }) {
  equal(
    refused.files.map((one) => one.split(' ')[0]),
    ['offer.txt'],
    'her file',
  );
  check(relay.of(at('anna'))[0].source.includes('offer.txt'), 'the file is in the mail');
}

async function eachRecipient(here) {
  const { hub, page, relay } = here;
  const conversation = await opened(here, 'bella');
  relay.refused.set(at('no'), '550 5.1.1 nobody of this name');
  relay.refused.set(at('busy'), '450 4.2.1 busy');
  const sent = await answer(hub, conversation, { text: 'To three.', cc: [at('no'), at('busy')] });
  const article = page.locator('article.out[data-delivery=failed]');
  await article.waitFor();
  equal(
    await article.locator('[data-recipient]').allInnerTexts(),
    [`${at('bella')}: sent`, `${at('busy')}: queued`, `${at('no')}: failed`],
    'how they stand',
  );
  equal(await article.locator('[data-recipient].failed').count(), 1, 'the one that is marked');
  await screenshot(page, 'mail-recipients-failed.png');
  relay.refused.delete(at('busy'));
  hub.signal('SIGHUP');
  await article.locator(`[data-recipient="${at('busy')}"]:has-text("sent")`).waitFor();
  equal((await messageOf(hub, conversation, sent.id)).delivery.state, 'failed', 'the message');
}

// The list of messages comes late, and what happened meanwhile came before it.
async function changedMeanwhile(here) {
  const { hub, page, relay, held } = here;
  relay.refused.set(at('edda'), '450 4.2.1 busy');
  const conversation = await asked(hub, 'edda');
  const sent = await answer(hub, conversation, { text: 'Soon there.' });
  await until(
    'the refusal',
    async () => (await messageOf(hub, conversation, sent.id)).delivery.reason,
  );
  let release;
  const kept = new Promise((resolve) => (release = resolve));
  const address = `**/api/v1/conversations/${conversation.id}/messages*`;
  await page.route(address, async (route) => {
    const response = await route.fetch();
    await kept;
    await route.fulfill({ response });
  });
  const asking = page.waitForRequest(address);
  await openView(page, 'all');
  await page.click(`[data-conversation="${conversation.id}"]`);
  await asking;
  held.seen.length = 0;
  relay.refused.clear();
  hub.signal('SIGHUP');
  await until('the news at the console', () =>
    held.seen.some((frame) => frame.includes('delivery_changed') && frame.includes('"sent"')),
  );
  release();
  await page.locator('article.out', { hasText: 'Soon there.' }).waitFor();
  await page.unroute(address);
  await page.locator('article.out[data-delivery=sent]').waitFor({ timeout: 5000 });
}

async function picturesOfOurs(here) {
  const { hub, page } = here;
  const conversation = await opened(here, 'carla');
  const image = await upload(hub, 'plan.png', 'image/png', picture);
  const sent = await answer(hub, conversation, {
    html: `<p>The <b id=plan>plan</b>:</p><img src="cid:${image}">`,
    attachments: [image],
  });
  await untilState(hub, conversation, sent.id, 'sent');
  const frame = page.locator('article.out iframe');
  await until('the picture to be drawn', () =>
    frame.evaluate((one) => one.contentDocument.images[0]?.naturalWidth === 160),
  );
  equal(await page.locator('article.out a.file').count(), 0, 'files that are listed beside it');
  await screenshot(page, 'mail-picture.png');
}

// Who writes the address last clicks once.
async function addressLast({ page, relay }) {
  await page.click('[data-new-mail]');
  const dialog = page.locator('dialog');
  await dialog.locator('input[name=subject]').fill('One click');
  await dialog.locator('textarea').fill('Hello.');
  await dialog.locator('[data-recipients=to]').pressSequentially(at('dina'));
  const button = await dialog.locator('[data-send-new]').boundingBox();
  await page.mouse.click(button.x + button.width / 2, button.y + button.height / 2);
  await dialog.waitFor({ state: 'detached', timeout: 5000 });
  await until('the mail', () => relay.of(at('dina')).length === 1);
  equal(readMail(relay.of(at('dina'))[0].source).headers.subject, 'One click', 'its subject');
}

async function keyboard({ page }) {
  for (const cancel of await page.locator('dialog button:text-is("Cancel")').all())
    await cancel.click();
  await page.click('[data-new-mail]');
  const focused = await page.evaluate(() => document.activeElement.closest('dialog') !== null);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: 3000 });
  check(focused, 'the focus is in the dialog when it opens');
}

// Luca works in other teams: whom he may write from is what he is offered.
async function notHisInbox({ hub, browser }) {
  const { page } = await openPage(browser, hub, '/app/all');
  await signIn(page, hub.signIns().luca);
  const button = page.locator('[data-new-mail]');
  const offered =
    (await button.count()) === 0 || (await button.isDisabled())
      ? []
      : await button.click().then(() => page.locator('dialog option').allInnerTexts());
  await screenshot(page, 'mail-new-luca.png');
  const { token } = await hub.tokenOf('luca');
  const inbox = (await hub.get('/api/v1/inboxes')).items.find((one) => one.channel === 'email');
  const tried = await hub.request('POST', '/api/v1/conversations', {
    token,
    body: { inbox_id: inbox.id, to: [at('x')], subject: 'x', text: 'x' },
  });
  equal(tried.status, 404, 'writing from an inbox of another team');
  equal(offered, [], 'inboxes that he is offered');
  await page.context().close();
}

// Nothing of the composer lies under the customer's panel, however long the list of recipients is.
async function layout(here) {
  const { page } = here;
  await page.reload();
  await page.waitForSelector('[data-status=live]', { state: 'attached' });
  const many = Array.from({ length: 6 }, (_, n) => at(`a-rather-long-name-${n}`)).join(', ');
  await opened(here, 'lena', { headers: `Cc: ${many}\n` });
  await page.click('[data-open-recipients]');
  for (const [width, height, name] of [
    [1360, 860, 'wide'],
    [1000, 700, 'middle'],
    [420, 800, 'narrow'],
  ]) {
    await page.setViewportSize({ width, height });
    await screenshot(page, `mail-${name}.png`);
    here[name] = await page.evaluate(() => ({
      composer: Math.max(
        ...[...document.querySelectorAll('.composer *')].map((one) =>
          Math.round(one.getBoundingClientRect().right),
        ),
      ),
      main: Math.round(document.querySelector('main').getBoundingClientRect().right),
      window: innerWidth,
      thread: Math.round(document.querySelector('.thread').getBoundingClientRect().height),
    }));
    await page.click('[data-new-mail]');
    await screenshot(page, `mail-${name}-new.png`);
    const fits = await page
      .locator('dialog')
      .evaluate(
        (one) =>
          one.getBoundingClientRect().right <= innerWidth && one.scrollWidth <= one.clientWidth,
      );
    await page.locator('dialog button[type=button]:text-is("Cancel")').click();
    check(fits, `the dialog fits into the ${name} window`);
  }
  await page.setViewportSize({ width: 1360, height: 860 });
}

async function composerFits({ wide, middle }) {
  for (const one of [wide, middle])
    check(
      one.composer <= one.main,
      `the composer ends at ${one.composer}, its place at ${one.main}`,
    );
}

async function narrowShows({ narrow }) {
  check(
    narrow.thread > 100 && narrow.composer <= narrow.window,
    `the thread in a narrow window: ${JSON.stringify(narrow)}`,
  );
}

async function clean({ giulia: { seen } }) {
  equal(
    seen.errors.filter((text) => !/status of 401/.test(text)),
    [],
    'errors of the console',
  );
}

export async function run(test) {
  const here = await ground();
  if (
    await test('refused because something newer came: the text is back', () => refusedAsNewer(here))
  ) {
    await test('refused: the recipients she chose stay', () => refusedKeepsRecipients(here));
    await test('refused: her file stays', () => refusedKeepsFiles(here));
  }
  await test('each recipient stands in the thread', () => eachRecipient(here));
  await test('what changes while the thread is fetched', () => changedMeanwhile(here));
  await test('pictures in what we sent', () => picturesOfOurs(here));
  await test('a new mail whose address is written last', () => addressLast(here));
  await test('the dialog takes the focus and closes by Escape', () => keyboard(here));
  await test('nobody is offered an inbox he may not write from', () => notHisInbox(here));
  await test('windows of three widths', () => layout(here));
  await test('the composer stays in its place', () => composerFits(here));
  await test('a narrow window shows the thread', () => narrowShows(here));
  await test('no errors', () => clean(here));
}
