// What was acknowledged stays: a graceful stop and repeated kills in mid-traffic, senders that send again, and the log as
// the one truth from which the read tables are written again.
import { Hub } from './hub.mjs';
import { MailClient, plainMail, Pump } from './mail_client.mjs';
import { check, equal, figure, matches, until, within } from './support.mjs';

const base = '/api/v1';
const support = 'support@demo.localhost';

// Writes notes by the API, one after the other, each with a key of its own.
class NoteWriter {
  acknowledged = [];
  tried = [];
  constructor(hub, conversation, name) {
    Object.assign(this, { hub, conversation, name });
  }
  write(key) {
    return this.hub.request('POST', `${base}/conversations/${this.conversation}/messages`, { body: { text: key, visibility: 'note' }, headers: { 'Idempotency-Key': key } });
  }
  start() {
    this.ended = (async () => {
      for (let n = 1; ; ++n) {
        const key = `${this.name}-${n}`;
        this.tried.push(key);
        const answer = await this.write(key);
        if (answer.status !== 201) return;
        this.acknowledged.push(key);
      }
    })().catch(() => {});
    return this;
  }
}

async function ground() {
  const hub = await Hub.create('durability');
  await hub.start();
  const client = await MailClient.connect(hub.lmtpPort, 'lmtp');
  await client.send('first@customers.test', support, plainMail({ from: 'First <first@customers.test>', to: support, subject: 'First', id: 'first@customers.test', text: 'x' }));
  await client.quit();
  return { hub, id: (await hub.conversations())[0].id, pumps: [], notes: [] };
}

const traffic = async (at, name, enough) => {
  const pumps = [new Pump(at.hub.smtpPort, 'smtp', support, `${name}-s`).start(), new Pump(at.hub.lmtpPort, 'lmtp', support, `${name}-l`).start()];
  const notes = new NoteWriter(at.hub, at.id, `${name}-n`).start();
  at.pumps.push(...pumps);
  at.notes.push(notes);
  await until('some traffic', () => [...pumps, notes].every((one) => one.acknowledged.length >= enough), 30_000);
  return [...pumps, notes];
};

async function externalIds(hub) {
  const ids = [];
  for (const one of await hub.conversations()) for (const message of await hub.messages(one.id)) if (message.direction === 'in') ids.push(message.external_id);
  return ids;
}

async function allThere(at) {
  const ids = await externalIds(at.hub);
  equal(ids.filter((id, i) => ids.indexOf(id) !== i), [], 'mails that are there twice');
  const here = new Set(ids);
  equal(at.pumps.flatMap((one) => one.acknowledged).filter((id) => !here.has(id)), [], 'acknowledged mails that are missing');
  const texts = (await at.hub.messages(at.id)).map((one) => one.text);
  equal(texts.filter((text, i) => texts.indexOf(text) !== i), [], 'notes that are there twice');
  equal(at.notes.flatMap((one) => one.acknowledged).filter((text) => !texts.includes(text)), [], 'acknowledged notes that are missing');
}

async function graceful(at) {
  const going = await traffic(at, 'term', 25);
  const { code, signal, took } = await at.hub.stop();
  equal([code, signal], [0, null], 'how it ended');
  figure('SIGTERM in mid-traffic to the end, ms', took);
  await Promise.all(going.map((one) => one.ended));
  const start = await at.hub.start();
  figure('second start, ms', start);
  check(start < 5000, 'the second start takes less than 5 s');
  await allThere(at);
}

async function killed(at) {
  for (const round of [1, 2, 3]) {
    const going = await traffic(at, `kill${round}`, 7 * round);
    await at.hub.kill();
    await Promise.all(going.map((one) => one.ended));
    await at.hub.start();
    await allThere(at);
  }
  figure('mails and notes acknowledged over all rounds', [...at.pumps, ...at.notes].reduce((sum, one) => sum + one.acknowledged.length, 0));
}

// Whoever got no answer sends again, and so does who did not hear the answer: nothing is taken twice.
async function sentAgain(at) {
  const client = await MailClient.connect(at.hub.lmtpPort, 'lmtp');
  for (const pump of at.pumps)
    for (const id of pump.tried.slice(-3))
      equal((await client.send(id, support, `Received: from elsewhere\n${pump.mail(id)}`))[0].code, 250, `the repeat of ${id}`);
  await client.quit();
  for (const writer of at.notes) for (const key of writer.tried.slice(-3)) equal((await writer.write(key)).status, 201, `the repeat of ${key}`);
  for (const one of at.pumps) one.acknowledged = one.tried;
  for (const one of at.notes) one.acknowledged = one.tried;
  await allThere(at);
}

