// How the hub signs in to mailboxes: passwords, certificates, tokens; what is refused, what heals, and that no secret
// leaves the hub.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import { Hub } from './hub.mjs';
import { certificates, Dovecot } from './mail_servers.mjs';
import { Connected, numbered, wellOf } from './mailboxes.mjs';
import { atEnd, check, equal, matches, temporaryFolder, until } from './support.mjs';
import { TokenServer } from './token_server.mjs';

const password = 'pw-4711&Zebra+Quagga/ß';

async function ground() {
  const [tls, tokens] = [await certificates(), await TokenServer.start()];
  const dovecot = await Dovecot.start({ password, tls, userinfo: `${tokens.url}/userinfo` });
  const hub = await Hub.create('accounts', { config: { log: { level: 'debug' }, email: { ca_file: tls.ca } } });
  await hub.start();
  return { hub, dovecot, tls, tokens };
}

// --- passwords
const failures = (dovecot, user) => [...dovecot.log().matchAll(new RegExp(`imap-login: Info: (?!Login:).*auth failed, (\\d+) attempts.*user=<${user}>`, 'g'))];

async function wrongPassword({ hub, dovecot }) {
  const typo = await Connected.create(hub, dovecot, 'typo', { password: 'Wrong-Okapi-99' });
  const health = await typo.untilState('refused');
  matches(health.detail, /^the server refuses the sign-in: NO \[AUTHENTICATIONFAILED\]/, 'what it says');
  check(health.again_in_seconds >= 900, `when it is tried again: ${health.again_in_seconds} s`);
  equal((await wellOf(hub, typo)).well, false, 'whether it is well');
  await hub.kill();
  await hub.start();
  await typo.untilState('refused');
  await typo.change({ folder: 'INBOX' });
  await typo.change({ password });
  await typo.untilState('waiting');
  await typo.exactly([], 'typo-1');
  equal(failures(dovecot, 'typo').map((one) => one[1]), ['1', '1'], 'sign-ins that failed: one for each start, none for a change of nothing');
}

// --- certificates
async function secured({ hub, dovecot, tls }) {
  for (const [security, port] of [['tls', dovecot.imapsPort], ['starttls', dovecot.imapPort]]) {
    for (const host of ['127.0.0.1', 'localhost']) {
      const user = `${security}-${host.slice(0, 5).replaceAll('.', '-')}`;
      const one = await Connected.create(hub, dovecot, user, { host, port, security });
      await one.untilState('waiting');
      await one.exactly([], `${user}-1`);
      matches(dovecot.log(), new RegExp(`Login: user=<${user}>.*, TLS`), `how ${user} is connected`);
    }
    const other = await Connected.create(hub, dovecot, `${security}-other`, { host: '127.0.0.2', port, security });
    matches((await other.untilState('failing')).detail, /^no secure connection to 127\.0\.0\.2: .*its certificate must be valid for this name/, 'another name');
    await other.change(null);
  }
  check(!/user=<(tls|starttls)-other>/.test(dovecot.log()), 'nobody signs in to a server with another name');
  check(fs.existsSync(tls.ca), 'the authority is there');
}

async function unknownAuthority({ dovecot, tls }) {
  const stranger = await Hub.create('stranger');
  await stranger.start();
  const all = [];
  for (const [security, port] of [['tls', dovecot.imapsPort], ['starttls', dovecot.imapPort]]) {
    const one = await Connected.create(stranger, dovecot, `unknown-${security}`, { port, security });
    matches((await one.untilState('failing')).detail, /^no secure connection to 127\.0\.0\.1: .*or its authority be given as \[email\] ca_file/, security);
    all.push(one);
  }
  check(!/Login: user=<unknown-/.test(dovecot.log()), 'nobody signs in to a server that is not proved');
  await stranger.kill();
  stranger.configure({ email: { ca_file: tls.ca } });
  await stranger.start();
  for (const one of all) await one.untilState('waiting');
  await stranger.kill();
}

