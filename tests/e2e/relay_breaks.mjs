// Relays that break off: a mail whose fate nobody knows is sent once more, the same mail, and then
// left to a human being; recipients whose fate is known are left alone.
import {
  answer,
  asked,
  messageOf,
  outbox,
  recipientStates,
  tryAgain,
  untilState,
} from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { readMail } from './mime.mjs';
import { ScriptedRelay } from './smtp_server.mjs';
import { equal, matches, until } from './support.mjs';

const at = (name) => `${name}@customers.test`;
const broke = /the connection broke while the mail was under way/;

async function ground() {
  const relay = await ScriptedRelay.start();
  const hub = await Hub.create('breaks', { config: { email: { relay: relay.url } } });
  await hub.start();
  return { hub, relay };
}

const attempts = (hub, id, wanted) =>
  until(
    `${wanted} attempts on record`,
    async () => (await outbox(hub)).find((one) => one.id === id)?.attempts === wanted,
  );

async function twice({ hub, relay }) {
  const conversation = await asked(hub, 'anna');
  relay.verdict = () => null;
  const sent = await answer(hub, conversation, { text: 'Did it arrive?\n.\n..end' });
  await attempts(hub, sent.id, 1);
  const once = await messageOf(hub, conversation, sent.id);
  equal(once.delivery.state, 'queued', 'the state after the first');
  matches(once.delivery.reason, broke, 'the words after the first');
  equal(relay.mails.length, 1, 'mails after the first');
  await tryAgain(hub);
  const given = await untilState(hub, conversation, sent.id, 'unknown');
  matches(given.delivery.reason, broke, 'the words in the end');
  equal(await outbox(hub), [], 'what waits');
  relay.verdict = () => '250 2.0.0 taken';
  await tryAgain(hub);
  await hub.kill();
  await hub.start();
  const other = await asked(hub, 'bert');
  await untilState(hub, other, (await answer(hub, other, { text: 'Next.' })).id, 'sent');
  const mails = relay.of(at('anna'));
  equal(mails.length, 2, 'how often it was sent');
  equal(mails[0].source, mails[1].source, 'the two, byte by byte');
  equal(
    readMail(mails[0].source).headers['message-id'],
    `<${given.external_id}>`,
    'its Message-ID',
  );
}

async function secondArrives({ hub, relay }) {
  const conversation = await asked(hub, 'carl');
  relay.verdict = (mail, before) => (before === 0 ? null : '250 2.0.0 taken');
  const sent = await answer(hub, conversation, { text: 'Once more.' });
  await attempts(hub, sent.id, 1);
  await tryAgain(hub);
  const done = await untilState(hub, conversation, sent.id, 'sent');
  equal([done.delivery.reason, relay.of(at('carl')).length], ['', 2], 'words and mails');
}

// Four recipients, four fates.
async function eachForItself({ hub, relay }) {
  const conversation = await asked(hub, 'dora');
  relay.refused.set(at('no'), '550 5.1.1 nobody of this name');
  const verdicts = new Map([
    [at('lost'), null],
    [at('full'), '452 4.2.2 the mailbox is full'],
  ]);
  relay.verdict = ({ to: [address] }) =>
    verdicts.has(address) ? verdicts.get(address) : '250 2.0.0 taken';
  const sent = await answer(hub, conversation, {
    text: 'To all.',
    to: [at('lost'), at('no')],
    cc: [at('full'), at('well')],
  });
  await attempts(hub, sent.id, 1);
  const told = await messageOf(hub, conversation, sent.id);
  equal(told.delivery.state, 'failed', 'told at once');
  equal(
    recipientStates(told),
    { [at('lost')]: 'unknown', [at('no')]: 'failed', [at('full')]: 'queued', [at('well')]: 'sent' },
    'after the first',
  );
  await tryAgain(hub);
  await attempts(hub, sent.id, 2);
  equal(
    recipientStates(await messageOf(hub, conversation, sent.id)),
    { [at('lost')]: 'unknown', [at('no')]: 'failed', [at('full')]: 'queued', [at('well')]: 'sent' },
    'after the second',
  );
  relay.verdict = () => '250 2.0.0 taken';
  await tryAgain(hub);
  await until('nothing to wait', async () => (await outbox(hub)).length === 0);
  equal(
    recipientStates(await messageOf(hub, conversation, sent.id)),
    { [at('lost')]: 'unknown', [at('no')]: 'failed', [at('full')]: 'sent', [at('well')]: 'sent' },
    'in the end',
  );
  equal(
    ['lost', 'no', 'full', 'well'].map((one) => relay.of(at(one)).length),
    [2, 0, 3, 1],
    'how often each mail was sent',
  );
}

// A relay that lets nobody in: nobody is refused, everybody waits, the next address is not tried.
async function closed({ hub, relay }) {
  const conversation = await asked(hub, 'edda');
  relay.greeting = '421 4.3.2 closed for repairs';
  await relay.hangUp();
  const sent = await answer(hub, conversation, { text: 'Patience.', cc: [at('fred')] });
  await attempts(hub, sent.id, 1);
  const told = await messageOf(hub, conversation, sent.id);
  equal(
    [told.delivery.state, recipientStates(told)],
    ['queued', { [at('edda')]: 'queued', [at('fred')]: 'queued' }],
    'how they stand',
  );
  matches(told.delivery.reason, /421 4\.3\.2 closed for repairs/, 'the words');
  relay.greeting = '220 scripted.test ready';
  await tryAgain(hub);
  await untilState(hub, conversation, sent.id, 'sent');
  equal([relay.of(at('edda')).length, relay.of(at('fred')).length], [1, 1], 'mails');
}

// Nobody listens there; then the configuration names who does.
async function moved({ hub, relay }) {
  hub.configure({ email: { relay: 'smtp://127.0.0.1:1' } });
  await tryAgain(hub);
  const conversation = await asked(hub, 'gina');
  const sent = await answer(hub, conversation, { text: 'Elsewhere.' });
  await attempts(hub, sent.id, 1);
  matches(
    (await messageOf(hub, conversation, sent.id)).delivery.reason,
    /the relay cannot be reached/,
    'the words',
  );
  hub.configure({ email: { relay: relay.url } });
  await tryAgain(hub);
  await untilState(hub, conversation, sent.id, 'sent');
  equal(relay.of(at('gina')).length, 1, 'mails');
}

export async function run(test) {
  const here = await ground();
  await test('nobody knows: once more the same mail, then unknown', () => twice(here));
  await test('nobody knows: the second one arrives', () => secondArrives(here));
  await test('four recipients, four fates', () => eachForItself(here));
  await test('a relay that is closed', () => closed(here));
  await test('a relay that is nowhere, and one in its place', () => moved(here));
}
