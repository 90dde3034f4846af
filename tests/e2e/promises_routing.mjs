// What is promised and who takes what, as an administrator, a supervisor, an agent and a visitor meet it: declarations,
// policies, rules, offers, waivers, settings, presence, deadlines over a crash, and the simulated floor.
import fs from 'node:fs';
import path from 'node:path';
import WebSocket from '../../console/node_modules/ws/wrapper.mjs';
import { openBrowser, openPage, screenshot, signIn } from './browser.mjs';
import { Visitor } from './chat_socket.mjs';
import { fastMail } from './declared.mjs';
import { Hub, runProgram } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { atEnd, check, equal, matches, root, temporaryFolder, until, within } from './support.mjs';

const base = '/api/v1';
const support = 'support@demo.localhost';
let mails = 0;

// Sends a mail and resolves with its conversation.
async function write(hub, subject, { from = `m${mails + 1}@customers.test`, text = 'x' } = {}) {
  const id = `promise-${++mails}@customers.test`;
  await sendMail(hub.lmtpPort, from, support, plainMail({ from: `M <${from}>`, to: support, subject, id, text }), 'lmtp');
  for (const one of await hub.conversations()) if ((await hub.messages(one.id)).some((message) => message.external_id === id)) return one;
  throw new Error(`the mail ${subject} is in no conversation`);
}

const read = (hub, id) => hub.get(`${base}/conversations/${id}`);
const clockOf = (conversation, metric = 'first_response') => conversation.sla.find((one) => one.metric === metric);
const eventsOf = async (hub, id, kinds) => (await hub.get(`${base}/conversations/${id}/events?kinds=${kinds}&limit=200`)).items;
const named = async (hub, list, name) => (await hub.get(`${base}/${list}`)).items.find((one) => one.name === name);
const goesOnline = (hub, agent) => hub.request('PUT', `${base}/agents/${agent.id}/availability`, { body: { availability: 'online' } });

async function refused(hub, method, target, body, status, detail, options = {}) {
  const answer = await hub.request(method, `${base}/${target}`, { body, ...options });
  equal(answer.status, status, `${method} ${target} ${JSON.stringify(body)}: ${answer.text}`);
  if (detail) matches(answer.json.detail, detail, `the reason of ${method} ${target}`);
  return answer.json;
}

// --- declarations
async function configuration(hub) {
  const lists = {};
  for (const name of ['calendars', 'teams', 'agents', 'inboxes', 'sla-policies', 'routing-rules']) lists[name] = (await hub.get(`${base}/${name}`)).items;
  return { ...lists, routing: await hub.get(`${base}/routing`) };
}

const applied = async (hub, declaration, what) => {
  const done = await hub.apply(declaration);
  equal(done.code, 0, `${what}: ${done.stdout} ${done.stderr}`);
  return done.stdout;
};

async function declared({ hub }) {
  matches(await applied(hub, fastMail(), 'on the running hub'), /calendars: Always.*sla_policies: Fast/s, 'what was done');
  const [fast, always] = [await named(hub, 'sla-policies', 'Fast'), await named(hub, 'calendars', 'Always')];
  equal([fast.rank, fast.channels, fast.calendar_id, fast.targets], [1, ['email'], always.id,
    [{ metric: 'first_response', budget_seconds: 14_400, warn_percents: [] }]], 'the policy');
  equal(Object.values(always.weekly), Array(7).fill([['00:00', '24:00']]), 'the calendar');
  equal((await hub.stop()).code, 0, 'the exit code');
  const night = { teams: [{ name: 'Night' }], agents: [{ name: 'Nina Riva', email: 'nina@demo.localhost', teams: ['Night'] }] };
  matches(await applied(hub, night, 'on the resting folder'), /^teams: Night\nagents: nina@demo.localhost\nteams: Night\n$/, 'what was done');
  await hub.start();
  equal((await named(hub, 'agents', 'Nina Riva')).team_ids, [(await named(hub, 'teams', 'Night')).id], 'what was declared while the hub rested');
}