async function wrongFile() {
  const folder = temporaryFolder('ca');
  for (const [name, content] of [['none.pem', null], ['rubbish.pem', 'this is no certificate\n']]) {
    const file = path.join(folder, name);
    if (content) fs.writeFileSync(file, content);
    const hub = await Hub.create('wrong-ca', { config: { email: { ca_file: file } } });
    const error = await hub.start().then(() => null, (failed) => failed);
    await hub.kill();
    matches(error?.message ?? 'it started', new RegExp(`cannot use the trusted certificates in .*${name}`), name);
  }
}

// Somebody on the way adds words to the answer to STARTTLS: they came unprotected and count for nothing (RFC 3501, 6.2.1).
async function injected({ hub, tls }) {
  const heard = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).write('* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n');
    socket.once('data', (bytes) => {
      heard.push(bytes.toString().trim());
      socket.removeAllListeners('data');
      const secure = () => {
        const inner = new TLSSocket(socket, { isServer: true, cert: fs.readFileSync(tls.certificate), key: fs.readFileSync(tls.key) });
        inner.on('error', () => {}).on('data', (text) => {
          const [tag, command] = text.toString().trim().split(' ');
          heard.push(command);
          inner.write(command === 'CAPABILITY' ? `* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n${tag} OK done\r\n` : `${tag} NO [UNAVAILABLE] heard inside\r\n`);
        });
      };
      socket.write('h1 OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nh2 OK injected\r\nh3 OK injected\r\n', secure);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close());
  const one = await Connected.create(hub, { imapPort: server.address().port, password: 'p' }, 'injected', { security: 'starttls' });
  matches((await one.untilState('failing')).detail, /\[UNAVAILABLE\] heard inside/, 'whom it listens to');
  equal(heard, ['h1 STARTTLS', 'CAPABILITY', 'AUTHENTICATE'], 'what it says, the password inside alone');
  await one.change(null);
}

// --- tokens
const oauthOf = (tokens, refresh) => ({ token_url: `${tokens.url}/token`, client_id: 'desk app', client_secret: 'app&secret=1', refresh_token: refresh, scope: 'mail' });
const byToken = ({ hub, dovecot, tokens }, user, refresh) => Connected.create(hub, dovecot, user, { user: `${user}@hub.test`, password: undefined,
  security: 'starttls', oauth: oauthOf(tokens, refresh) });
const used = (tokens) => tokens.asked.map((form) => form.refresh_token);

async function rotation(at) {
  const { hub, dovecot, tokens } = at;
  const first = tokens.consent('token@hub.test', 'refresh/0+consent');
  tokens.asked = [];
  const one = await byToken(at, 'token', first);
  await one.untilState('waiting');
  matches(dovecot.log(), /Login: user=<token@hub\.test>, method=XOAUTH2/, 'how it signs in');
  equal(tokens.asked, [{ grant_type: 'refresh_token', client_id: 'desk app', client_secret: 'app&secret=1', refresh_token: first, scope: 'mail' }], 'what was asked');
  await one.deliver('token-1');
  await one.untilCame(1);
  for (const end of ['kill', 'stop']) {
    await hub[end]();
    await hub.start();
    await one.untilState('waiting');
  }
  equal(used(tokens), [first, 'refresh/1+token@hub.test', 'refresh/2+token@hub.test'], 'refresh tokens, each used once');
  // A change of something else keeps the newest token.
  await one.change({ poll_seconds: 30 });
  await until('the fourth', () => tokens.asked.length === 4);
  await one.untilState('waiting');
  equal(used(tokens).at(-1), 'refresh/3+token@hub.test', 'the token after a change');
  await one.exactly(['token-1'], 'token-2');
}

