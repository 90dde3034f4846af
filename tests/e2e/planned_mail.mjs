// What leaves later: not before its time, not when it was taken back, once whatever happens to the
// hub; and what was promised runs until it has left. Times are the hub's own, from its log.
import { fastMail } from './declared.mjs';
import {
  answer,
  asked,
  changeInbox,
  conversationOf,
  messageOf,
  outbox,
  untilState,
} from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { readMail } from './mime.mjs';
import { check, equal, matches, until } from './support.mjs';

const base = '/api/v1';
const soon = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const far = () => soon(3600);

async function ground() {
  const hub = await Hub.create('planned');
  const dovecot = await Dovecot.start();
  const postfix = await Postfix.start({ customersPort: dovecot.lmtpPort, hubPort: hub.lmtpPort });
  hub.configure({ email: { relay: postfix.url } });
  await hub.start();
  equal((await hub.apply(fastMail())).code, 0, 'mail is promised an answer, on Sundays too');
  return { hub, dovecot };
}

const first = (conversation) => conversation.sla.find((one) => one.metric === 'first_response');
// The outbox is looked at every fifteen seconds.
const leaves = 40_000;
const takeBack = (hub, id) => hub.request('POST', `${base}/messages/${id}/take-back`);
const count = async ({ dovecot }, name) => (await dovecot.mails(name)).length;

// [{ at, state }] of a message, in order.
async function deliveries(hub, conversation, id) {
  const events = await hub.all(
    `${base}/conversations/${conversation.id}/events?kinds=delivery_changed`,
  );
  return events
    .map((one) => ({ at: one.at, ...(one.payload ?? one.data ?? one) }))
    .filter((one) => String(one.message_id) === id)
    .map((one) => ({ at: one.at, state: one.state }));
}

async function later(here) {
  const { hub, dovecot } = here;
  const conversation = await asked(hub, 'vito');
  const send_at = soon(4);
  const sent = await answer(hub, conversation, { text: 'At its time.', send_at });
  const held = await messageOf(hub, conversation, sent.id);
  equal(
    [held.delivery.state, held.planned, Date.parse(held.leaves_at)],
    ['queued', true, Date.parse(send_at)],
    'the message that waits',
  );
  const waiting = await conversationOf(hub, conversation);
  equal([waiting.held, waiting.planned], [[sent.id], [sent.id]], 'what the conversation holds');
  check(waiting.waiting_since !== null, 'the customer still waits');
  equal(
    [first(waiting).state, first(waiting).ended_at],
    ['running', null],
    'the promise until then',
  );
  const [row] = await outbox(hub);
  equal(
    [row.id, row.state, Date.parse(row.due_at)],
    [sent.id, 'held', Date.parse(send_at)],
    'the row of the outbox',
  );

  const mail = readMail(
    await dovecot.waitFor(
      'the mail at its time',
      'vito',
      (one) => one.includes('At its time.'),
      leaves,
    ),
  );
  equal(Date.parse(mail.headers.date), Math.floor(Date.parse(send_at) / 1000) * 1000, 'its Date');
  await untilState(hub, conversation, sent.id, 'sent');
  const steps = await deliveries(hub, conversation, sent.id);
  check(
    steps.length >= 1 && steps.every((one) => Date.parse(one.at) >= Date.parse(send_at)),
    `when it left: ${JSON.stringify(steps)}`,
  );
  const after = await conversationOf(hub, conversation);
  equal(
    [first(after).state, after.waiting_since, after.held, after.planned],
    ['met', null, undefined, undefined],
    'the conversation after',
  );
  check(
    Date.parse(first(after).ended_at) >= Date.parse(send_at),
    'the promise was kept when it left, not when it was written',
  );
  const gone = await takeBack(hub, sent.id);
  check(
    [409, 410].includes(gone.status),
    `what has left cannot be taken back: ${gone.status} ${gone.text}`,
  );
  matches(gone.text, /left already/, 'what it says');
}

