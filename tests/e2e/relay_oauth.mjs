// A relay that takes tokens instead of a password, as Microsoft 365 and Google do: Postfix over
// TLS, which asks Dovecot, which asks the token server whose a token is.
import { answer, asked, messageOf, outbox, tryAgain, untilState } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { certificates, Dovecot, Postfix } from './mail_servers.mjs';
import { Gate } from './mailboxes.mjs';
import { check, equal, freePort, matches, until } from './support.mjs';
import { TokenServer } from './token_server.mjs';

const sender = 'desk@hub.test';
const first = 'refresh/0+consent';

const postfixMain = (tls, saslPort) => `
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${saslPort}
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated reject
smtpd_recipient_restrictions = permit_sasl_authenticated reject
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = ${tls.certificate}
smtpd_tls_key_file = ${tls.key}`;

function configure(here, refresh) {
  here.hub.configure({
    log: { level: 'debug' },
    email: {
      relay: `smtp://127.0.0.1:${here.gate.port}`,
      relay_require_tls: true,
      ca_file: here.tls.ca,
      relay_user: sender,
      relay_scope: 'mail',
      relay_token_url: `${here.tokens.url}/token`,
      relay_client_id: 'desk app',
      relay_client_secret: 'app&secret=1',
      relay_refresh_token: refresh,
    },
  });
}

async function ground() {
  const [hub, tls, tokens] = [
    await Hub.create('relay-oauth'),
    await certificates(),
    await TokenServer.start(),
  ];
  const saslPort = await freePort();
  const dovecot = await Dovecot.start({ userinfo: `${tokens.url}/userinfo`, saslPort });
  const postfix = await Postfix.start({
    customersPort: dovecot.lmtpPort,
    hubPort: hub.lmtpPort,
    main: postfixMain(tls, saslPort),
  });
  tokens.consent(sender, first);
  const gate = await Gate.before(postfix.smtpPort, Infinity);
  const here = { hub, tls, tokens, dovecot, postfix, gate };
  configure(here, first);
  await hub.start();
  return here;
}

const used = (tokens) => tokens.asked.map((form) => form.refresh_token);
const newest = (tokens) => [...tokens.refreshTokens.keys()].at(-1);
const signIns = (postfix) =>
  [...postfix.log().matchAll(/sasl_method=XOAUTH2, sasl_username=(\S+)/g)].map((one) => one[1]);
const refusals = (postfix) =>
  [...postfix.log().matchAll(/SASL XOAUTH2 authentication failed/g)].length;
const arrives = ({ dovecot }, name, text = `For ${name}.`) =>
  dovecot.waitFor(`the mail for ${name}`, name, (mail) => mail.includes(text));
async function arrivesOnce(here, name, text) {
  await arrives(here, name, text);
  equal((await here.dovecot.mails(name)).length, 1, `mails of ${name}`);
}

async function written({ hub }, name, more = {}) {
  const conversation = await asked(hub, name);
  return {
    conversation,
    name,
    ...(await answer(hub, conversation, { text: `For ${name}.`, ...more })),
  };
}
const sent = ({ hub }, one) => untilState(hub, one.conversation, one.id, 'sent');

async function oneTokenForAll(here) {
  const { tokens, postfix } = here;
  const names = ['one', 'two', 'three'];
  const cc = ['four@customers.test', 'five@customers.test'];
  // At the same time: whoever comes second waits for the token of the first.
  const all = await Promise.all(
    names.map((name) => written(here, name, name === 'one' ? { cc } : {})),
  );
  for (const one of all) await sent(here, one);
  for (const name of names) await arrivesOnce(here, name);
  for (const name of ['four', 'five']) await arrivesOnce(here, name, 'For one.');
  equal(
    tokens.asked,
    [
      {
        grant_type: 'refresh_token',
        client_id: 'desk app',
        client_secret: 'app&secret=1',
        refresh_token: first,
        scope: 'mail',
      },
    ],
    'what was asked',
  );
  equal([...new Set(signIns(postfix))], [sender], 'who signed in, and how');
  equal(refusals(postfix), 0, 'sign-ins that were refused');
}