// What is in force already changes nothing: no second entity, no new version, no word in the log.
async function declaredAgain({ hub }) {
  const demo = fs.readFileSync(path.join(root, 'config/demo/workspace.json'), 'utf8');
  const first = await configuration(hub);
  const same = async (where) => {
    const now = await configuration(hub);
    for (const key of Object.keys(first)) {
      const brief = (one) => `${one.name ?? key} v${one.version ?? 0}`;
      equal([now[key]].flat().map(brief), [first[key]].flat().map(brief), `${key} after the repeat ${where}`);
      equal(now[key], first[key], `${key} after the repeat ${where}`);
    }
  };
  for (const declaration of [fastMail(), demo]) await applied(hub, declaration, 'again on the running hub');
  await same('on the running hub');
  equal((await hub.stop()).code, 0, 'the exit code');
  for (const declaration of [fastMail(), demo]) await applied(hub, declaration, 'again on the resting folder');
  await hub.start();
  await same('on the resting folder');
}

async function declaredWrong({ hub }) {
  const before = await configuration(hub);
  await wrongDeclarations(hub, 'on the running hub');
  equal((await hub.stop()).code, 0, 'the exit code');
  await wrongDeclarations(hub, 'on the resting folder');
  await hub.start();
  equal(await configuration(hub), before, 'the configuration after the refusals');
}