// The life of an access token ends while the connection is away.
async function expiry(at) {
  const { dovecot, tokens } = at;
  tokens.lifetime = 1;
  const one = await byToken(at, 'expiring', tokens.consent('expiring@hub.test', 'refresh/expiring'));
  try {
    await one.untilState('waiting');
    const asked = tokens.asked.length;
    for (const [token, email] of tokens.accessTokens) if (email === 'expiring@hub.test') tokens.accessTokens.delete(token);
    await dovecot.crash();
    await one.untilState('failing');
    await dovecot.startAgain();
    await one.untilState('waiting');
    check(tokens.asked.length > asked, 'a new token was asked for');
  } finally {
    tokens.lifetime = 3600;
  }
  await one.exactly([], 'expiring-1');
}

// A provider may end a token before its time: that is no reason to wait as after a wrong password.
async function diedEarly(at) {
  const { dovecot, tokens } = at;
  const one = await byToken(at, 'early', tokens.consent('early@hub.test', 'refresh/early'));
  await one.untilState('waiting');
  for (const [token, email] of tokens.accessTokens) if (email === 'early@hub.test') tokens.accessTokens.set(token, 'nobody@hub.test');
  const asked = tokens.asked.length;
  await dovecot.kick('early@hub.test');
  await until('a new token to be asked for', () => tokens.asked.length > asked, 20_000);
  await one.untilState('waiting');
  await one.exactly([], 'early-1');
}

async function tokenServerAway(at) {
  const { tokens } = at;
  tokens.status = 503;
  const one = await byToken(at, 'patient', tokens.consent('patient@hub.test', 'refresh/patient'));
  const health = await one.untilState('failing').finally(() => (tokens.status = 200));
  matches(health.detail, /the token server answered 503/, 'what it says');
  check(health.again_in_seconds < 400, `it tries again soon: ${health.again_in_seconds} s`);
  await one.untilState('waiting');
  await one.exactly([], 'patient-1');
}

async function revoked(at) {
  const { tokens } = at;
  const one = await byToken(at, 'revoked', 'refresh/never-consented');
  const health = await one.untilState('refused');
  matches(health.detail, /invalid_grant: Token has been expired or revoked\..*connect the mailbox again/, 'what it says');
  check(health.again_in_seconds >= 900, `when it is tried again: ${health.again_in_seconds} s`);
  equal(one.logins(), 0, 'sign-ins at the mail server');
  await one.change({ oauth: oauthOf(tokens, tokens.consent('revoked@hub.test', 'refresh/consented-again')) });
  await one.untilState('waiting');
  await one.exactly([], 'revoked-1');
  // Whose token it is, is the mail server's to judge.
  tokens.consent('somebody@hub.test', 'refresh/of-somebody-else');
  const thief = await byToken(at, 'victim', 'refresh/of-somebody-else');
  matches((await thief.untilState('refused')).detail, /the server refuses the sign-in/, 'a token of somebody else');
  await thief.change(null);
}

// --- secrets
const filesBelow = (folder) => fs.readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

