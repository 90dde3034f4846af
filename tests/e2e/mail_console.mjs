// Mail as an agent writes it in the console: to whom, with time to take it back, later, first, and
// what strangers may join.
import {
  openBrowser,
  openConversation,
  openPage,
  openView,
  quiet,
  screenshot,
  signIn,
} from './browser.mjs';
import { fastMail } from './declared.mjs';
import { asked, changeInbox, conversationOf, support } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { partOf, readMail } from './mime.mjs';
import { check, equal, matches, until } from './support.mjs';

const at = (name) => `${name}@customers.test`;

async function ground() {
  const hub = await Hub.create('mail-console');
  const dovecot = await Dovecot.start();
  const postfix = await Postfix.start({ customersPort: dovecot.lmtpPort, hubPort: hub.lmtpPort });
  hub.configure({ email: { relay: postfix.url } });
  await hub.start();
  equal((await hub.apply(fastMail())).code, 0, 'mail is promised an answer, on Sundays too');
  const giulia = await openPage(await openBrowser(), hub, '/app/all');
  await signIn(giulia.page, hub.signIns().giulia);
  return { hub, dovecot, postfix, giulia, page: giulia.page, context: giulia.context };
}

const count = async ({ dovecot }, name) => (await dovecot.mails(name)).length;
const box = (page) => page.locator('.composer textarea');
const shownRecipients = async (page) =>
  (await page.locator('[data-open-recipients]').innerText()).replace('→', '').trim();
const newest = (page) => page.locator('article.out').last();

async function opened(here, name, more) {
  const conversation = await asked(here.hub, name, more);
  await openView(here.page, 'all');
  await openConversation(here.page, conversation.id);
  return conversation;
}
async function changeRecipients(page, field, value) {
  const line = page.locator(`[data-recipients=${field}]`);
  if (!(await line.isVisible())) await page.click('[data-open-recipients]');
  await line.fill(value);
  await line.blur();
}
// Everything else has left: what comes last arrives.
async function nothingOf(here, name, mails) {
  const { hub, dovecot } = here;
  const last = await asked(hub, `after-${name}`);
  await changeInbox(hub, { undo_seconds: 0 });
  await hub.post(`/api/v1/conversations/${last.id}/messages`, { text: 'The last.' });
  await dovecot.waitFor('the last mail', `after-${name}`, () => true);
  equal(await count(here, name), mails, `mails of ${name}`);
}

async function replyToAll(here) {
  const { page, dovecot } = here;
  await opened(here, 'anna', {
    to: `Desk <support+x@demo.localhost>, ${at('paolo')}`,
    headers: `Cc: ${at('cara')}, ${support}\n`,
  });
  equal(
    await shownRecipients(page),
    [at('anna'), at('paolo'), at('cara')].join(', '),
    'who gets the answer',
  );
  await page.click('[data-open-recipients]');
  equal(
    await page.locator('[data-recipients]').evaluateAll((all) => all.map((one) => one.value)),
    [at('anna'), `${at('paolo')}, ${at('cara')}`, ''],
    'the three lines',
  );
  await box(page).fill('To all but one, and to one more.');
  await changeRecipients(page, 'cc', 'nonsense');
  await page.locator('.recipients [role=alert]:has-text("nonsense")').waitFor();
  check(await page.locator('[data-send]').isDisabled(), 'it cannot be sent to what is no address');
  await screenshot(page, 'mail-recipients-wrong.png');
  await changeRecipients(page, 'cc', `"Dan, the man" <${at('dan')}>; ${at('paolo')}`);
  await changeRecipients(page, 'bcc', at('eva'));
  await screenshot(page, 'mail-recipients.png');
  await page.click('[data-send]');
  await page.locator('article.out[data-delivery=sent]').waitFor();
  const headers = {};
  for (const name of ['anna', 'dan', 'paolo', 'eva']) {
    const mail = readMail(await dovecot.waitFor(`the mail of ${name}`, name, () => true));
    headers[name] = mail.headers;
    equal([mail.headers.to, mail.headers.bcc], [at('anna'), undefined], `what ${name} sees`);
    matches(
      mail.headers.cc,
      /dan@customers\.test.*paolo@customers\.test/,
      `the copies that ${name} sees`,
    );
  }
  equal(await count(here, 'cara'), 0, 'mails of the one who was left out');
  here.line = await newest(page).locator('.people').innerText();
  matches(
    here.line,
    /^To: anna@\S+?\s*· Cc: dan@\S+, paolo@\S+?\s*· Bcc: eva@\S+$/,
    'the line in the thread',
  );
  equal(
    await shownRecipients(page),
    [at('anna'), at('dan'), at('paolo')].join(', '),
    'who gets the next one',
  );
}