async function wrongDeclarations(hub, where) {
  const zone = { ...fastMail().calendars[0], zone: 'Europe/Atlantis' };
  for (const [what, declaration, sentence] of [
    ['an unknown key', { calenders: [] }, /"?calenders\\?"? is not part of a declaration/],
    ['an unknown zone', { calendars: [zone] }, /calendars: Always.*there is no time zone \\?"Europe\/Atlantis\\?"/],
    ['a window that is none', { calendars: [{ ...zone, zone: 'Europe/Rome', weekly: { mon: [['9', '10']] } }] }, /windows are pairs of times/],
    ['an unknown calendar', { sla_policies: [{ ...fastMail().sla_policies[0], calendar: 'Never' }] }, /sla_policies: Fast.*there is nothing named \\?"Never/],
    ['an unknown agent', { teams: [{ name: 'Support', lead: 'nobody@demo.localhost' }] }, /there is no agent nobody@demo/],
    ['no JSON', '{"calendars":', /JSON/i]]) {
    const done = await hub.apply(declaration);
    equal(done.code, 1, `the exit code of ${what} ${where}: ${done.stdout} ${done.stderr}`);
    matches(done.stdout + done.stderr, sentence, `${what} ${where}`);
  }
}

// --- policies
async function policies(at) {
  const { hub } = at;
  const [fast, always, partners] = [await named(hub, 'sla-policies', 'Fast'), await named(hub, 'calendars', 'Always'),
    await named(hub, 'sla-policies', 'Mail of partners: answered in 70 minutes')];
  const match = (facts) => hub.post(`${base}/sla-policies/match`, facts);
  const matched = await match({ channel: 'email' });
  equal(matched.policy_id, fast.id, 'the policy of a mail');
  equal(matched.considered[0], { policy_id: fast.id, name: 'Fast', failed_condition: null }, 'what is considered first');
  matches(matched.considered.find((one) => one.name.startsWith('Chat')).failed_condition, /channel/, 'why not the policy of chats');
  matches(matched.considered.find((one) => one.policy_id === partners.id).failed_condition, /relationship/, 'why not the policy of partners');
  check((await match({ channel: 'chat' })).policy_id !== fast.id, 'a chat has another policy');
  await refused(hub, 'POST', 'sla-policies/match', {}, 422, /channel/);

  const { id } = await write(hub, 'Question');
  const promised = clockOf(await read(hub, id));
  equal([promised.policy_id, promised.policy_version, promised.budget_seconds], [fast.id, fast.version, 14_400], 'what is promised');
  const due = (seconds) => new Date(Date.parse(promised.started_at) + seconds * 1000).toISOString().slice(0, 19);
  equal(promised.due_at.slice(0, 19), due(14_400), 'when it is due');
  const changed = await hub.request('PUT', `${base}/sla-policies/${fast.id}`, { body: { name: 'Fast', rank: 1, channels: ['email'], calendar_id: always.id,
    targets: [{ metric: 'first_response', budget_seconds: 7200 }] } });
  equal([changed.status, changed.json.version], [200, fast.version + 1], `the change: ${changed.text}`);
  equal(clockOf(await read(hub, id)), promised, 'the clock that runs, after the change');
  const fresh = await write(hub, 'Another question');
  equal(clockOf(fresh).budget_seconds, 7200, 'a clock that starts after the change');

  equal(await hub.post(`${base}/sla-policies/apply`, { preview: true }), { clocks_changed: 1, preview: true }, 'the preview');
  equal(clockOf(await read(hub, id)), promised, 'the clock after the preview');
  equal(await hub.post(`${base}/sla-policies/apply`, {}), { clocks_changed: 1, preview: false }, 'the application');
  const applied = clockOf(await read(hub, id));
  equal([applied.policy_version, applied.budget_seconds, applied.due_at.slice(0, 19), applied.started_at],
    [fast.version + 1, 7200, due(7200), promised.started_at], 'the clock after the application');
  equal((await hub.post(`${base}/sla-policies/apply`, {})).clocks_changed, 0, 'a second application');

  equal((await hub.request('DELETE', `${base}/sla-policies/${fast.id}`)).status, 204, 'the removal');
  for (const one of [id, fresh.id]) {
    const clock = clockOf(await read(hub, one));
    equal([clock.state, clock.void_reason], ['void', 'policy_removed'], 'a clock whose policy is gone');
  }
  check((await match({ channel: 'email' })).policy_id !== fast.id, 'nothing gets it any more');
  await refused(hub, 'DELETE', `sla-policies/${fast.id}`, undefined, 404);
}

// --- rules
async function rules(at) {
  const { hub } = at;
  const billing = await named(hub, 'teams', 'Billing');
  const before = await write(hub, 'A refund, please');
  const text = 'when subject contains "refund" and channel is "email" then team "Billing", tag "refund"';
  const tried = (await hub.post(`${base}/routing-rules/dry-run`, { text })).items;
  const [hit, miss] = [tried.find((one) => one.conversation_id === before.id), tried.find((one) => one.subject === 'Question')];
  equal([hit.matched, hit.trace.map((one) => one.held)], [true, [true, true]], 'the dry run where it matches');
  matches(hit.trace[0].condition, /subject contains "refund"/, 'the first condition');
  equal([miss.matched, miss.trace[0].held], [false, false], 'the dry run where it does not');
  equal([(await read(hub, before.id)).team_id, (await read(hub, before.id)).tags], [before.team_id, before.tags], 'after the dry run');
  for (const target of ['routing-rules/dry-run', 'routing-rules']) {
    const fault = await refused(hub, 'POST', target, { name: 'Refunds', text: text.replace('contains', 'contans') }, 422, /^at character \d+: ./);
    equal(fault.field, 'text', 'the field of the fault');
    const place = Number(/\d+/.exec(fault.detail)[0]);
    check(place >= 'when subject '.length && place <= 'when subject contans'.length + 1, `the place is at the wrong word: ${fault.detail}`);
  }
  await refused(hub, 'POST', 'routing-rules', { name: 'Refunds', text: 'when subject contains "refund" then team "Nobody"' }, 422, /there is no team "Nobody"/);
  const rule = await hub.post(`${base}/routing-rules`, { name: 'Refunds', rank: 5, text });
  const after = await write(hub, 'Refund of my lamp');
  equal([after.team_id, after.tags], [billing.id, ['refund']], 'team and tag of a mail after it');
  equal((await eventsOf(hub, after.id, 'rules_applied')).map((one) => one.payload.rules ?? one.payload.rule_ids), [[rule.id]], 'the rules in its log');
  equal((await hub.request('DELETE', `${base}/routing-rules/${rule.id}`)).status, 204, 'the removal');
  const last = await write(hub, 'Refund again');
  equal([last.team_id, last.tags], [before.team_id, []], 'a mail after the removal');
  await refused(hub, 'DELETE', `routing-rules/${rule.id}`, undefined, 404);
}

// --- waivers, spam, what a customer is
async function waivers({ hub, giulia, sara }) {
  const { id } = await write(hub, 'No hurry');
  const by = (who) => ({ token: who.token });
  await refused(hub, 'POST', `conversations/${id}/waive`, {}, 422, /reason/, by(sara));
  await refused(hub, 'POST', `conversations/${id}/waive`, { reason: 'thanks only' }, 403, /only a supervisor/, by(giulia));
  equal((await hub.request('POST', `${base}/conversations/${id}/waive`, { body: { reason: 'thanks only' }, ...by(sara) })).status, 204, 'the waiver of Sara');
  const after = await read(hub, id);
  equal([clockOf(after).state, clockOf(after).void_reason], ['void', 'waived'], 'the first response that was waived');
  equal(after.waiting_since, null, 'nobody waits');
  matches(JSON.stringify(await eventsOf(hub, id, 'answer_waived')), /thanks only/, 'the reason in the log');
}

async function spam({ hub, giulia }) {
  const from = 'pills@customers.test';
  const { id, contact } = await write(hub, 'Cheap pills', { from });
  const mark = (body) => hub.request('POST', `${base}/conversations/${id}/spam`, { body, token: giulia.token });
  equal((await mark()).status, 204, 'the mark');
  const after = await read(hub, id);
  equal([after.spam, after.status, after.sla.map((one) => [one.state, one.void_reason])],
    [true, 'resolved', after.sla.map(() => ['void', 'spam'])], 'the conversation that is spam');
  equal((await hub.get(`${base}/contacts/${contact.id}`)).profile.blocked, true, 'its sender is blocked');
  for (const one of await hub.conversations('status=open'))
    await hub.request('PATCH', `${base}/conversations/${one.id}`, { body: { status: 'resolved' } });
  const again = await write(hub, 'More pills', { from });
  check(!again.sla.some((one) => one.due_at !== null), `nothing is promised to a blocked sender: ${JSON.stringify(again.sla)}`);
  const good = await write(hub, 'Something honest');
  await goesOnline(hub, giulia.agent);
  await until('the honest mail to be given', async () => (await read(hub, good.id)).assignee_id === giulia.agent.id);
  equal((await read(hub, again.id)).assignee_id, null, 'nobody is given what the blocked sender writes');
  await hub.request('PUT', `${base}/agents/${giulia.agent.id}/availability`, { body: { availability: 'offline' } });
  equal((await mark({ is_spam: false })).status, 204, 'taking the mark back');
  equal((await read(hub, id)).spam, false, 'the conversation is no spam any more');
}

async function customer({ hub, giulia, sara }) {
  const partners = await named(hub, 'sla-policies', 'Mail of partners: answered in 70 minutes');
  const { id, contact } = await write(hub, 'From a partner');
  check(clockOf(await read(hub, id)).policy_id !== partners.id, 'an unknown customer has another policy');
  const change = (body, who) => hub.request('PATCH', `${base}/contacts/${contact.id}`, { body, token: who.token });
  const done = await change({ relationship: 'partner', segment: 'parlour', language: 'it' }, giulia);
  equal([done.status, done.json?.profile?.relationship], [200, 'partner'], `the change by Giulia: ${done.text}`);
  const clock = clockOf(await read(hub, id));
  equal([clock.policy_id, clock.budget_seconds, clock.state], [partners.id, 4320, 'running'], 'the clock of a partner');
  for (const body of [{ blocked: true }, { owner_id: giulia.agent.id }]) {
    const refusal = await change(body, giulia);
    equal(refusal.status, 403, `${JSON.stringify(body)} by Giulia: ${refusal.text}`);
  }
  const own = await change({ blocked: true, owner_id: giulia.agent.id }, sara);
  equal([own.status, own.json?.profile?.blocked, own.json?.profile?.owner_id], [200, true, giulia.agent.id], `the same by Sara: ${own.text}`);
  equal((await change({ blocked: false, owner_id: null }, sara)).json.profile.blocked, false, 'the way back');
  equal((await change({ owner_id: '999999' }, sara)).status, 422, 'an owner who does not exist');
}

// --- settings, holidays, skills
async function settings({ hub, giulia }) {
  const before = await hub.get(`${base}/routing`);
  const saved = await hub.request('PUT', `${base}/routing`, { body: { ...before, policy: 'edf', accept_seconds: 7, parameters: { ...before.parameters, idle: 0.1 } } });
  equal([saved.status, saved.json.policy, saved.json.accept_seconds, saved.json.parameters.idle, saved.json.version],
    [200, 'edf', 7, 0.1, before.version + 1], `the change: ${saved.text}`);
  equal(await hub.get(`${base}/routing`), saved.json, 'what is read after it');
  for (const [body, detail] of [[{ policy: 'luck' }, /policy must be index/], [{ parameters: { tau: 1 } }, /no parameter tau/],
    [{ parameters: { tau_live: 'x' } }, /tau_live must be a number from/], [{ accept_seconds: -1 }, /accept_seconds must be a whole number/],
    [{ segment_values: { parlour: 0 } }, /segment_values\.parlour must be/]])
    await refused(hub, 'PUT', 'routing', body, 422, detail);
  await refused(hub, 'PUT', 'routing', [], 400, /one JSON object/);
  equal(await hub.get(`${base}/routing`), saved.json, 'what is read after the refusals');
  equal((await hub.request('PUT', `${base}/routing`, { body: {}, token: giulia.token })).status, 403, 'a change by an agent');
  await hub.request('PUT', `${base}/routing`, { body: before });
}

async function proposals({ hub }) {
  const italian = (await hub.get(`${base}/holidays/it?from=2026&to=2026`)).items;
  equal(italian.length, 12, 'holidays of 2026');
  equal([italian[0].date, italian[3].date, italian.at(-1).date], ['2026-01-01', '2026-04-06', '2026-12-26'], 'the first, Easter Monday, the last');
  check(italian.every((one) => one.name.length > 3), 'each has a name');
  equal((await hub.get(`${base}/holidays/it?from=2026&to=2027`)).items.length, 24, 'holidays of two years');
  equal((await hub.request('GET', `${base}/holidays/xx`)).status, 404, 'a set that is not shipped');
  const calendars = (await hub.get(`${base}/calendars`)).items;
  const file = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', 'DTSTART;VALUE=DATE:20260624', 'DTEND;VALUE=DATE:20260625', 'SUMMARY:San Giovanni',
    'END:VEVENT', 'BEGIN:VEVENT', 'UID:2', 'DTSTART:20260701T100000Z', 'DTEND:20260701T110000Z', 'SUMMARY:A meeting', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  const proposed = await hub.post(`${base}/holidays/icalendar?from=2026&to=2026`, file, { headers: { 'Content-Type': 'text/calendar' } });
  equal(proposed.items, [{ date: '2026-06-24', name: 'San Giovanni' }], 'the proposal');
  equal(proposed.passed_over.length, 1, `what was passed over: ${proposed.passed_over}`);
  equal((await hub.get(`${base}/calendars`)).items, calendars, 'nothing was saved');
  equal((await hub.get(`${base}/skills`)).items, [{ name: 'invoices', agents: 1 }, { name: 'machines', agents: 1 }, { name: 'recipes', agents: 1 }], 'skills');
}

// --- offers
const chatWith = async (hub, text) => {
  const visitor = await Visitor.open(hub, await Visitor.token(hub));
  const ack = await visitor.say('c1', text);
  equal(ack.t, 'message.ack', `the chat "${text}"`);
  return ack.conversation;
};

async function offers(at) {
  const { hub } = at;
  const [team, giulia, luca] = [await named(hub, 'teams', 'Support'), await hub.tokenOf('giulia'), await hub.tokenOf('luca')];
  equal((await hub.request('PUT', `${base}/teams/${team.id}`, { body: { name: 'Support', mode: 'offer' } })).json.mode, 'offer', 'the mode of the team');
  await hub.request('PUT', `${base}/routing`, { body: { ...(await hub.get(`${base}/routing`)), accept_seconds: 600 } });
  const { page, seen } = await openPage(at.browser, hub, '/');
  await page.waitForSelector('input[name=email]');
  await signIn(page, hub.signIns().giulia);
  const answer = (id, accept) => hub.request('POST', `${base}/conversations/${id}/offer`, { body: { accept }, token: giulia.token });
  const bar = (id) => page.locator(`[data-offer="${id}"]`);
  const offered = async (id) => {
    await bar(id).waitFor();
    const now = await read(hub, id);
    equal([now.routing.offered_to_id, now.assignee_id], [giulia.agent.id, null], 'whom it is offered to');
  };
  const gone = (id) => bar(id).waitFor({ state: 'detached' });
  const ends = async (id) => (await eventsOf(hub, id, 'offer_ended')).map((one) => one.payload.how ?? one.payload.end);

  const first = await chatWith(hub, 'Do you sell lamps?');
  await offered(first);
  matches(await bar(first).innerText(), /is offered to you \((60[01]|59\d) s\)/, 'the words of the offer');
  await screenshot(page, 'offer.png');
  await bar(first).getByText('Accept').click();
  await until('the chat to be hers', async () => (await read(hub, first)).assignee_id === giulia.agent.id);
  await gone(first);
  equal(await ends(first), ['accepted'], 'how the first offer ended');

  const second = await chatWith(hub, 'And chairs?');
  await offered(second);
  equal((await answer(second, false)).status, 204, 'the decline');
  await gone(second);
  const declined = await read(hub, second);
  equal([declined.routing.offered_to_id, declined.assignee_id, Object.keys(declined.routing.excluded)], [null, null, [giulia.agent.id]], 'what was declined');
  const late = await answer(second, true);
  equal(late.status, 410, `a late yes: ${late.text}`);
  matches(late.json.detail, /this offer is gone/, 'what a late yes hears');
  equal(await ends(second), ['declined'], 'how the second offer ended');

  const third = await chatWith(hub, 'And tables?');
  await offered(third);
  equal((await hub.request('PATCH', `${base}/conversations/${third}`, { body: { assignee_id: luca.agent.id } })).json.assignee_id, luca.agent.id, 'the hand assignment');
  await gone(third);
  equal(await ends(third), ['withdrawn'], 'how the third offer ended');
  equal((await answer(third, true)).status, 410, 'a yes after it was withdrawn');
  equal((await read(hub, third)).assignee_id, luca.agent.id, 'whose it stays');
  equal(seen.errors.filter((text) => !/401 \(Unauthorized\)/.test(text)), [], 'errors of the console');
}

// --- presence
async function lostConnection(at) {
  const { hub } = at;
  const giulia = await hub.tokenOf('giulia');
  const { page } = await openPage(at.browser, hub, '/');
  await page.waitForSelector('input[name=email]');
  await signIn(page, hub.signIns().giulia);
  const availability = async () => (await hub.get(`${base}/snapshot`)).availabilities[giulia.agent.id];
  await until('Giulia to be online', async () => (await availability()) === 'online');
  const id = await chatWith(hub, 'Is somebody there?');
  await until('the chat to be hers', async () => (await read(hub, id)).assignee_id === giulia.agent.id);
  await page.close();
  const back = await until('the chat to be in the queue', async () => {
    const now = await read(hub, id);
    return now.assignee_id === null && now;
  });
  check(back.waiting_since !== null && back.status === 'open', 'it waits');
  equal(await availability(), 'offline', 'her availability');
  matches(JSON.stringify(await eventsOf(hub, id, 'assigned')), /leaving/, 'why, in the log');
}

async function signedOut(at) {
  const { hub } = at;
  const here = await openPage(at.browser, hub, '/');
  await here.page.waitForSelector('input[name=email]');
  await signIn(here.page, hub.signIns().sara);
  const there = await here.context.newPage();
  await there.goto(`${hub.url}/app/all`);
  await there.waitForSelector('[data-status=live]', { state: 'attached' });
  const session = (await here.context.cookies()).find((one) => one.name === 'sportello_session');
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`, { headers: { Cookie: `${session.name}=${session.value}`, Origin: hub.url } });
  atEnd(() => socket.terminate());
  const closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
  await within('the socket to open', new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)));
  await here.page.getByText('Sign out').click();
  equal(await within('the end of her other socket', closed), 4401, 'how it ended');
  await there.waitForSelector('[data-status=live]', { state: 'detached' });
  await there.waitForSelector('input[name=password]');
}

// --- a deadline that passes while nobody is there
async function breachedInTheDark({ hub }) {
  equal((await hub.apply(fastMail(2))).code, 0, 'a promise of two seconds');
  const { id, sla } = await write(hub, 'Quick');
  const due = clockOf({ sla }).due_at;
  await hub.kill();
  check(Date.now() < Date.parse(due), 'the hub is gone before the answer is due');
  await until('the deadline to pass', () => Date.now() > Date.parse(due));
  const breaches = async () => (await eventsOf(hub, id, 'sla_breached')).filter((one) => one.payload.metric === 'first_response');
  for (const start of ['the first start after it', 'the second']) {
    await hub.start();
    await until('the breach to be told', async () => (await breaches()).length > 0);
    equal((await breaches()).map((one) => one.payload.due_at), [due], `breaches after ${start}, with the clock's due`);
    equal([clockOf(await read(hub, id)).state, clockOf(await read(hub, id)).due_at], ['breached', due], `the clock after ${start}`);
    await hub.kill();
  }
  await hub.start();
}

