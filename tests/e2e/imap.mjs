// Mailboxes at a real Dovecot: what comes into one comes out exactly once, whoever reads, removes, restarts or dies.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { Hub } from './hub.mjs';
import { Dovecot } from './mail_servers.mjs';
import { Connected, Gate, mailTo, numbered, wellOf } from './mailboxes.mjs';
import { check, equal, figure, matches, until } from './support.mjs';

async function ground() {
  const dovecot = await Dovecot.start();
  const hub = await Hub.create('imap', { config: { email: { message_bytes_max: 200_000 } } });
  await hub.start();
  return { hub, dovecot };
}

async function connected({ hub, dovecot }) {
  const shop = await Connected.create(hub, dovecot, 'shop');
  equal((await shop.untilState('waiting')).detail, '', 'what it complains about');
  await shop.deliver('idle-1');
  const begun = Date.now();
  await shop.untilCame(1);
  figure('delivered to stored with IDLE, ms', Date.now() - begun);
  equal(await wellOf(hub, shop), { part: 'mailbox Mailbox shop', well: true, detail: '' }, 'the part of /readyz');
  for (const [name, status] of [['giulia', 403], ['sara', 200]]) {
    const { token } = await hub.tokenOf(name);
    equal((await hub.request('GET', '/api/v1/mailboxes', { token })).status, status, `the mailboxes for ${name}`);
  }
  await shop.exactly(['idle-1'], 'idle-last');
}

// Somebody was there before: only what comes from now on is wanted.
async function oldMail({ hub, dovecot }) {
  await dovecot.deliver('old', [mailTo('old', 'before-1'), mailTo('old', 'before-2')]);
  const old = await Connected.create(hub, dovecot, 'old', { from_start: false });
  await old.untilState('waiting');
  await old.exactly([], 'since-1');
}

// The hub is away; mails come, a colleague reads some elsewhere, one is removed.
async function outage({ hub, dovecot }) {
  const away = await Connected.create(hub, dovecot, 'away');
  await away.deliver('first');
  await away.untilCame(1);
  await hub.kill();
  await away.deliver(...numbered('day', 1, 10));
  const colleague = await dovecot.client('away');
  const { UIDNEXT: next } = await colleague.select();
  await colleague.ask(`UID STORE ${next - 10}:${next - 5} +FLAGS (\\Seen)`);
  await colleague.ask(`UID STORE ${next - 7} +FLAGS (\\Deleted)`);
  await colleague.ask('EXPUNGE');
  const left = (await colleague.list()).map((one) => one.subject);
  colleague.end();
  check(!left.includes('Mail day-4') && left.length === 10, `what is left: ${left}`);
  equal((await hub.command('rebuild')).code, 0, 'the read tables are written again meanwhile');
  await hub.start();
  await away.untilCame(10);
  await away.exactly(['first', ...numbered('day', 1, 10).filter((one) => one !== 'day-4')], 'last');
}

async function otherUids({ hub, dovecot }) {
  const names = numbered('uid', 1, 5);
  const renumbered = await Connected.create(hub, dovecot, 'renumbered');
  await renumbered.deliver(...names);
  await renumbered.untilCame(5);
  const validity = async () => {
    const client = await dovecot.client('renumbered');
    const { UIDVALIDITY: value } = await client.select();
    client.end();
    return value;
  };
  const before = await validity();
  await without(dovecot, 'crash', async () => {
    for (const file of fs.readdirSync(dovecot.maildir('renumbered')).filter((one) => one.startsWith('dovecot')))
      fs.rmSync(`${dovecot.maildir('renumbered')}/${file}`);
    await until('the second of the old value to pass', () => Math.floor(Date.now() / 1000) > before + 1);
  });
  check((await validity()) !== before, 'the server has forgotten its UIDs');
  await renumbered.deliver('uid-6');
  await renumbered.untilCame(6, 60_000);
  await renumbered.exactly([...names, 'uid-6'], 'uid-last');
}

