// Answers by mail through a real Postfix: each recipient for itself, formatted with images, from
// whom and signed how, and at the time that was planned.
import { picture } from './browser.mjs';
import { fastMail } from './declared.mjs';
import {
  answer,
  asked,
  changeInbox,
  messageOf,
  outbox,
  recipientStates,
  support,
  tryAgain,
  untilState,
  upload,
} from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { decodedHeader, partOf, readMail, shapeOf } from './mime.mjs';
import { RecipientPolicy } from './smtp_server.mjs';
import { check, equal, matches, until } from './support.mjs';

const at = (name) => `${name}@customers.test`;
const signature = 'Demo Ltd <Milan> & Rome\nhttps://demo.example';

async function ground() {
  const hub = await Hub.create('mail-out');
  const [dovecot, policy] = [await Dovecot.start(), await RecipientPolicy.start()];
  const postfix = await Postfix.start({
    customersPort: dovecot.lmtpPort,
    hubPort: hub.lmtpPort,
    main: policy.main,
  });
  hub.configure({ email: { relay: postfix.url } });
  await hub.start();
  equal((await hub.apply(fastMail())).code, 0, 'mail is promised an answer, on Sundays too');
  const giulia = { token: (await hub.tokenOf('giulia')).token };
  return { hub, dovecot, policy, postfix, giulia };
}

const firstMail = async ({ dovecot }, name, test = () => true) =>
  readMail(await dovecot.waitFor(`a mail for ${name}`, name, test));
const count = async ({ dovecot }, name) => (await dovecot.mails(name)).length;

// The one who is refused for a while stands first: nobody waits for him.
async function threeRecipients(here) {
  const { hub, policy } = here;
  const conversation = await asked(hub, 'rita');
  policy.verdicts.set(at('busy'), '450 4.2.1 the mailbox is busy');
  policy.verdicts.set(at('gone'), '550 5.1.1 there is no such mailbox');
  const sent = await answer(hub, conversation, {
    text: 'For all of you.',
    to: [at('busy'), at('gone')],
    cc: [at('good')],
  });
  const told = await untilState(hub, conversation, sent.id, 'failed');
  equal(
    recipientStates(told),
    { [at('busy')]: 'queued', [at('gone')]: 'failed', [at('good')]: 'sent' },
    'how they stand',
  );
  matches(
    told.delivery.reason,
    /^gone@customers\.test: .*others are tried again$/,
    'the words about the message',
  );
  here.told = Object.fromEntries(told.delivery.recipients.map((one) => [one.address, one.reason]));
  await firstMail(here, 'good');
  const [row] = await outbox(hub);
  equal([row.id, row.attempts], [sent.id, 1], 'what waits in the outbox');

  await tryAgain(hub);
  await until('a second attempt', () => policy.times(at('busy')) === 2);
  await until('its record', async () => (await outbox(hub))[0]?.attempts === 2);
  equal(
    (await messageOf(hub, conversation, sent.id)).delivery.state,
    'failed',
    'the state meanwhile',
  );

  policy.verdicts.delete(at('busy'));
  await hub.kill();
  await hub.start();
  await until('nothing to wait', async () => (await outbox(hub)).length === 0);
  const done = await messageOf(hub, conversation, sent.id);
  equal(
    recipientStates(done),
    { [at('busy')]: 'sent', [at('gone')]: 'failed', [at('good')]: 'sent' },
    'how they stand in the end',
  );
  matches(done.delivery.reason, /^gone@customers\.test: /, 'the words in the end');
  here.toldInTheEnd = done.delivery.reason;
  const late = await firstMail(here, 'busy');
  equal(late.headers['message-id'], `<${done.external_id}>`, 'the Message-ID of the later one');
  equal(
    ['busy', 'gone', 'good'].map((one) => policy.times(at(one))),
    [3, 1, 1],
    'how often each was offered',
  );
  equal(
    [await count(here, 'busy'), await count(here, 'gone'), await count(here, 'good')],
    [1, 0, 1],
    'mails in the mailboxes',
  );
}