// --- the simulated floor
const meta = { type: 'meta', version: 1, end_ms: 3_600_000, calendars: { always: [[0, 360_000_000]] },
  channels: { email: { live: false, effort: 1, ctx_ms: 10_000 }, chat: { live: true, effort: 0.5, ctx_ms: 5000 } },
  segments: { Buyer: 2, Partner: 6 }, priorities: { 1: 2, 3: 1 }, switch: 0.1, relax_speed: 0.5, grace_ms: 60_000, cost: { late: 1, late_rate: 0.5, abandon: 3 } };
const agent = (id) => ({ type: 'agent', id, langs: ['it'], skills: { support: 1 }, speed: 1, cap_live: 3, cap_async: 3, on: [[0, 3_600_000]], drops: [] });
const asked = (id, ch) => ({ type: 'conv', id, t: id * 20_000, ch, lang: 'it', skill: 'support', seg: id % 2 ? 'Buyer' : 'Partner', prio: 3, cal: 'always',
  frt_ms: 600_000, nrt_ms: 240_000, patience_ms: null, turns: [{ gap_ms: 0, work_ms: 60_000, first_ms: 30_000 }] });
const tiny = [meta, agent(1), agent(2), ...[1, 2, 3, 4, 5, 6].map((id) => asked(id, id % 3 ? 'chat' : 'email'))].map((line) => JSON.stringify(line));

