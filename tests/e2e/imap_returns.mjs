// What comes back by the mailbox: a bounce of what the hub sent, made by a real mail server, and our own mail.
import net from 'node:net';
import { fastMail } from './declared.mjs';
import { Hub } from './hub.mjs';
import { headersOf, plainMail } from './mail_client.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { Connected } from './mailboxes.mjs';
import { atEnd, check, equal, matches, until } from './support.mjs';

// The mail server of a domain where nobody lives.
async function deadServer() {
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).write('220 dead.test ESMTP\r\n');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().trim().split('\r\n'))
        socket.write(/^RCPT/i.test(line) ? '550 5.1.1 There is no such person here\r\n' : /^QUIT/i.test(line) ? '221 Bye\r\n' : '250 dead.test\r\n');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close());
  return server.address().port;
}

async function ground() {
  const hub = await Hub.create('returns');
  const dovecot = await Dovecot.start();
  const postfix = await Postfix.start({ customersPort: dovecot.lmtpPort, hubPort: hub.lmtpPort, transports: {
    'hub.test': `lmtp:inet:127.0.0.1:${dovecot.lmtpPort}`, 'dead.test': `smtp:[127.0.0.1]:${await deadServer()}` } });
  hub.configure({ email: { relay: postfix.url } });
  await hub.start();
  equal((await hub.apply(fastMail())).code, 0, 'mail is promised an answer');
  return { hub, dovecot, postfix, shop: await Connected.create(hub, dovecot, 'shop') };
}

const clockOf = (conversation) => conversation.sla.find((one) => one.metric === 'first_response');
const readOf = (hub, id) => hub.get(`/api/v1/conversations/${id}`);

// A mail from outside, by the mailbox; resolves with its conversation.
async function writes({ dovecot, shop }, from, subject, more = {}) {
  await dovecot.deliver('shop', [plainMail({ from, to: 'shop@hub.test', subject, id: `${subject.replaceAll(' ', '-')}@elsewhere.test`, text: `${subject}?`, ...more })]);
  return until(`the mail "${subject}"`, async () => (await shop.conversations()).find((one) => one.subject === subject));
}
async function answers({ hub }, id, text) {
  const { id: message } = await hub.post(`/api/v1/conversations/${id}/messages`, { text });
  return () => hub.messages(id).then((all) => all.find((one) => one.id === message));
}

async function bounced(at) {
  const { hub, dovecot, shop } = at;
  const { id } = await writes(at, 'Lea <lea@dead.test>', 'Where is my order');
  equal(clockOf(await readOf(hub, id)).state, 'running', 'the promise');
  const answer = await answers(at, id, 'It is on its way.');
  const failed = await until('the answer to have failed', async () => {
    const message = await answer();
    if (message.delivery.state !== 'failed') throw new Error(JSON.stringify(message.delivery));
    return message;
  }, 30_000);
  matches(failed.delivery.reason, /returned for lea@dead\.test, status 5\.1\.1: .*550 5\.1\.1 There is no such person here/, 'why');
  const events = (await hub.get(`/api/v1/conversations/${id}/events?limit=200`)).items;
  equal(events.filter((one) => one.kind === 'delivery_changed').map((one) => one.payload.state), ['sending', 'sent', 'failed'], 'what became of it');
  const now = await readOf(hub, id);
  equal([clockOf(now).state, clockOf(now).undelivered, now.status], ['running', true, 'open'], 'the promise is open again');
  equal((await shop.conversations()).length, 1, 'conversations: the bounce belongs to this one');
  const [, , bounce, ...more] = await hub.messages(id);
  equal([bounce.kind, bounce.direction, more.length], ['bounce', 'in', 0], 'the bounce in the conversation');
  const [, source] = await dovecot.mails('shop');
  matches(headersOf(source)['delivered-to'], /shop\+c\..*@hub\.test/, 'the bounce came to the address with the token');
  equal(headersOf(source)['return-path'], '<>', 'from nobody');
}

// The customer hears of the answer: the promise stays kept, also when the bounce of another mail comes.
async function kept(at) {
  const { hub } = at;
  const { id } = await writes(at, 'Nils <nils@customers.test>', 'Do you ship to Norway');
  const answer = await answers(at, id, 'We do.');
  await until('the answer to be sent', async () => (await answer()).delivery.state === 'sent');
  await at.dovecot.waitFor('the answer in his mailbox', 'nils', (mail) => mail.includes('We do.'));
  equal(clockOf(await readOf(hub, id)).state, 'met', 'the promise');
}

// What comes from an address of our own: a copy of our answer, a forward of a colleague's rule, a loop.
async function echo(at) {
  const { hub } = at;
  const { id } = await writes(at, 'Shop <shop@hub.test>', 'Our own words');
  const now = await readOf(hub, id);
  equal([now.sla, now.assignee_id, now.waiting_since], [[], null, null], 'clocks, assignee, waiting since');
  equal((await hub.messages(id)).map((one) => one.kind), ['auto_reply'], 'what it is');
  const events = (await hub.get(`/api/v1/conversations/${id}/events?limit=200`)).items.map((one) => one.kind);
  check(!events.some((kind) => /sla_started|routing_decided|assigned/.test(kind)), `what happened: ${events}`);
}

// A copy of the answer that a provider puts into the mailbox of its sender.
async function ownCopy(at) {
  const { hub, dovecot } = at;
  const { id } = await writes(at, 'Nora <nora@customers.test>', 'Is it green');
  await answers(at, id, 'It is green.');
  const copy = await dovecot.waitFor('the answer in her mailbox', 'nora', (mail) => mail.includes('It is green.'));
  const clock = clockOf(await readOf(hub, id));
  await dovecot.deliver('shop', [copy]);
  await writes(at, 'Otto <otto@customers.test>', 'Somebody else');
  const after = await readOf(hub, id);
  equal([clockOf(after), after.status], [clock, 'open'], 'the promise after the copy came back');
  equal(after.sla.filter((one) => one.state === 'running'), [], 'promises that it started');
}

export async function run(test) {
  const at = await ground();
  await test('a bounce marks our message as failed and reopens the promise', () => bounced(at));
  await test('an answer that arrives keeps the promise', () => kept(at));
  await test('an echo of our own address starts no clock and goes to nobody', () => echo(at));
  await test('a copy of our own answer starts no clock', () => ownCopy(at));
}