// What the server no longer takes is forgotten: the next mail comes with a new one, and the first
// one follows.
async function refusedToken(here) {
  const { hub, tokens, postfix, gate } = here;
  const before = tokens.asked.length;
  tokens.accessTokens.clear();
  await gate.hangUp(); // whoever is in stays in
  const unlucky = await written(here, 'unlucky');
  const told = await until('the refusal to be told', async () => {
    const message = await messageOf(hub, unlucky.conversation, unlucky.id);
    return message.delivery.reason !== '' && message;
  });
  equal(told.delivery.state, 'queued', 'the state: it is tried again');
  matches(told.delivery.reason, /the relay refused the login/, 'the words');
  await until('the refusal in the log of Postfix', () => refusals(postfix) === 1);
  equal(tokens.asked.length - before, 0, 'tokens asked for so far');
  const lucky = await written(here, 'lucky');
  await sent(here, lucky);
  equal(
    [tokens.asked.length - before, refusals(postfix)],
    [1, 1],
    'tokens asked for, and refusals, in the end',
  );
  await tryAgain(hub);
  await sent(here, unlucky);
  for (const one of [lucky, unlucky]) await arrivesOnce(here, one.name);
}

async function expiry(here) {
  const { hub, tokens } = here;
  tokens.lifetime = 0;
  await tryAgain(hub);
  const before = tokens.asked.length;
  for (const name of ['short', 'shorter']) await sent(here, await written(here, name));
  equal(tokens.asked.length - before, 2, 'tokens of no life, one for each mail');
  tokens.lifetime = 3600;
}

async function rotation(here) {
  const { hub, tokens } = here;
  for (const end of ['kill', 'stop']) {
    const expected = newest(tokens);
    check(expected !== first, 'the refresh token was replaced');
    await hub[end]();
    await hub.start();
    await sent(here, await written(here, `after-${end}`));
    equal(used(tokens).at(-1), expected, `the token that was used after ${end}`);
  }
  await tryAgain(hub);
  await sent(here, await written(here, 'after-reload'));
  equal(
    used(tokens).filter((one, n, all) => all.indexOf(one) !== n),
    [],
    'refresh tokens that were used twice',
  );
}

async function trouble(here) {
  const { hub, tokens } = here;
  tokens.status = 503;
  await tryAgain(hub);
  const one = await written(here, 'patient');
  const row = await until('the trouble to be told', async () =>
    (await outbox(hub)).find((item) => item.id === one.id && item.reason !== ''),
  );
  matches(row.reason, /no access token for the relay: the token server answered 503/, 'the words');
  tokens.status = 200;
  await tryAgain(hub);
  await sent(here, one);
  await arrives(here, 'patient');
}

async function invalidGrant(here) {
  const { hub, tokens } = here;
  tokens.refreshTokens.clear();
  await tryAgain(hub);
  const one = await written(here, 'revoked');
  const row = await until('the refusal to be told', async () =>
    (await outbox(hub)).find((item) => item.id === one.id && item.reason !== ''),
  );
  matches(
    row.reason,
    /no access token for the relay: .* says invalid_grant: Token has been expired or revoked\./,
    'the words in the outbox',
  );
  here.revoked = { ...one, reason: row.reason };
  const message = await messageOf(hub, one.conversation, one.id);
  equal([message.delivery.state, message.delivery.reason], ['queued', row.reason], 'the message');
}

// There is no mailbox to connect: the advice must name the relay.
async function advice({ revoked }) {
  check(!/mailbox/.test(revoked.reason), `it speaks of no mailbox: ${revoked.reason}`);
  matches(revoked.reason, /relay_refresh_token/, 'it names what to change');
}

async function newConsent(here) {
  const { hub, tokens } = here;
  const again = tokens.consent(sender, 'refresh/0+again');
  configure(here, again);
  await tryAgain(hub);
  await sent(here, here.revoked);
  await arrives(here, 'revoked');
  equal(used(tokens).at(-1), again, 'the token that was used');
}

async function secrets({ hub, tokens }) {
  const shown = [
    await hub.get('/api/v1/outbox'),
    await hub.get('/readyz', { token: '' }),
    await hub.get('/api/v1/audit'),
  ];
  const all = JSON.stringify(shown) + hub.log;
  const found = [...tokens.secrets, 'app&secret=1'].filter((one) => all.includes(one));
  equal(found, [], 'secrets in the log and in the API');
  await hub.stop();
  const { stdout } = await hub.command('verify');
  check(!tokens.secrets.some((one) => stdout.includes(one)), 'no secret in what verify says');
}

export async function run(test) {
  const here = await ground();
  if (!(await test('one token for several mails', () => oneTokenForAll(here)))) return;
  await test('a token that is refused is replaced', () => refusedToken(here));
  await test('a token at its end is replaced', () => expiry(here));
  await test('the newest refresh token survives kill, stop and reload', () => rotation(here));
  await test('a token server in trouble', () => trouble(here));
  await test('invalid_grant is told in words', () => invalidGrant(here));
  await test('what to do about it is told', () => advice(here));
  await test('a new consent sets it right', () => newConsent(here));
  await test('no secret is told', () => secrets(here));
}