// Its own words, and about whom: they alone say what an agent can do about it.
async function relaysWords({ told, toldInTheEnd }) {
  matches(
    told[at('gone')],
    /550 5\.1\.1 .*there is no such mailbox/,
    'about the one who was refused',
  );
  matches(told[at('busy')], /450 4\.2\.1 .*the mailbox is busy/, 'about the one who was deferred');
  matches(toldInTheEnd, /550 5\.1\.1 .*there is no such mailbox/, 'about the message');
}

async function onlyDeferred(here) {
  const { hub, policy } = here;
  const conversation = await asked(hub, 'ugo');
  policy.verdicts.set(at('ugo'), '450 4.7.1 come back');
  const sent = await answer(hub, conversation, { text: 'Later.', cc: [at('uma')] });
  const waits = await until('the refusal to be told', async () => {
    const message = await messageOf(hub, conversation, sent.id);
    return message.delivery.reason !== '' && message;
  });
  equal(waits.delivery.state, 'queued', 'the state of what is tried again');
  matches(waits.delivery.reason, /^ugo@customers\.test: the relay asks to come back/, 'the words');
  equal(recipientStates(waits), { [at('ugo')]: 'queued', [at('uma')]: 'sent' }, 'how they stand');
  policy.verdicts.delete(at('ugo'));
  await tryAgain(hub);
  const done = await untilState(hub, conversation, sent.id, 'sent');
  equal(
    [done.delivery.reason, recipientStates(done)],
    ['', { [at('ugo')]: 'sent', [at('uma')]: 'sent' }],
    'in the end',
  );
  equal([policy.times(at('ugo')), policy.times(at('uma'))], [2, 1], 'how often each was offered');
}

async function blindCopies(here) {
  const { hub } = here;
  const conversation = await asked(hub, 'bea');
  await answer(hub, conversation, {
    text: 'Seen by more than you see.',
    to: [`"Bea, B." <${at('bea')}>`],
    cc: [at('cleo')],
    bcc: [at('blind'), at('cleo')],
  });
  for (const name of ['bea', 'cleo', 'blind']) {
    const { headers } = await firstMail(here, name);
    equal(
      [headers.to, headers.cc, headers.bcc],
      [`"Bea, B." <${at('bea')}>`, at('cleo'), undefined],
      `what ${name} sees`,
    );
  }
  equal(
    [await count(here, 'cleo'), await count(here, 'blind')],
    [1, 1],
    'mails of those named once or twice',
  );
}

