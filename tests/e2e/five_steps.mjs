// The five steps of the product, in order, on one hub with a real relay behind it: start, a mail appears, a chat, the
// answer by mail and its thread, and a crash in mid-traffic that loses and doubles nothing.
import { allRows, chatLines, openBrowser, openChat, openConversation, openPage, openView, picture, quiet, say, screenshot, shownMessages,
  signIn } from './browser.mjs';
import { fastMail } from './declared.mjs';
import { Hub } from './hub.mjs';
import { headersOf, plainMail, Pump, sendMail } from './mail_client.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { check, equal, figure, matches, until } from './support.mjs';

const support = 'support@demo.localhost';
const customer = 'anna@customers.test';
const subject = 'Broken lamp – perché?';

const firstMail = `From: "Anna Bianchi" <${customer}>
To: ${support}
Subject: =?utf-8?Q?Broken_lamp_=E2=80=93_perch=C3=A9=3F?=
Message-ID: <lamp-1@customers.test>
Date: Sun, 22 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=either

--either
Content-Type: text/plain; charset=utf-8

The lamp arrived broken. See the picture.
--either
Content-Type: multipart/related; boundary=with

--with
Content-Type: text/html; charset=utf-8

<html><body><p>The lamp arrived <b id=broken>broken</b>. See the picture:</p><img id=photo alt="photo" src="cid:photo@customers.test"></body></html>
--with
Content-Type: image/png
Content-ID: <photo@customers.test>
Content-Disposition: inline; filename=photo.png
Content-Transfer-Encoding: base64

${picture.toString('base64').replace(/.{76}/g, '$&\n')}
--with--
--either--
--outer
Content-Type: text/plain; charset=utf-8; name=order.txt
Content-Disposition: attachment; filename=order.txt

Order 4711: one lamp, EUR 39.
--outer--
`;

async function ground() {
  const hub = await Hub.create('steps');
  const dovecot = await Dovecot.start();
  const postfix = await Postfix.start({ customersPort: dovecot.lmtpPort, hubPort: hub.lmtpPort });
  hub.configure({ email: { relay: postfix.url } });
  return { hub, dovecot, postfix, browser: await openBrowser() };
}

async function start(at) {
  figure('first start on an empty folder, ms', await at.hub.start());
  equal((await at.hub.apply(fastMail())).code, 0, 'mail is promised an answer within four hours, on Sundays too');
  at.giulia = await openPage(at.browser, at.hub, '/');
  await at.giulia.page.waitForSelector('input[name=email]');
  await signIn(at.giulia.page, at.hub.signIns().giulia);
  await until('Giulia to be available', async () => {
    const snapshot = await at.hub.get('/api/v1/snapshot');
    return Object.values(snapshot.availabilities).includes('online');
  });
  check((await at.giulia.page.locator('.list .empty').innerText()).startsWith('Nothing here'), 'the list is empty at first');
  await screenshot(at.giulia.page, 'step1.png');
}

async function mailAppears(at) {
  const { page } = at.giulia;
  const begun = Date.now();
  await sendMail(at.hub.smtpPort, customer, support, firstMail);
  const row = page.locator('[data-conversation]');
  await row.waitFor();
  figure('mail accepted to row drawn, ms (with the delivery itself)', Date.now() - begun);
  matches(await row.innerText(), /Anna Bianchi[\s\S]*Broken lamp – perché\?/, 'the row shows sender and subject');
  at.mail = await row.getAttribute('data-conversation');
  await openConversation(page, at.mail);
  equal(await page.locator('.thread h1').innerText(), subject, 'the subject of the thread');
  matches(await page.locator('article h2').innerText(), /Anna Bianchi[\s\S]*anna@customers\.test/, 'the sender of the message');
  matches(await page.locator('article iframe').getAttribute('sandbox'), /^(?!.*allow-scripts)/, 'the frame runs no scripts');
  const frame = page.frameLocator('article iframe');
  equal(await frame.locator('#broken, b').first().innerText(), 'broken', 'the HTML body');
  await until('the inline picture to be drawn', () =>
    page.locator('article iframe').evaluate((element) => element.contentDocument.images[0]?.naturalWidth === 160));
}