// Drafts are written down a moment after the last key.
const draftKept = (page, text) =>
  until('the draft to be kept', () =>
    page.evaluate(
      (wanted) =>
        new Promise((resolve) => {
          const opening = indexedDB.open('sportello');
          opening.onsuccess = () => {
            const all = opening.result.transaction('drafts').objectStore('drafts').getAll();
            all.onsuccess = () => resolve(all.result.some((one) => one.text === wanted));
          };
        }),
      text,
    ),
  );

// What she chose stays with what she wrote.
async function chosenStays(here) {
  const { page } = here;
  const first = await opened(here, 'bice', { headers: `Cc: ${at('boss')}\n` });
  await box(page).fill('Not for the boss.');
  await changeRecipients(page, 'cc', '');
  equal(await shownRecipients(page), at('bice'), 'whom she chose');
  await draftKept(page, 'Not for the boss.');
  await opened(here, 'other');
  await openConversation(page, first.id);
  await until('her draft', async () => (await box(page).inputValue()) === 'Not for the boss.');
  equal(await shownRecipients(page), at('bice'), 'who gets it when she comes back to it');
}

async function undo(here) {
  const { hub, page } = here;
  await changeInbox(hub, { undo_seconds: 120 });
  const conversation = await opened(here, 'clara', { headers: `Cc: ${at('copy')}\n` });
  await page
    .locator('.composer input[type=file]')
    .setInputFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('Offer: 12') });
  await page.locator('.composer .file:has-text("offer.txt")').waitFor();
  await changeRecipients(page, 'cc', at('other-copy'));
  await box(page).fill('Too early.\n\nGiulia');
  await box(page).press('Control+Enter');
  const held = newest(page).locator('.held');
  const begun = await held.innerText();
  matches(begun, /^Leaves in 1?\d\d s\s+Undo/, 'the line of what is held');
  await until('the seconds to run', async () => (await held.innerText()) !== begun);
  await screenshot(page, 'mail-undo.png');
  equal(await box(page).inputValue(), '', 'the composer');
  await held.locator('[data-take-back]').click();
  await page.locator('article.out[data-delivery=taken_back]').waitFor();
  await until(
    'the text in the composer',
    async () => (await box(page).inputValue()) === 'Too early.\n\nGiulia',
  );
  equal(await shownRecipients(page), [at('clara'), at('other-copy')].join(', '), 'whom it was for');
  await page.locator('.composer .file:has-text("offer.txt")').waitFor();
  equal(await newest(page).locator('.held').count(), 0, 'lines of what is held');
  await screenshot(page, 'mail-undone.png');
  here.clara = conversation;
  await page.locator('.composer [data-send]').click();
  await page.locator('article.out[data-delivery=queued]').waitFor();
}