// All that the API lists, as one value.
async function everything(hub) {
  const lists = {};
  for (const name of ['inboxes', 'teams', 'agents', 'sla-policies', 'calendars', 'routing', 'routing-rules', 'skills', 'outbox', 'quarantine',
    'audit?limit=500'])
    lists[name] = await hub.get(`${base}/${name}`);
  lists.conversations = await hub.conversations();
  for (const { id, contact } of lists.conversations) {
    lists[`messages ${id}`] = await hub.messages(id);
    for (const message of lists[`messages ${id}`]) delete message.seq;
    lists[`decisions ${id}`] = await hub.get(`${base}/conversations/${id}/decisions`);
    lists[`contact ${contact.id}`] = await hub.get(`${base}/contacts/${contact.id}`);
  }
  for (const status of ['open', 'pending', 'resolved', 'any']) lists[`count ${status}`] = await hub.get(`${base}/conversations/count?status=${status}`);
  const { now, ...snapshot } = await hub.get(`${base}/snapshot`);
  return { ...lists, snapshot };
}

async function rebuilt(at) {
  const { hub } = at;
  const giulia = await hub.tokenOf('giulia');
  await hub.request('PUT', `${base}/agents/${giulia.agent.id}/availability`, { body: { availability: 'online' } });
  await hub.request('PATCH', `${base}/conversations/${at.id}`, { body: { status: 'resolved', priority: 'high', tags: ['kept'] } });
  await hub.post(`${base}/conversations/${at.id}/messages`, { text: 'An answer that waits' });
  await until('the answer to wait', async () => (await hub.get(`${base}/outbox`)).items[0]?.reason);
  const before = await everything(hub);
  equal((await hub.stop()).code, 0, 'the exit code');
  const verified = await hub.command('verify');
  equal(verified.code, 0, `verify: ${verified.stderr}`);
  matches(verified.stdout, /^\d+ events, the chain is whole/, 'what verify says');
  const begun = Date.now();
  const done = await hub.command('rebuild');
  equal(done.code, 0, `rebuild: ${done.stderr}`);
  figure('rebuild', `${done.stdout.trim()} (${Date.now() - begun} ms)`);
  equal((await hub.command('verify')).code, 0, 'verify after the rebuild');
  await hub.start();
  const after = await everything(hub);
  for (const key of Object.keys(before)) equal(after[key], before[key], `${key} after the rebuild`);
  equal(Object.keys(after).length, Object.keys(before).length, 'lists');
}

// The commands of an administrator on the folder of a running hub.
async function beside({ hub }) {
  const made = await hub.command('user', 'nina@demo.localhost', '--name', 'Nina Riva');
  equal(made.code, 0, `user: ${made.stderr}`);
  const client = await MailClient.connect(hub.lmtpPort, 'lmtp');
  const send = (n) => client.send('late@customers.test', support, plainMail({ from: 'Late <late@customers.test>', to: support, subject: 'Late', id: `late-${n}@customers.test`, text: 'x' }));
  // The first may be asked to come back: memory is restored from the store.
  await send(1);
  equal((await send(2))[0].text, '250 2.0.0 Taken', 'the second mail after it');
  await client.quit();
  check((await hub.get(`${base}/agents`)).items.some((one) => one.email === 'nina@demo.localhost'), 'the hub knows her');
  equal((await hub.request('GET', '/readyz', { token: '' })).status, 200, '/readyz');
}

async function wrongUse({ hub }) {
  const none = await hub.command('nonsense');
  equal(none.code, 2, 'the exit code of a wrong command');
  check(none.stderr.length + none.stdout.length > 10, 'it says what is wrong');
  const wrong = await Hub.create('wrong', { config: { server: { hhtp: 'x' } } });
  await wrong.start().then(() => check(false, 'it started with an unknown key'), (error) => matches(error.message, /it ended with 1[\s\S]*unknown key server\.hhtp/, 'an unknown key'));
  const taken = await Hub.create('taken');
  taken.httpPort = hub.httpPort;
  const { code, log } = await ends(taken);
  check(code === 1 && /another program may use the port/.test(log), `a port that is taken: ${code} ${log}`);
}

// Starts a hub that is expected to refuse. The code is null when it did not.
async function ends(hub) {
  const started = await hub.start().then(() => true, () => false);
  const { code } = started ? { code: null } : await within('the program to end', hub.exited);
  await hub.kill();
  return { code, log: hub.log };
}

async function twoOnOneFolder({ hub }) {
  const second = await Hub.create('second');
  second.data = hub.data;
  const { code } = await ends(second);
  equal(code, 1, 'the exit code of a second hub on the folder of a running one');
  equal((await hub.get('/readyz', { token: '' })).ready, true, 'the first hub goes on');
}

export async function run(test) {
  const at = await ground();
  await test('SIGTERM in mid-traffic loses nothing acknowledged', () => graceful(at));
  await test('kill -9 again and again loses and doubles nothing', () => killed(at));
  await test('what is sent again is taken once', () => sentAgain(at));
  await test('verify and rebuild: the lists are the same', () => rebuilt(at));
  await test('wrong use is told', () => wrongUse(at));
  await test('a second hub on the same folder is refused', () => twoOnOneFolder(at));
  await test('an agent added by the command line while the hub runs', () => beside(at));
}
