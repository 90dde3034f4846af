// Automatic answers: one to a person, none to a machine, and two machines that answer each other
// end.
import { existsSync } from 'node:fs';
import { alwaysOpen } from './declared.mjs';
import { asked, changeInbox, conversationOf, outbox, support } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { readMail } from './mime.mjs';
import { ScriptedRelay } from './smtp_server.mjs';
import { check, equal, freePort, matches, skip, until } from './support.mjs';

const hasSieve = existsSync('/usr/lib/dovecot/modules/lib90_sieve_plugin.so');
const vacation =
  'require ["vacation", "vacation-seconds"];\n' +
  'vacation :seconds 0 :subject "I am away" "Back in March.";\n';
const words = 'Thank you. A person answers you soon.';
const always = { automatic_reply: { text: words, when: 'always', period_hours: 24 } };

async function ground() {
  const hub = await Hub.create('automatic');
  const submissionPort = await freePort();
  const sieve = { submissionPort, scripts: { vera: vacation } };
  const dovecot = await Dovecot.start(hasSieve ? { sieve } : {});
  const robot = await ScriptedRelay.start();
  const postfix = await Postfix.start({
    customersPort: dovecot.lmtpPort,
    hubPort: hub.lmtpPort,
    smtpPort: submissionPort,
    transports: { 'robots.test': `smtp:[127.0.0.1]:${robot.port}` },
  });
  hub.configure({ email: { relay: postfix.url } });
  await hub.start();
  await changeInbox(hub, always);
  return { hub, dovecot, postfix, robot };
}

const automatic = (messages) =>
  messages.filter((one) => one.direction === 'out' && one.kind === 'auto_reply');
const through = (postfix, from, mail) => sendMail(postfix.smtpPort, from, support, mail);
const quiet = async (hub) => until('nothing to wait', async () => (await outbox(hub)).length === 0);

// All that came from this address, conversation by conversation.
async function allOf(hub, address) {
  const mine = (await hub.conversations()).filter((one) => one.reply_address.value === address);
  return {
    conversations: mine,
    messages: (await Promise.all(mine.map((one) => hub.messages(one.id)))).flat(),
  };
}

async function once(here) {
  const { hub, dovecot } = here;
  const conversation = await asked(hub, 'anna', { id: 'anna-1@customers.test' });
  const source = await dovecot.waitFor('the automatic answer', 'anna', () => true);
  const mail = readMail(source);
  equal(mail.headers['return-path'], '<>', 'its envelope sender');
  equal(mail.headers['auto-submitted'], 'auto-replied', 'Auto-Submitted');
  equal(
    [mail.headers['x-auto-response-suppress'], mail.headers.precedence],
    ['All', 'bulk'],
    'what keeps others silent',
  );
  equal(mail.headers['in-reply-to'], '<anna-1@customers.test>', 'In-Reply-To');
  equal(mail.headers.subject, 'Re: Question of anna', 'its subject');
  matches(mail.headers.from, /Support.*<support@demo\.localhost>/, 'From');
  equal(mail.text.trim(), words, 'its text');
  const [question, reply] = await hub.messages(conversation.id);
  equal(
    [question.direction, reply.kind, reply.author.type],
    ['in', 'auto_reply', 'system'],
    'the thread',
  );
  equal(
    mail.headers['message-id'],
    `<${reply.external_id}>`,
    'the Message-ID is the one the API names',
  );
  const after = await conversationOf(hub, conversation);
  check(after.waiting_since !== null, 'the customer waits for a person');
  equal(
    after.sla.filter((one) => one.metric === 'first_response').map((one) => one.ended_at),
    [null],
    'the promise runs on',
  );
  here.anna = conversation;
}

// In the same conversation by its address, in it by its ids, and in a new one.
async function withinThePeriod(here) {
  const { hub, dovecot, postfix } = here;
  const source = (await dovecot.mails('anna'))[0];
  const { headers } = readMail(source);
  await through(
    postfix,
    'anna@customers.test',
    plainMail({
      from: 'Anna <anna@customers.test>',
      to: support,
      subject: 'Re: Question of anna',
      id: 'anna-2@customers.test',
      text: 'Second.',
      headers: `In-Reply-To: ${headers['message-id']}\n`,
    }),
  );
  await until('the second mail', async () => (await hub.messages(here.anna.id)).length === 3);
  const other = await asked(hub, 'anna', { subject: 'Something else' });
  equal(automatic(await hub.messages(other.id)), [], 'automatic answers to a new question');
  equal(
    automatic(await hub.messages(here.anna.id)).length,
    1,
    'automatic answers in the first conversation',
  );
  await quiet(hub);
  equal((await dovecot.mails('anna')).length, 1, 'mails in her mailbox');
}