// The key takes back the newest; outside of the text.
async function undoByKey(here) {
  const { page, dovecot } = here;
  await box(page).fill('A second one.');
  await box(page).press('Control+Enter');
  await until('two that are held', async () => (await page.locator('.held').count()) === 2);
  await box(page).press('z');
  equal(await box(page).inputValue(), 'z', 'a z in the text is a z');
  await box(page).fill('');
  await box(page).press('Escape');
  await page.keyboard.press('z');
  await until(
    'the text of the newest',
    async () => (await box(page).inputValue()) === 'A second one.',
  );
  await until('one that is held', async () => (await page.locator('.held').count()) === 1);
  equal(
    await page.locator('article.out[data-delivery=taken_back]').count(),
    2,
    'answers that were taken back',
  );
  await nothingOf(here, 'clara', 0);
  await page.locator('[data-take-back]').click();
  await page.locator('article.out[data-delivery=queued]').waitFor({ state: 'detached' });
  const both = 'Too early.\n\nGiulia\n\nA second one.';
  await until(
    'both texts, the returned one first',
    async () => (await box(page).inputValue()) === both,
  );
  await nothingOf(here, 'clara', 0);
  await page.locator('.composer [data-send]').click();
  const mail = readMail(await dovecot.waitFor('the third try', 'clara', () => true));
  equal(partOf(mail, 'text/plain').text.includes('A second one.'), true, 'its text');
  equal(await count(here, 'clara'), 1, 'mails');
}

// What came back is as safe as what was typed.
async function returnedStays(here) {
  const { hub, page } = here;
  await changeInbox(hub, { undo_seconds: 120 });
  const first = await opened(here, 'delia');
  await box(page).fill('Keep me.');
  await box(page).press('Control+Enter');
  await page.locator('[data-take-back]').click();
  await until('the text', async () => (await box(page).inputValue()) === 'Keep me.');
  await changeInbox(hub, { undo_seconds: 0 });
  await opened(here, 'elsewhere');
  await openConversation(page, first.id);
  await until(
    'the text after a look elsewhere',
    async () => (await box(page).inputValue()) === 'Keep me.',
    5000,
  );
}

async function later(here) {
  const { hub, page } = here;
  const conversation = await opened(here, 'fabia');
  const now = new Date(await page.evaluate(() => Date.now()));
  const local = new Date(now.getTime() + 86_400_000)
    .toLocaleString('sv-SE', { timeZone: 'Europe/Rome' })
    .slice(0, 10);
  await page.locator('[data-send-at]').fill(`${local}T09:30`);
  await box(page).fill('Tomorrow.');
  equal(await page.locator('[data-send]').innerText(), 'Send later', 'what the button says');
  await page.click('[data-send]');
  const held = newest(page).locator('.held');
  matches(await held.innerText(), /^Leaves on .*09:30.*Undo/s, 'the line of what is planned');
  await screenshot(page, 'mail-later.png');
  const message = (await hub.messages(conversation.id)).at(-1);
  const told = new Date(message.leaves_at).toLocaleString('sv-SE', { timeZone: 'Europe/Rome' });
  equal([told, message.planned], [`${local} 09:30:00`, true], 'when it leaves');
  matches(await page.locator('.thread header').innerText(), /due in/, 'the promise runs on');
  await held.locator('[data-take-back]').click();
  await until('the text', async () => (await box(page).inputValue()) === 'Tomorrow.');
  await nothingOf(here, 'fabia', 0);
  equal((await conversationOf(hub, conversation)).held, undefined, 'what is held');
}