async function takenBack(here) {
  const { hub, dovecot } = here;
  const [one, other] = [await asked(hub, 'walter'), await asked(hub, 'wanda')];
  const sent = await answer(hub, one, { text: 'Never sent.', send_at: soon(4) });
  // What was planned for later than this shows that its moment has passed.
  await answer(hub, other, { text: 'Sent after it.', send_at: soon(5) });
  equal((await takeBack(hub, sent.id)).status, 200, 'taking it back');
  check((await takeBack(hub, sent.id)).status >= 400, 'taking it back twice is refused');
  const back = await messageOf(hub, one, sent.id);
  equal(
    [back.delivery.state, back.delivery.reason],
    ['taken_back', 'taken back by Administrator'],
    'the message',
  );
  equal(
    (await outbox(hub)).map((row) => row.conversation_id),
    [other.id],
    'what waits',
  );
  equal(first(await conversationOf(hub, one)).state, 'running', 'the promise');
  await dovecot.waitFor(
    'what was planned after it',
    'wanda',
    (mail) => mail.includes('Sent after it.'),
    leaves,
  );
  equal(await count(here, 'walter'), 0, 'mails of the one who shall get none');
  equal(
    (await messageOf(hub, one, sent.id)).delivery.state,
    'taken_back',
    'the message in the end',
  );
}

// Down when its time comes: it leaves at the next start, once.
async function acrossRestarts(here) {
  const { hub, dovecot } = here;
  const [one, other] = [await asked(hub, 'yara'), await asked(hub, 'yves')];
  const send_at = soon(2);
  const sent = await answer(hub, one, { text: 'Through the crash.', send_at });
  const kept = await answer(hub, other, { text: 'Far away.', send_at: far() });
  await hub.kill();
  await until('its time to pass', () => Date.now() > Date.parse(send_at));
  await hub.start();
  await dovecot.waitFor('the mail after the start', 'yara', (mail) =>
    mail.includes('Through the crash.'),
  );
  await untilState(hub, one, sent.id, 'sent');
  equal((await hub.stop()).code, 0, 'the exit code');
  equal((await hub.command('rebuild')).code, 0, 'the read tables are written again');
  await hub.start();
  const last = await asked(hub, 'zoe');
  await answer(hub, last, { text: 'The last.' });
  await dovecot.waitFor('the last mail', 'zoe', (mail) => mail.includes('The last.'));
  equal([await count(here, 'yara'), await count(here, 'yves')], [1, 0], 'mails');
  equal(
    (await outbox(hub)).map((row) => [row.id, row.state]),
    [[kept.id, 'held']],
    'what waits',
  );
  equal((await takeBack(hub, kept.id)).status, 200, 'it can still be taken back');
}

// With time to think it over: answered at once for the promise, sent later.
async function undo(here) {
  const { hub, dovecot } = here;
  await changeInbox(hub, { undo_seconds: 300 });
  const conversation = await asked(hub, 'xenia');
  const sent = await answer(hub, conversation, { text: 'Too fast.' });
  const held = await messageOf(hub, conversation, sent.id);
  equal([held.planned ?? false, held.delivery.state], [false, 'queued'], 'the message');
  const ahead = (Date.parse(held.leaves_at) - Date.parse(held.sent_at)) / 1000;
  equal(ahead, 300, 'seconds until it leaves');
  equal(
    first(await conversationOf(hub, conversation)).state,
    'met',
    'the promise: she has answered',
  );
  equal((await takeBack(hub, sent.id)).status, 200, 'taking it back');
  equal(
    first(await conversationOf(hub, conversation)).state,
    'running',
    'the promise: she has not',
  );
  await changeInbox(hub, { undo_seconds: 1 });
  const again = await answer(hub, conversation, { text: 'Well thought.' });
  await untilState(hub, conversation, again.id, 'sent', leaves);
  await dovecot.waitFor('the second thought', 'xenia', (mail) => mail.includes('Well thought.'));
  equal(await count(here, 'xenia'), 1, 'mails');
  await changeInbox(hub, { undo_seconds: 0 });
}

async function refused({ hub }) {
  const conversation = await asked(hub, 'quinn');
  const post = (body) =>
    hub.request('POST', `${base}/conversations/${conversation.id}/messages`, { body });
  for (const [send_at, what] of [
    ['tomorrow', 'no time'],
    [soon(400 * 86_400), 'more than a year'],
  ])
    equal((await post({ text: 'x', send_at })).status, 422, `planned for ${what}`);
  const past = await post({ text: 'At once.', send_at: soon(-3600) });
  equal(past.status, 201, `a time that has passed: ${past.text}`);
  const message = await untilState(hub, conversation, past.json.id, 'sent');
  equal(message.planned ?? false, false, 'whether it was planned');
}

export async function run(test) {
  const here = await ground();
  await test('it leaves at its time, and the promise runs until then', () => later(here));
  await test('taken back before its time, it never leaves', () => takenBack(here));
  await test('planned mail survives crash, restart and rebuild', () => acrossRestarts(here));
  await test('seconds to think it over', () => undo(here));
  await test('times that are none are refused', () => refused(here));
}
