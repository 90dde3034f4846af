// Without a relay nothing is lost and nobody is told a lie: the answer waits, the outbox and the console say why, and it
// leaves as soon as a relay is written into the configuration and the hub is told to read it again.
import { openBrowser, openConversation, openPage, screenshot, signIn } from './browser.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { Dovecot, Postfix } from './mail_servers.mjs';
import { check, equal, matches, until } from './support.mjs';

const customer = 'bruno@customers.test';

async function ground() {
  const hub = await Hub.create('waiting');
  const dovecot = await Dovecot.start();
  const postfix = await Postfix.start({ customersPort: dovecot.lmtpPort, hubPort: hub.lmtpPort });
  await hub.start();
  const browser = await openBrowser();
  const { page } = await openPage(browser, hub, '/app/all');
  await signIn(page, hub.signIns().luca);
  await sendMail(hub.lmtpPort, customer, 'support@demo.localhost', plainMail({ from: `Bruno <${customer}>`, to: 'support@demo.localhost',
    subject: 'Invoice', id: 'invoice-1@customers.test', text: 'Where is my invoice?' }), 'lmtp');
  await page.locator('[data-conversation]').waitFor();
  return { hub, dovecot, postfix, page, id: await page.locator('[data-conversation]').getAttribute('data-conversation') };
}

async function waits({ hub, page, id }) {
  const billing = (await hub.get('/api/v1/teams')).items.find((one) => one.name === 'Billing');
  const { team_id, tags } = await hub.get(`/api/v1/conversations/${id}`);
  equal([team_id, tags], [billing.id, ['invoice']], 'the rule of the demo sent it to Billing');
  await openConversation(page, id);
  await page.locator('.composer textarea').fill('It is on its way.');
  await page.locator('.composer textarea').press('Control+Enter');
  await page.locator('article.out[data-delivery=queued]').waitFor();
  await page.locator('article.out', { hasText: 'sending mail is not configured' }).waitFor();
  await screenshot(page, 'waiting.png');
  const outbox = (await hub.get('/api/v1/outbox')).items;
  equal(outbox.length, 1, 'rows of the outbox');
  equal([outbox[0].conversation_id, outbox[0].state], [id, 'queued'], 'conversation and state of the row');
  matches(outbox[0].reason, /not configured/, 'the reason in the outbox');
  const message = (await hub.messages(id)).at(-1);
  equal(message.delivery.state, 'queued', 'the state of the message');
  matches(message.delivery.reason, /not configured/, 'the reason of the message');
  const ready = await hub.get('/readyz', { token: '' });
  matches(JSON.stringify(ready.parts), /relay[^}]*not configured/, '/readyz names what is not configured');
  matches(hub.log, /Sending mail is not configured/, 'the first words of the program');
}

async function survivesRestart({ hub, page, id }) {
  equal((await hub.stop()).code, 0, 'the exit code');
  await hub.start();
  await page.waitForSelector('[data-status=live]', { state: 'attached', timeout: 20_000 });
  equal((await hub.messages(id)).at(-1).delivery.state, 'queued', 'the state after a restart');
}

async function wrongFile({ hub, id }) {
  hub.configure({ email: { rellay: 'smtp://127.0.0.1:1' } });
  hub.signal('SIGHUP');
  await until('the log to name the fault', () => /reload_failed[^\n]*unknown key email\.rellay/.test(hub.log));
  check(hub.running, 'the hub goes on with the old configuration');
  equal((await hub.messages(id)).at(-1).delivery.state, 'queued', 'the state after a wrong file');
}

async function leaves({ hub, dovecot, postfix, page, id }) {
  hub.configure({ email: { relay: postfix.url } });
  hub.signal('SIGHUP');
  await page.locator('article.out[data-delivery=sent]').waitFor();
  equal(await page.locator('article.out', { hasText: 'not configured' }).count(), 0, 'messages that still say so');
  await dovecot.waitFor('the answer in the mailbox', 'bruno', (mail) => mail.includes('It is on its way.'));
  equal((await dovecot.mails('bruno')).length, 1, 'mails in the mailbox');
  equal((await hub.get('/api/v1/outbox')).items, [], 'the outbox');
  equal((await hub.messages(id)).at(-1).delivery.state, 'sent', 'the state of the message');
  await screenshot(page, 'waiting-sent.png');
}

export async function run(test) {
  const at = await ground();
  if (!(await test('an answer waits; outbox and console say why', () => waits(at)))) return;
  await test('it waits across a restart', () => survivesRestart(at));
  await test('a wrong configuration file is told and changes nothing', () => wrongFile(at));
  await test('with a relay and SIGHUP it leaves, once', () => leaves(at));
}