async function nothingLeaks({ hub, dovecot, tokens }) {
  const shop = await Connected.create(hub, dovecot, 'secretive');
  await shop.untilState('waiting');
  const plain = [password, 'Wrong-Okapi-99', 'app&secret=1', ...tokens.secrets];
  check(plain.length > 10, `secrets to look for: ${plain.length}`);
  const base64 = (text) => Buffer.from(text).toString('base64');
  const sasl = ['secretive', 'typo'].map((user) => base64(`\0${user}\0${password}`));
  const written = (text) => JSON.stringify(text).slice(1, -1);
  const encoded = (text) => base64(text).replace(/=+$/, '').slice(0, -1);
  const secrets = [...new Set([...plain, ...plain.map(written), ...plain.map(encodeURIComponent), ...plain.map(encoded), ...sasl])];
  const answers = {};
  for (const target of ['inboxes', 'mailboxes', 'audit?limit=500', 'snapshot', 'agents', 'quarantine', 'outbox', 'routing', 'conversations?status=any'])
    answers[target] = (await hub.request('GET', `/api/v1/${target}`)).text;
  answers.readyz = (await hub.request('GET', '/readyz')).text;
  answers.metrics = (await hub.request('GET', '/metrics')).text;
  answers.created = (await hub.request('PUT', `/api/v1/inboxes/${shop.id}`, { body: { ...shop.body, mailbox: { password } } })).text;
  answers.wrong = (await hub.request('PUT', `/api/v1/inboxes/${shop.id}`, { body: { ...shop.body, mailbox: { password, security: 'x' } } })).text;
  answers.log = hub.log;
  const { mailbox } = (await hub.get('/api/v1/inboxes')).items.find((one) => one.id === shop.id).settings;
  equal([mailbox.password_set, Object.keys(mailbox).filter((key) => /sealed|secret|^password$/.test(key))], [true, []], 'what an administrator reads');
  matches(answers['audit?limit=500'], /Mailbox secretive/, 'the log holds the change');
  check(!/"sealed_/.test(Object.values(answers).join()), 'sealed secrets stay inside too');
  await hub.stop();
  for (const file of filesBelow(hub.data)) answers[path.relative(hub.data, file)] = fs.readFileSync(file, 'latin1');
  check(answers['sportello.db'].includes('Mailbox secretive'), 'the store was looked through');
  const leaks = Object.entries(answers).flatMap(([where, text]) => secrets.filter((one) => text.includes(one)).map((one) => `${where}: ${one}`));
  equal(leaks, [], 'secrets in the clear');
  await hub.start();
  await shop.untilState('waiting');
}

// Another data folder's key opens nothing: the hub says so instead of sending rubbish.
async function otherKey({ hub, dovecot }) {
  const moved = await Connected.create(hub, dovecot, 'moved-away');
  await moved.untilState('waiting');
  const logins = failures(dovecot, 'moved-away').length;
  await hub.kill();
  const kept = fs.readFileSync(path.join(hub.data, 'secret'));
  fs.writeFileSync(path.join(hub.data, 'secret'), Buffer.from(kept.toString('latin1').split('').reverse().join(''), 'latin1'));
  await hub.start();
  matches((await moved.untilState('refused')).detail, /password|sign-in/, 'what it says');
  check(failures(dovecot, 'moved-away').length <= logins + 1, 'sign-ins that failed');
  await hub.kill();
  fs.writeFileSync(path.join(hub.data, 'secret'), kept);
  await hub.start();
  await moved.untilState('waiting');
}

async function manyAtOnce(at) {
  const users = numbered('crowd', 1, 20);
  const all = await Promise.all(users.map((user) => Connected.create(at.hub, at.dovecot, user)));
  await Promise.all(all.map((one) => one.untilState('waiting')));
  await Promise.all(all.map((one) => one.deliver(`${one.user}-mail`)));
  await Promise.all(all.map((one) => one.untilCame(1)));
  for (const one of all) equal(await one.came(), [`${one.user}-mail`], `mails of ${one.user}`);
}

export async function run(test) {
  const at = await ground();
  await test('a wrong password is tried once; the right one works at once', () => wrongPassword(at));
  await test('TLS and STARTTLS with a certificate for this name, and for no other', () => secured(at));
  await test('a certificate of an unknown authority is refused until it is given', () => unknownAuthority(at));
  await test('what is injected before the handshake counts for nothing', () => injected(at));
  await test('a file of authorities that cannot be used is told at the start', () => wrongFile());
  await test('XOAUTH2: the refresh token rotates, over restarts too', () => rotation(at));
  await test('an access token that ended is replaced', () => expiry(at));
  await test('an access token that died early is replaced at once', () => diedEarly(at));
  await test('a token server in trouble is asked again soon', () => tokenServerAway(at));
  await test('a revoked grant is refused until somebody consents again', () => revoked(at));
  await test('twenty mailboxes at once', () => manyAtOnce(at));
  await test('no secret is in an answer, a log or the data folder', () => nothingLeaks(at));
  await test('secrets sealed under another key are not used', () => otherKey(at));
}