// The server is gone while `work` runs, and comes back whatever happens.
async function without(dovecot, end, work) {
  await dovecot[end]();
  try {
    return await work();
  } finally {
    await dovecot.startAgain();
  }
}

async function crashInFetch({ hub, dovecot }) {
  const names = numbered('fetch', 1, 600);
  await dovecot.deliver('fetched', names.map((name) => mailTo('fetched', name, { text: 'x'.repeat(70).concat('\n').repeat(300) })));
  const gate = await Gate.before(dovecot.imapPort, 3_000_000);
  const fetched = await Connected.create(hub, dovecot, 'fetched', { port: gate.port });
  await fetched.untilCame(50);
  await without(dovecot, 'crash', async () => {
    const { detail, again_in_seconds: again } = await fetched.untilState('failing');
    check(detail.length > 10 && again >= 5 && again < 400, `what it tells: ${detail}, again in ${again} s`);
    equal((await wellOf(hub, fetched)).well, false, 'whether it is well');
    equal((await hub.get('/readyz', { token: '' })).ready, true, 'the hub is ready without it');
    const there = (await fetched.conversations()).length;
    figure('mails there when the server died', there);
    check(there < names.length, `it was in the middle of them: ${there}`);
    gate.open();
  });
  await fetched.untilCame(names.length, 60_000);
  await fetched.exactly(names, 'fetch-last');
}

async function restartInIdle({ hub, dovecot }) {
  const idle = await Connected.create(hub, dovecot, 'idle');
  await idle.untilState('waiting');
  await without(dovecot, 'stop', () => idle.untilState('failing'));
  await idle.deliver('after-1');
  await idle.untilCame(1);
  await idle.exactly(['after-1'], 'after-last');
}

async function killedInFetch({ hub, dovecot }) {
  const names = numbered('kill', 1, 400);
  await dovecot.deliver('killed', names.map((name) => mailTo('killed', name)));
  const gate = await Gate.before(dovecot.imapPort, 80_000);
  const killed = await Connected.create(hub, dovecot, 'killed', { port: gate.port });
  const seen = [0];
  for (const end of ['kill', 'stop', 'kill']) {
    await killed.untilCame(seen.at(-1) + 1);
    const { code } = (await hub[end]()) ?? {};
    check(end === 'kill' || code === 0, `the exit code after SIGTERM: ${code}`);
    if (seen.length === 3) gate.open();
    await hub.start();
    seen.push((await killed.conversations()).length);
  }
  figure('mails there after kill -9, SIGTERM, kill -9', seen.slice(1).join(', '));
  check(seen[2] < names.length, `it was killed in the middle of them: ${seen}`);
  await killed.untilCame(names.length);
  await killed.exactly(names, 'kill-last');
}

// --- what happens in the mailbox afterwards
const folderOf = async (dovecot, user, folder) => {
  const client = await dovecot.client(user);
  const list = await client.list(folder);
  client.end();
  return list;
};

async function afterwards({ hub, dovecot }) {
  const seen = await Connected.create(hub, dovecot, 'seen', { after_intake: 'mark_seen' });
  await seen.deliver('seen-1', 'seen-2');
  await until('both to be marked', async () => (await folderOf(dovecot, 'seen')).filter((one) => /\\Seen/.test(one.flags)).length === 2);
  await seen.exactly(['seen-1', 'seen-2'], 'seen-last');

  const removed = await Connected.create(hub, dovecot, 'removed', { after_intake: 'remove' });
  await removed.deliver('removed-1', 'removed-2');
  await removed.untilCame(2);
  await until('both to be gone', async () => (await folderOf(dovecot, 'removed')).length === 0);
  await removed.exactly(['removed-1', 'removed-2'], 'removed-last');

  const kept = await Connected.create(hub, dovecot, 'kept');
  await kept.exactly([], 'kept-last');
  equal((await folderOf(dovecot, 'kept')).map((one) => /\\Seen|\\Deleted/.test(one.flags)), [false], 'marks on a mail that is kept');
}