async function newMail(here) {
  const { hub, page, dovecot } = here;
  await page.click('[data-new-mail]');
  const dialog = page.locator('dialog');
  await dialog.waitFor();
  check(await dialog.locator('[data-send-new]').isDisabled(), 'nothing to send yet');
  await dialog.locator('input[name=subject]').fill('Your order 4711 – news');
  await dialog.locator('textarea').fill('We have good news.');
  await dialog.locator('[data-recipients=cc]').fill(at('hugo'));
  await dialog.locator('[data-recipients=to]').fill(`Greta <${at('greta')}>`);
  await screenshot(page, 'mail-new.png');
  await dialog.locator('[data-recipients=to]').blur();
  await dialog.locator('[data-send-new]').click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.thread h1:text-is("Your order 4711 – news")').waitFor();
  await page.locator('article.out', { hasText: 'We have good news.' }).waitFor();
  const id = /\/app\/mine\/(\d+)$/.exec(page.url())?.[1];
  const conversation = await conversationOf(hub, { id });
  equal(
    [conversation.reply_address.value, conversation.subject],
    [at('greta'), 'Your order 4711 – news'],
    'the conversation',
  );
  const mail = readMail(await dovecot.waitFor('the mail', 'greta', () => true));
  equal([mail.headers.to, mail.headers.cc], [`Greta <${at('greta')}>`, at('hugo')], 'to whom');
  matches(mail.headers.from, /Giulia Ferri.*<support@demo\.localhost>/, 'From');
  equal(
    [await count(here, 'greta'), mail.headers['in-reply-to']],
    [1, undefined],
    'one mail that answers nothing',
  );
  // Her answer comes into the same conversation.
  await sendMail(
    here.postfix.smtpPort,
    at('greta'),
    /[^\s<]+@[^\s>]+/.exec(mail.headers['reply-to'])[0],
    plainMail({
      from: `Greta <${at('greta')}>`,
      to: support,
      subject: 'Re: news',
      id: 'greta-1@customers.test',
      text: 'Wonderful!',
    }),
  );
  await page.locator('.thread [data-message]', { hasText: 'Wonderful!' }).waitFor();
  await screenshot(page, 'mail-new-answered.png');
}

async function join(here) {
  const { hub, page, postfix } = here;
  const first = await opened(here, 'ida', { id: 'ida-1@customers.test' });
  const write = (n, text) =>
    sendMail(
      postfix.smtpPort,
      at('jo'),
      support,
      plainMail({
        from: `Jo <${at('jo')}>`,
        to: support,
        subject: `Me too ${n}`,
        id: `jo-${n}@customers.test`,
        text,
        headers: 'In-Reply-To: <ida-1@customers.test>\n',
      }),
    );
  await write(1, 'May I join?');
  await page.locator('[data-conversation]', { hasText: 'Me too 1' }).click();
  const bar = page.locator(`[data-join="${first.id}"]`);
  const { number } = await conversationOf(hub, first);
  equal(
    await bar.locator('span').first().innerText(),
    `${at('jo')} answered in #${number} without being part of it.`,
    'what the bar says',
  );
  await screenshot(page, 'mail-join.png');
  await bar.locator('button:text-is("Show it")').click();
  await page.locator('.thread h1:text-is("Question of ida")').waitFor();
  await page.goBack();
  await bar.locator('[data-admit]').click();
  await bar.locator(`:text("${at('jo')} may answer in #${number}.")`).waitFor();
  equal(await bar.locator('[data-admit]').count(), 0, 'buttons to admit');
  await write(2, 'Now I am in.');
  await until('her mail in the conversation', async () =>
    (await hub.messages(first.id)).some((one) => one.text.includes('Now I am in.')),
  );
  await page.reload();
  await page.waitForSelector('[data-status=live]', { state: 'attached' });
  await bar.locator(`:text("may answer in #${number}.")`).waitFor();
  equal(
    (await hub.conversations()).filter((one) => one.subject.startsWith('Me too')).length,
    1,
    'conversations of hers',
  );
}

async function spaces({ line }) {
  matches(line, /\.test · Cc: .* · Bcc: /, 'spaces between the recipients');
}

export async function run(test) {
  const here = await ground();
  await test('who gets an answer, and who else shall get it', () => replyToAll(here));
  await test('chosen recipients stay with the draft', () => chosenStays(here));
  await test('leaves in some seconds, and undo', () => undo(here));
  await test('undo by the key z', () => undoByKey(here));
  await test('what came back stays until it is sent', () => returnedStays(here));
  await test('send later', () => later(here));
  await test('a new mail', () => newMail(here));
  await test('a stranger asks to join and is admitted', () => join(here));
  await test('the line of recipients is spelt well', () => spaces(here));
  await test('no errors, nobody else is asked', () => quiet(here.giulia.seen, /status of 401/, 'console'));
}