async function attachmentOpens(at) {
  const { page, context } = at.giulia;
  const files = await page.locator('article a.file').allInnerTexts();
  equal(files.map((one) => one.split(' ')[0]), ['order.txt'], 'one attachment is listed, the inline picture is not');
  const [opened] = await Promise.all([context.waitForEvent('page'), page.click('article a.file')]);
  await opened.waitForLoadState();
  matches(await opened.locator('body').innerText(), /Order 4711: one lamp/, 'the attachment opens');
  await opened.close();
}

async function deadlineAndWhy(at) {
  const { page } = at.giulia;
  const chip = page.locator('.thread header .chip').nth(1);
  const first = await chip.innerText();
  matches(first, /due in (4:00:00|3:59:\d\d)/, 'the deadline of four hours');
  await until('the deadline to tick', async () => (await chip.innerText()) !== first);
  matches(await page.locator('.thread header').innerText(), /Assigned to:\s*Giulia Ferri/, 'the assignee');
  await page.click('button:has-text("Why is it mine?")');
  const why = await page.locator('[data-why]').innerText();
  matches(why, /Giulia Ferri was free/, 'the why panel names her');
  matches(why, /Luca Moretti: not in the team/, 'the why panel says why not Luca');
  await page.locator('[data-timeline] li').first().waitFor();
  await screenshot(page, 'step2.png');
}

async function chat(at) {
  at.visitor = await openPage(at.browser, at.hub, '/demo/', { width: 900, height: 760 });
  at.panel = await openChat(at.visitor.page);
  await at.panel.locator('#presence:has-text("We are here")').waitFor();
  await say(at.panel, 'Do you have the lamp in green?');
  await at.panel.locator('.mine .state:text-is("sent")').waitFor();
  const { page } = at.giulia;
  const row = page.locator('[data-conversation]', { hasText: 'in green' });
  at.chat = await row.getAttribute('data-conversation');
  await openConversation(page, at.chat);
  // The widget tells of typing every three seconds at most, so the visitor types on until it is seen.
  const words = 'I would take two of them. ';
  let typed = 0;
  at.typing = await until('the console to show that the visitor types', async () => {
    await at.panel.locator('#box').pressSequentially(words[typed++ % words.length], { delay: 60 });
    const shown = await page.locator('.presence').innerText();
    return shown.includes('is typing') && shown;
  });
  await page.locator('.composer textarea').pressSequentially('Yes, green is here.');
  await at.panel.locator('#typing:has-text("Giulia Ferri is typing")').waitFor();
  await screenshot(page, 'step3-typing.png');
  await screenshot(at.visitor.page, 'step3-widget-typing.png');
  await page.locator('.composer textarea').press('Enter');
  await at.panel.locator('.theirs .text:text-is("Yes, green is here.")').waitFor();
  await at.panel.locator('#box').fill('');
  await say(at.panel, 'Great, I take two.');
  await page.locator('.thread [data-message] .text:text-is("Great, I take two.")').waitFor();
  equal((await chatLines(at.panel)).map((one) => one.text), ['Do you have the lamp in green?', 'Yes, green is here.', 'Great, I take two.'],
    'the lines of the chat, each once');
  equal((await at.hub.messages(at.chat)).map((one) => one.text.trim()),
    ['Do you have the lamp in green?', 'Yes, green is here.', 'Great, I take two.'], 'the messages of the chat, each once');
  await until('the answer to be marked as read', async () => (await shownMessages(page))[1].delivery === 'read');
  await screenshot(page, 'step3.png');
  await screenshot(at.visitor.page, 'step3-widget.png');
}