async function moved({ hub, dovecot }) {
  const tidy = await Connected.create(hub, dovecot, 'tidy', { after_intake: 'move', move_to: 'Erledigt & gut – 済' });
  await tidy.deliver('moved-1', 'moved-2');
  await tidy.untilCame(2);
  await until('it to tell that the folder is missing', async () => /stay in the mailbox.*TRYCREATE/.test((await tidy.health()).detail));
  equal((await tidy.health()).state, 'waiting', 'its state all the same');
  equal((await folderOf(dovecot, 'tidy')).length, 2, 'mails that stay');
  const client = await dovecot.client('tidy');
  await client.ask('CREATE "Erledigt &- gut &IBM- &bgg-"');
  client.end();
  await tidy.deliver('moved-3');
  await until('the third mail to be in the folder', async () =>
    (await folderOf(dovecot, 'tidy', 'Erledigt &- gut &IBM- &bgg-')).map((one) => one.subject).join() === 'Mail moved-3');
  await until('the complaint to end', async () => (await tidy.health()).detail === '');
  await tidy.exactly(['moved-1', 'moved-2', 'moved-3'], 'moved-last');
}

async function otherFolder({ hub, dovecot }) {
  const client = await dovecot.client('folders');
  await client.ask('CREATE "Bestellungen f&APw-r K&APY-ln & mehr"'.replace('& mehr', '&- mehr'));
  const folders = await Connected.create(hub, dovecot, 'folders', { folder: 'Bestellungen für Köln & mehr' });
  await folders.untilState('waiting');
  await folders.deliver('not-here');
  for (const name of ['folder-1', 'folder-2']) await client.append('Bestellungen f&APw-r K&APY-ln &- mehr', mailTo('folders', name));
  client.end();
  await folders.untilCame(2);
  equal((await folders.came()).sort(), ['folder-1', 'folder-2'], 'mails of the folder');
  await folders.change({ folder: 'Nowhere' });
  matches((await folders.untilState('failing')).detail, /SELECT.*Nowhere/, 'what it says of a folder that is not there');
}

async function oversize({ hub, dovecot }) {
  const large = await Connected.create(hub, dovecot, 'large');
  await large.untilState('waiting');
  await dovecot.deliver('large', [mailTo('large', 'large-1'), mailTo('large', 'large-2', { text: 'x'.repeat(70).concat('\n').repeat(4000) }),
    mailTo('large', 'large-3')]);
  await large.untilCame(2);
  const [kept, ...more] = await until('the quarantine', async () => {
    const items = await large.quarantine();
    return items.length && items;
  });
  equal(more, [], 'more in quarantine');
  matches(kept.reason, /the mail has 28\d{4} bytes, more than \[email\] message_bytes_max \(200000\)/, 'why');
  const client = await dovecot.client('large');
  await client.select();
  const header = (await client.ask('FETCH 2 (BODY.PEEK[HEADER])')).literals[0];
  equal((await client.ask('SEARCH ALL')).lines, ['* SEARCH 1 2 3'], 'mails that stay in the mailbox');
  client.end();
  matches(header, /Subject: Mail large-2/, 'the header at the server');
  equal(kept.sha256, crypto.createHash('sha256').update(header).digest('hex'), 'what is kept');
  await hub.kill();
  await hub.start();
  await large.exactly(['large-1', 'large-3'], 'large-last');
  equal((await large.quarantine()).length, 1, 'quarantined after a restart');
}