async function simulated() {
  const folder = temporaryFolder('trace');
  const file = (name, lines) => {
    fs.writeFileSync(path.join(folder, name), `${lines.join('\n')}\n`);
    return path.join(folder, name);
  };
  const trace = file('tiny.jsonl', tiny);
  const simulate = (...words) => runProgram('simulate', ...words);
  for (const policy of ['index', 'round-robin', 'least-loaded', 'fifo', 'priority', 'edf']) {
    const log = path.join(folder, `${policy}.log`);
    const done = await simulate('--trace', trace, '--policy', policy, '--log', log);
    equal(done.code, 0, `${policy}: ${done.stderr}`);
    matches(done.stdout, new RegExp(`^policy +cost .*\\n${policy} .* 6\\n$`), `the table of ${policy}`);
    equal(fs.readFileSync(log, 'utf8').trim().split('\n').map((line) => line.split(' ')[1]).sort(), ['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'],
      `what ${policy} assigned, each once`);
  }
  const [once, twice] = [await simulate('--trace', trace, '--json'), await simulate('--trace', trace, '--json')];
  equal(once, twice, 'the same trace twice');
  const metrics = JSON.parse(once.stdout);
  equal([metrics.obligations, metrics.sla, metrics.cost, Object.keys(metrics.first_reply_s)], [6, 1, 0, ['chat', 'email']], 'metrics');
  const wrong = async (sentence, ...words) => {
    const done = await simulate(...words);
    equal(done.code, 1, `the exit code of ${words.join(' ')}: ${done.stdout}`);
    matches(done.stderr, sentence, words.join(' '));
  };
  await wrong(/cannot read .*none\.jsonl/, '--trace', path.join(folder, 'none.jsonl'));
  await wrong(/half\.jsonl, line 3: /, '--trace', file('half.jsonl', [...tiny.slice(0, 2), tiny[2].slice(0, 30), ...tiny.slice(3)]));
  await wrong(/pigeon\.jsonl, line 4: .*pigeon/, '--trace', file('pigeon.jsonl', [...tiny.slice(0, 3), JSON.stringify(asked(1, 'pigeon'))]));
  await wrong(/empty\.jsonl, .*no meta line/, '--trace', file('empty.jsonl', []));
  await wrong(/--policy must be index/, '--trace', trace, '--policy', 'luck');
  await wrong(/give a trace/);
  fs.writeFileSync(path.join(folder, 'parameters.json'), '{"tau": 1}');
  await wrong(/no parameter tau/, '--trace', trace, '--parameters', path.join(folder, 'parameters.json'));
}

