// Every mail of the corpus, as others collected them, by LMTP into an inbox of its own (many share their Message-IDs):
// each is answered 250 and is stored or kept in quarantine; the program stays up and small.
import fs from 'node:fs';
import path from 'node:path';
import { Hub } from './hub.mjs';
import { MailClient } from './mail_client.mjs';
import { check, equal, figure, root, skip } from './support.mjs';

const folder = path.join(root, '../shared/corpus/mime');
const residentMax = 400 * 1024 * 1024;

const filesBelow = (at) => fs.readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? filesBelow(path.join(at, entry.name)) : [path.join(at, entry.name)]);

async function sendAll() {
  if (!fs.existsSync(folder)) skip('there is no corpus beside the checkout');
  const hub = await Hub.create('corpus');
  await hub.start();
  const mails = filesBelow(folder).sort().map((file, n) => ({ file, address: `corpus-${n}@demo.localhost`, bytes: fs.readFileSync(file) }));
  const work = [...mails];
  const refused = [];
  const begun = Date.now();
  let quiet = hub.residentBytes();
  await Promise.all(Array.from({ length: 4 }, async () => {
    const client = await MailClient.connect(hub.lmtpPort, 'lmtp');
    for (let mail = work.pop(); mail; mail = work.pop()) {
      mail.inbox = (await hub.post('/api/v1/inboxes', { name: path.basename(mail.file), channel: 'email', address: mail.address })).id;
      const [reply] = await client.send('sender@corpus.test', mail.address, mail.bytes);
      if (reply.code !== 250) refused.push(`${path.relative(folder, mail.file)}: ${reply.text}`);
    }
    await client.quit();
  }));
  figure('mails of the corpus', mails.length);
  figure('time for the corpus with an inbox each, ms', Date.now() - begun);
  equal(refused, [], 'mails that were not answered 250');
  return { hub, mails, quiet };
}

async function allThere({ hub, mails }) {
  const stored = await hub.conversations();
  const quarantine = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await hub.get(`/api/v1/quarantine${cursor && `?cursor=${cursor}`}`);
    quarantine.push(...page.items);
    cursor = page.next;
  }
  figure('stored / in quarantine', `${stored.length} / ${quarantine.length}`);
  const missing = mails.filter((mail) => !stored.some((one) => one.inbox_id === mail.inbox) && !quarantine.some((one) => one.inbox_id === mail.inbox));
  equal(missing.map((mail) => path.relative(folder, mail.file)), [], 'mails that are nowhere');
  equal(stored.length + quarantine.length, mails.length, 'stored and in quarantine together');
  for (const one of stored) {
    const messages = await hub.messages(one.id);
    equal(messages.length, 1, `messages of ${one.subject}`);
    for (const file of messages[0].attachments) equal((await hub.request('GET', `/api/v1/attachments/${file.id}`)).status, 200, `an attachment of ${one.subject}`);
  }
}

async function stays({ hub, quiet }) {
  check(hub.running, 'the program is up');
  const now = hub.residentBytes();
  figure('resident memory before and after the corpus, MB', `${Math.round(quiet / 1048576)} -> ${Math.round(now / 1048576)}`);
  check(now < residentMax, `resident memory stays below ${residentMax / 1048576} MB`);
  check(!/http\.bug/.test(hub.log), 'no defect in the log');
  equal((await hub.stop()).code, 0, 'the exit code');
  const verified = await hub.command('verify');
  equal(verified.code, 0, `verify: ${verified.stderr}`);
}

export async function run(test) {
  let at;
  await test('every mail is answered 250', async () => {
    at = await sendAll();
  });
  if (!at) return;
  await test('every mail is stored or in quarantine, and opens', () => allThere(at));
  await test('the program stays up and small', () => stays(at));
}