async function disconnected({ hub, dovecot }) {
  const gone = await Connected.create(hub, dovecot, 'gone');
  await gone.deliver('gone-1');
  await gone.untilCame(1);
  equal((await gone.change(null)).settings.mailbox, undefined, 'the mailbox in the answer');
  await until('it to be gone from the list', async () => (await gone.health()) === undefined);
  const { parts } = await hub.get('/readyz', { token: '' });
  equal(parts.filter((one) => one.part === `mailbox ${gone.body.name}`), [], 'its part of /readyz');
  await until('the server to see us leave', () => /imap\(gone\).*Info: (Connection closed|Disconnected|Logged out)/.test(dovecot.log()));
  await gone.deliver('gone-2');
  await hub.kill();
  await hub.start();
  const probe = await Connected.create(hub, dovecot, 'probe');
  await probe.deliver('probe-1');
  await probe.untilCame(1);
  equal(await gone.came(), ['gone-1'], 'what came of it');
  // Connected again, it goes on where it was.
  await gone.change(gone.mailbox);
  await gone.untilCame(2);
  await gone.exactly(['gone-1', 'gone-2'], 'gone-last');
}

async function renamed({ hub, dovecot }) {
  const named = await Connected.create(hub, dovecot, 'named');
  await named.untilState('waiting');
  await named.hub.request('PUT', `/api/v1/inboxes/${named.id}`, { body: { ...named.body, name: 'Another name' } });
  await until('the list to tell the new name', async () => (await named.health()).name === 'Another name');
  equal((await named.health()).state, 'waiting', 'its state');
}

const settingsOf = (hub, mailbox) => hub.request('POST', '/api/v1/inboxes', { body: { name: 'x', channel: 'email', address: 'wrong@hub.test', mailbox } });

async function refused({ hub }) {
  const right = { host: 'mail.test', user: 'u', password: 'p' };
  const oauth = { token_url: 'https://t', client_id: 'c' };
  for (const [what, change, sentence] of [
    ['no host', { host: '' }, /host/], ['no user', { user: undefined }, /user/], ['no secret', { password: undefined }, /password, or oauth/],
    ['a word that is none', { security: 'ssl' }, /tls, starttls or none/], ['a port that is none', { port: 70_000 }, /port/],
    ['nowhere to move to', { after_intake: 'move' }, /move_to/], ['an unknown afterwards', { after_intake: 'burn' }, /keep, mark_seen, move or remove/],
    ['a hurry', { poll_seconds: 1 }, /5 to 3600/], ['no refresh token', { oauth }, /refresh_token/],
    ['no address of tokens', { oauth: { ...oauth, token_url: 'file:///etc/passwd', refresh_token: 'r' } }, /https/]]) {
    const answer = await settingsOf(hub, { ...right, ...change });
    equal(answer.status, 422, `${what}: ${answer.text}`);
    matches(answer.json.detail, sentence, what);
  }
  const chat = await hub.request('POST', '/api/v1/inboxes', { body: { name: 'x', channel: 'chat', mailbox: right } });
  equal(chat.status, 422, `a mailbox for chat: ${chat.text}`);
}

export async function run(test) {
  const at = await ground();
  if (!(await test('a mail comes out of a mailbox by IDLE', () => connected(at)))) return;
  await test('what was there before is left unless it is wanted', () => oldMail(at));
  await test('ten days away: all that is there comes once, read elsewhere or not', () => outage(at));
  await test('a server that forgets its UIDs doubles and loses nothing', () => otherUids(at));
  await test('a server that dies in mid-fetch doubles and loses nothing', () => crashInFetch(at));
  await test('a server restarted in IDLE is connected again', () => restartInIdle(at));
  await test('kill -9 and SIGTERM in mid-fetch: each mail is there exactly once', () => killedInFetch(at));
  await test('taken mails are kept, marked or removed as asked', () => afterwards(at));
  await test('taken mails are moved; a missing folder is told', () => moved(at));
  await test('a folder has any name', () => otherFolder(at));
  await test('a mail that is too large is quarantined with its header, the next comes', () => oversize(at));
  await test('a mailbox is disconnected and connected again', () => disconnected(at));
  await test('a mailbox goes by the new name of its inbox', () => renamed(at));
  await test('wrong settings are refused with a sentence', () => refused(at));
}