const silent = {
  list: { headers: 'List-Id: <friends.customers.test>\n' },
  unsubscribe: { headers: 'List-Unsubscribe: <https://a.example/>\n' },
  bulk: { headers: 'Precedence: bulk\n' },
  junk: { headers: 'Precedence: junk\n' },
  suppressed: { headers: 'X-Auto-Response-Suppress: OOF, AutoReply\n' },
  submitted: { headers: 'Auto-Submitted: auto-generated\n' },
  loop: { headers: 'X-Loop: something\n' },
  responder: { headers: 'X-Autoreply: yes\n' },
  noreply: { address: 'noreply@customers.test' },
  'no-reply': { address: 'no-reply+tag@customers.test' },
  postmaster: { address: 'postmaster@customers.test' },
  nobody: { envelope: '' },
};

async function machines({ hub, dovecot, postfix }) {
  for (const [name, one] of Object.entries(silent)) {
    const address = one.address ?? `${name}@customers.test`;
    await through(
      postfix,
      one.envelope ?? address,
      plainMail({
        from: `<${address}>`,
        to: support,
        subject: `Of ${name}`,
        id: `${name}-1@customers.test`,
        text: `I am ${name}.`,
        headers: one.headers ?? '',
      }),
    );
  }
  await until(
    'all of them',
    async () => {
      const subjects = (await hub.conversations()).map((one) => one.subject);
      return Object.keys(silent).every((name) => subjects.includes(`Of ${name}`));
    },
    30_000,
  );
  const answered = [];
  for (const one of await hub.conversations())
    if (one.subject.startsWith('Of ') && automatic(await hub.messages(one.id)).length)
      answered.push(one.subject);
  equal(answered, [], 'machines that were answered');
  await asked(hub, 'marker');
  await dovecot.waitFor('the answer to a person who came last', 'marker', () => true);
  for (const name of Object.keys(silent))
    equal((await dovecot.mails(name)).length, 0, `mails of ${name}`);
}

// Vera is on holiday and her server answers everything, again and again if it is let.
async function sieve({ hub, dovecot, postfix }) {
  if (!hasSieve) skip('the package dovecot-sieve is not installed');
  await through(
    postfix,
    'vera@customers.test',
    plainMail({
      from: 'Vera <vera@customers.test>',
      to: support,
      subject: 'Before my holiday',
      id: 'vera-1@customers.test',
      text: 'Hello.',
    }),
  );
  await dovecot.waitFor('the automatic answer', 'vera', () => true);
  // Her server does answer a person: it is not silent for another reason.
  const {
    conversations: [conversation],
  } = await allOf(hub, 'vera@customers.test');
  await hub.post(`/api/v1/conversations/${conversation.id}/messages`, { text: 'A person writes.' });
  await until('the answer in absence', async () =>
    (await hub.messages(conversation.id)).some((one) => one.text.includes('Back in March.')),
  );
  const { messages } = await allOf(hub, 'vera@customers.test');
  const all = messages.sort((a, b) => a.number - b.number).map((one) => [one.direction, one.kind]);
  equal(
    all,
    [
      ['in', 'message'],
      ['out', 'auto_reply'],
      ['out', 'message'],
      ['in', 'auto_reply'],
    ],
    'the whole conversation',
  );
  await quiet(hub);
  equal((await dovecot.mails('vera')).length, 2, 'mails in her mailbox');
}

// A machine that answers every mail as a person would, without a sign, and each time as a new
// question.
async function rudeRobot({ hub, robot, postfix }) {
  let said = 0;
  const speak = (to, headers = '') =>
    through(
      postfix,
      'bot@robots.test',
      plainMail({
        from: 'Bot <bot@robots.test>',
        to,
        subject: `Ticket ${++said}`,
        id: `bot-${said}@robots.test`,
        text: `We have received your mail ${said}.`,
        headers,
      }),
    );
  const answering = [];
  robot.verdict = (mail) => {
    const { headers } = readMail(mail.source);
    answering.push(speak(support, said % 2 ? '' : `In-Reply-To: ${headers['message-id']}\n`));
    return '250 2.0.0 taken';
  };
  await speak(support);
  await until('the robot to have answered', () => robot.mails.length === 1 && said === 2);
  await Promise.all(answering);
  await until(
    'its answer at the desk',
    async () =>
      (await allOf(hub, 'bot@robots.test')).messages.filter((one) => one.direction === 'in')
        .length === 2,
  );
  // It goes on by itself, as two machines do.
  for (let n = 0; n < 4; ++n) await speak(support);
  await until(
    'all of it',
    async () =>
      (await allOf(hub, 'bot@robots.test')).messages.filter((one) => one.direction === 'in')
        .length === 6,
  );
  await quiet(hub);
  equal(automatic((await allOf(hub, 'bot@robots.test')).messages).length, 1, 'automatic answers');
  equal(
    robot.mails.map((one) => one.from),
    [''],
    'mails that came to the robot, and their envelope sender',
  );
}