async function formatted(here) {
  const { hub, giulia } = here;
  await changeInbox(hub, { signature });
  const conversation = await asked(hub, 'hanna', { subject: 'Größe?' });
  const image = await upload(hub, 'plan.png', 'image/png', picture, giulia);
  const prices = Buffer.from('lamp: 39');
  const file = await upload(hub, 'prices – new.txt', 'text/plain', prices, giulia);
  const html = `<p>It is <b>160 × 80</b>:</p><img src="cid:${image}" alt="plan">`;
  const sent = await answer(
    hub,
    conversation,
    { html, text: 'It is 160 × 80, see the plan.\n.dots\nFrom here', attachments: [image, file] },
    giulia,
  );
  const mail = await firstMail(here, 'hanna');
  equal(
    shapeOf(mail),
    'mixed(alternative(text/plain,related(text/html,image/png)),text/plain)',
    'the parts',
  );
  const [
    {
      parts: [plain, related],
    },
    attached,
  ] = mail.parts;
  equal(
    plain.text.replace(/\r\n/g, '\n'),
    `It is 160 × 80, see the plan.\n.dots\nFrom here\n\n-- \n${signature}\n`,
    'the text',
  );
  equal(plain.parameters.charset, 'utf-8', 'its charset');
  const picturePart = partOf(related, 'image/png');
  const cid = picturePart.headers['content-id'].slice(1, -1);
  matches(cid, /^[^@\s]+@[^@\s]+$/, 'the Content-ID');
  check(
    related.parts[0].text.includes(`<img src="cid:${cid}" alt="plan">`),
    `the image is named: ${related.parts[0].text}`,
  );
  check(
    related.parts[0].text.includes('Demo Ltd &lt;Milan&gt; &amp; Rome<br>'),
    `it is signed: ${related.parts[0].text}`,
  );
  check(picturePart.bytes.equals(picture), 'the image is whole');
  matches(
    picturePart.headers['content-disposition'],
    /^inline; filename="?plan\.png"?$/,
    'how the image is placed',
  );
  equal(attached.text, 'lamp: 39', 'the file');
  matches(
    attached.headers['content-disposition'],
    /^attachment; filename/,
    'how the file is placed',
  );
  equal(decodedHeader(mail.headers.subject), 'Re: Größe?', 'the subject');
  const message = await messageOf(hub, conversation, sent.id);
  check(
    !message.text.includes('Milan') && !message.html.includes('Milan'),
    'the signature is not in the thread',
  );
  check(message.html.includes(`cid:${cid}`), 'the thread names the image as the mail does');
  equal(
    message.attachments.map((one) => [one.name, one.inline, one.content_id]),
    [
      ['plan.png', true, cid],
      ['prices – new.txt', false, ''],
    ],
    'the files of the message',
  );
  const shown = await hub.request(
    'GET',
    `/api/v1/attachments/${message.attachments[0].id}`,
    giulia,
  );
  equal(
    [shown.status, shown.headers.get('content-type')],
    [200, 'image/png'],
    'the image for the console',
  );
}

async function formattedOnly(here) {
  const { hub } = here;
  const conversation = await asked(hub, 'otto');
  await answer(hub, conversation, {
    html: '<p>Only <i>formatted</i> &amp; <a href="https://a.example/">linked</a>.</p>',
  });
  const mail = await firstMail(here, 'otto');
  equal(shapeOf(mail), 'alternative(text/plain,text/html)', 'the parts');
  matches(
    partOf(mail, 'text/plain').text,
    /^Only formatted & linked/,
    'the text that was made of it',
  );
}

async function senders(here) {
  const { hub, giulia } = here;
  const conversation = await asked(hub, 'nino');
  const wanted = {
    agent_and_inbox: 'Giulia Ferri (Support)',
    agent: 'Giulia Ferri',
    inbox: 'Support',
  };
  for (const [sender_name, name] of Object.entries(wanted)) {
    await changeInbox(hub, { sender_name });
    await answer(hub, conversation, { text: `As ${sender_name}.` }, giulia);
    const { headers } = await firstMail(here, 'nino', (mail) =>
      mail.includes(`As ${sender_name}.`),
    );
    equal(
      decodedHeader(headers.from).replaceAll('"', ''),
      `${name} <${support}>`,
      `the sender as ${sender_name}`,
    );
    matches(headers['reply-to'], /support\+[^@]+@demo\.localhost/, 'where answers go');
    matches(headers['return-path'], /^<support\+[^@]+@demo\.localhost>$/, 'where reports go');
  }
  const wrong = await hub.request('PUT', `/api/v1/inboxes/${conversation.inbox_id}`, {
    body: {
      name: 'Support',
      channel: 'email',
      address: support,
      settings: { sender_name: 'nobody' },
    },
  });
  equal(wrong.status, 422, 'a sender name that does not exist');
  await changeInbox(hub, { sender_name: 'agent_and_inbox', signature: '' });
}

export async function run(test) {
  const here = await ground();
  await test('three recipients: one gets it, one is refused for good, one gets it later', () =>
    threeRecipients(here));
  await test('the words of the relay are told', () => relaysWords(here));
  await test('a recipient who is deferred gets it later, the others not again', () =>
    onlyDeferred(here));
  await test('blind copies are seen by nobody, nobody gets two', () => blindCopies(here));
  await test('formatted, with an image in place, a file and a signature', () => formatted(here));
  await test('formatted alone brings its text along', () => formattedOnly(here));
  await test('whose name stands in From', () => senders(here));
}