async function answerLeaves(at) {
  const { page } = at.giulia;
  await openView(page, 'all');
  await openConversation(page, at.mail);
  await page.evaluate(() => {
    window.deliveries = [];
    new MutationObserver(() => {
      const states = [...document.querySelectorAll('article.out')].map((one) => one.dataset.delivery);
      if (states.length && window.deliveries.at(-1) !== states.at(-1)) window.deliveries.push(states.at(-1));
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await page.locator('.composer textarea').fill('Sorry! A new lamp leaves today.\n\nGiulia');
  await page.click('[data-send]');
  await page.locator('article.out[data-delivery=sent]').waitFor();
  const states = await page.evaluate(() => window.deliveries);
  check(states.every((one, i) => i === 0 || ['queued', 'sending', 'sent'].indexOf(one) > ['queued', 'sending', 'sent'].indexOf(states[i - 1])),
    `the delivery moves forward only: ${states}`);
  figure('delivery states seen in the console', states.join(' -> '));
  const mail = await at.dovecot.waitFor('the answer in the mailbox of Anna', 'anna', (one) => one.includes('A new lamp leaves today'));
  const headers = headersOf(mail);
  at.answer = { mail, headers, id: headers['message-id'].slice(1, -1), replyTo: /[^\s<]+@[^\s>]+/.exec(headers['reply-to'])[0] };
  const answer = (await at.hub.messages(at.mail)).find((one) => one.direction === 'out');
  equal(at.answer.id, answer.external_id, 'the Message-ID is the one the API names');
  equal(headers['in-reply-to'], '<lamp-1@customers.test>', 'In-Reply-To');
  matches(headers.references, /<lamp-1@customers\.test>/, 'References');
  const decoded = headers.subject.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, text) =>
    how.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8')
      : Buffer.from(text.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (__, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8'));
  equal(decoded, `Re: ${subject}`, 'the subject of the answer');
  matches(headers.from, /support@demo\.localhost/, 'From');
  matches(at.answer.replyTo, /^support\+.+@demo\.localhost$/, 'Reply-To carries the token');
}

async function answersThread(at) {
  const answers = [
    { to: at.answer.replyTo, text: 'Thank you, Giulia!', headers: '', id: 'lamp-2@customers.test' },
    { to: support, text: 'One more thing.', headers: `References: <lamp-1@customers.test> <${at.answer.id}>\n`, id: 'lamp-3@customers.test' }];
  for (const one of answers)
    await sendMail(at.postfix.smtpPort, customer, one.to, plainMail({ from: `Anna Bianchi <${customer}>`, to: one.to,
      subject: one.headers ? 'Another subject' : `Re: ${subject}`, ...one }));
  const { page } = at.giulia;
  for (const one of answers) await page.locator('.thread [data-message]', { hasText: one.text }).waitFor();
  equal((await at.hub.messages(at.mail)).length, 4, 'messages of the conversation');
  equal((await at.hub.conversations()).length, 2, 'conversations: one mail, one chat');
  await screenshot(page, 'step4.png');
}

async function crash(at) {
  const { page } = at.giulia;
  const pumps = [new Pump(at.hub.smtpPort, 'smtp', support, 'by-smtp').start(), new Pump(at.hub.lmtpPort, 'lmtp', support, 'by-lmtp').start()];
  await until('some traffic', () => pumps.every((one) => one.acknowledged.length >= 40), 30_000);
  await page.locator('.composer textarea').fill('Written while the hub dies.');
  await page.click('[data-send]');
  await at.hub.kill();
  await say(at.panel, 'Are you still there?');
  await Promise.all(pumps.map((one) => one.ended));
  at.acknowledged = pumps.flatMap((one) => one.acknowledged);
  figure('mails acknowledged before kill -9', at.acknowledged.length);
  await at.visitor.page.locator('iframe[title=chat]').waitFor();
  await at.panel.locator('#status:has-text("Connection lost")').waitFor();
  figure('start after kill -9, ms', await at.hub.start());
}

async function nothingLost(at) {
  // Asked of the store itself: lists are ordered by the last change, and routing changes them while they are read.
  const rows = at.hub.stored("SELECT json_extract(body,'$.external_id') FROM messages WHERE body LIKE '%@pump.test%'");
  const ids = rows.map(([id]) => id);
  const times = (id) => ids.filter((one) => one === id).length;
  equal(at.acknowledged.filter((id) => times(id) !== 1), [], 'acknowledged mails that are not there exactly once');
  equal(ids.filter((id) => times(id) > 1), [], 'mails that are there twice');
  figure('mails there that were never answered 250', ids.length - at.acknowledged.length);
}

async function everythingShown(at) {
  const { page } = at.giulia;
  await page.waitForSelector('[data-status=live]', { state: 'attached', timeout: 20_000 });
  await at.panel.locator('#status:text-is("")').waitFor({ state: 'attached', timeout: 20_000 });
  await page.locator('article.out[data-delivery=sent] .text:text-is("Written while the hub dies.")').waitFor();
  equal(await page.locator('[data-pending]').count(), 0, 'operations that still wait in the console');
  const messages = await at.hub.messages(at.mail);
  equal((await shownMessages(page)).map((one) => one.number), messages.map((one) => one.number), 'the messages of the open thread');
  equal(messages.filter((one) => one.text.includes('while the hub dies')).length, 1, 'the answer written in the crash is there once');
  const listed = (await at.hub.conversations('status=open')).map((one) => one.id).sort();
  await until('the list to hold what the API lists', async () => (await page.locator('[data-conversation]').first().getAttribute('aria-setsize')) === String(listed.length));
  equal((await allRows(page)).sort(), listed, 'the rows of the console');
  await at.panel.locator('.mine .state:text-is("sent")').nth(2).waitFor();
  const spoken = (await at.hub.messages(at.chat)).map((one) => one.text.trim());
  equal(spoken.filter((one) => one === 'Are you still there?').length, 1, 'the chat line written in the crash is there once');
  equal((await chatLines(at.panel)).map((one) => one.text), spoken, 'the lines of the chat');
  await page.locator('[role=listbox]').evaluate((element) => (element.scrollTop = 0));
  await screenshot(page, 'step5.png');
  await screenshot(at.visitor.page, 'step5-widget.png');
}

async function typedName(at) {
  matches(at.typing, /^Visitor \S+ is typing…$/, 'the console names the visitor who types');
}

async function cleanBrowser(at) {
  // The seconds without a hub are told by the browser as failed connections.
  const expected = /WebSocket connection to|ERR_CONNECTION|Failed to load resource: (net::|the server responded with a status of 401)/;
  for (const [who, one] of [['console', at.giulia], ['demo page', at.visitor]]) quiet(one.seen, expected, who);
}

export async function run(test) {
  const at = await ground();
  if (!(await test('1. the hub starts on an empty folder, Giulia signs in', () => start(at)))) return;
  if (!(await test('2. a mail appears in the open console', () => mailAppears(at)))) return;
  await test('2. its attachment opens', () => attachmentOpens(at));
  await test('2. its deadline ticks and the why panel names her', () => deadlineAndWhy(at));
  await test('3. a visitor chats, both see each other type', () => chat(at));
  await test('3. who types has a name', () => typedName(at));
  await test('4. her answer leaves through Postfix with its thread', () => answerLeaves(at));
  await test('4. the answers of the customer join the conversation', () => answersThread(at));
  if (!(await test('5. kill -9 in mid-traffic, start again', () => crash(at)))) return;
  await test('5. every acknowledged mail is there exactly once', () => nothingLost(at));
  await test('5. console and chat come back by themselves, complete', () => everythingShown(at));
  await test('the browser saw no errors and no foreign requests', () => cleanBrowser(at));
}