// Another inbox of ours writes, and two desks that both answer.
async function ourselves({ hub, postfix, dovecot }) {
  const made = await hub.request('POST', '/api/v1/inboxes', {
    body: { name: 'Sales', channel: 'email', address: 'sales@demo.localhost', settings: always },
  });
  equal(made.status, 201, `the inbox: ${made.text}`);
  await through(
    postfix,
    'sales@demo.localhost',
    plainMail({
      from: 'Sales <sales@demo.localhost>',
      to: support,
      subject: 'Between us',
      id: 'sales-1@demo.localhost',
      text: 'Hello desk.',
    }),
  );
  await until('the mail', async () =>
    (await hub.conversations()).some((one) => one.subject === 'Between us'),
  );
  const { messages } = await allOf(hub, 'sales@demo.localhost');
  equal(
    messages.map((one) => one.direction),
    ['in'],
    'what stands in the conversation',
  );
  // A person who writes to both gets an answer from each.
  await sendMail(
    postfix.smtpPort,
    'both@customers.test',
    [support, 'sales@demo.localhost'],
    plainMail({
      from: '<both@customers.test>',
      to: `${support}, sales@demo.localhost`,
      subject: 'To both',
      id: 'both-1@customers.test',
      text: 'Hello.',
    }),
  );
  const senders = await until('two answers', async () => {
    const mails = await dovecot.mails('both');
    return (
      mails.length === 2 && mails.map((one) => /<(.*)>/.exec(readMail(one).headers.from)[1]).sort()
    );
  });
  equal(senders, ['sales@demo.localhost', support], 'who answered');
}

// Closed for three days: the answer names when somebody is there.
async function outOfHours(here) {
  const { hub, dovecot } = here;
  const open = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const policy = (calendar) => ({
    sla_policies: [
      {
        name: 'Only',
        rank: 1,
        channels: ['email'],
        calendar,
        targets: [{ metric: 'first_response', budget_seconds: 3600 }],
      },
    ],
  });
  const closed = {
    name: 'Rarely',
    zone: 'Europe/Rome',
    weekly: {},
    exceptions: { [open]: { windows: [['09:00', '18:00']] } },
  };
  equal(
    (await hub.apply({ calendars: [closed, alwaysOpen], ...policy('Rarely') })).code,
    0,
    'the hours',
  );
  await changeInbox(hub, {
    automatic_reply: {
      text: 'We are back on {next_opening}. ({next_opening})',
      when: 'out_of_hours',
      period_hours: 1,
    },
  });
  await asked(hub, 'nora');
  const mail = readMail(await dovecot.waitFor('the answer', 'nora', () => true));
  const time = `${open} 09:00 (Europe/Rome)`;
  equal(mail.text.trim(), `We are back on ${time}. (${time})`, 'its text');
  equal((await hub.apply(policy('Always'))).code, 0, 'other hours');
  const opened = await asked(hub, 'olga');
  equal(automatic(await hub.messages(opened.id)), [], 'automatic answers in working hours');
  await changeInbox(hub, { automatic_reply: null });
  equal((await hub.apply(policy('Rarely'))).code, 0, 'the first hours again');
  const off = await asked(hub, 'pia');
  equal(automatic(await hub.messages(off.id)), [], 'automatic answers when it is switched off');
}

async function wrongSettings({ hub }) {
  const put = (automatic_reply) =>
    hub.request('PUT', `/api/v1/inboxes/${here_inbox}`, {
      body: { name: 'Support', channel: 'email', address: support, settings: { automatic_reply } },
    });
  const here_inbox = (await hub.get('/api/v1/inboxes')).items.find(
    (one) => one.address === support,
  ).id;
  for (const wrong of [
    {},
    { text: 'x', when: 'never' },
    { text: 'x', period_hours: 0 },
    { text: 'x', period_hours: 10_000 },
    'yes',
  ])
    equal((await put(wrong)).status, 422, `the setting ${JSON.stringify(wrong)}`);
}

export async function run(test) {
  const here = await ground();
  if (!(await test('a person gets one automatic answer', () => once(here)))) return;
  await test('a second mail within the period gets none', () => withinThePeriod(here));
  await test('machines and lists get none', () => machines(here));
  await test('an absence notice on the other side: no loop', () => sieve(here));
  await test('a machine without manners: no loop', () => rudeRobot(here));
  await test('our own inboxes, and two of them at once', () => ourselves(here));
  await test('out of hours, with the next opening', () => outOfHours(here));
  await test('settings that are none are refused', () => wrongSettings(here));
}