export async function run(test) {
  const at = { hub: await Hub.create('promises') };
  await at.hub.start();
  if (!(await test('a declaration is put in force, running and stopped', () => declared(at)))) return;
  await test('a declaration that is in force already changes nothing', () => declaredAgain(at));
  await test('a wrong declaration is refused with a sentence', () => declaredWrong(at));
  Object.assign(at, { giulia: await at.hub.tokenOf('giulia'), sara: await at.hub.tokenOf('sara') });
  await test('policies are matched, changed, applied on purpose and removed', () => policies(at));
  await test('rules are tried, refused with a place, obeyed and removed', () => rules(at));
  await test('an answer is waived with a reason', () => waivers(at));
  await test('spam is owed nothing and goes to nobody', () => spam(at));
  await test('what a customer is decides what is promised', () => customer(at));
  await test('settings of routing are read, changed and refused', () => settings(at));
  await test('holidays are proposals; skills are listed', () => proposals(at));
  await test('what fell due while the hub was dead is told once', () => breachedInTheDark(at));
  await at.hub.kill();

  const floor = { hub: await Hub.create('offers'), browser: await openBrowser() };
  await floor.hub.start();
  await test('offers are accepted, declined and withdrawn', () => offers(floor));
  const presence = { hub: await Hub.create('presence'), browser: floor.browser };
  await presence.hub.start();
  await presence.hub.request('PUT', `${base}/routing`, { body: { connection_grace_seconds: 1 } });
  await test('a chat returns to the queue when its agent is gone', () => lostConnection(presence));
  await test('signing out ends the other pages too', () => signedOut(presence));
  await test('the floor is simulated with every policy; wrong traces are told', () => simulated());
}
