// Who may not see a conversation does not see it anywhere: list, count, direct address, messages, events, decisions,
// attachment, source, contact, timeline, snapshot, socket; and may not change it either.
import WebSocket from '../../console/node_modules/ws/wrapper.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { atEnd, check, equal, until } from './support.mjs';

const base = '/api/v1';

const withFile = `From: Eva <eva@customers.test>
To: support@demo.localhost
Subject: For Support only
Message-ID: <secret-1@customers.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

The number of my card is secret.
--b
Content-Type: text/plain; name=card.txt
Content-Disposition: attachment; filename=card.txt

4711
--b--
`;

function listen(hub, token, position) {
  const frames = [];
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`, { headers: { Authorization: `Bearer ${token}` } });
  socket.on('message', (data) => frames.push(JSON.parse(data)));
  socket.on('open', () => socket.send(JSON.stringify({ t: 'hello', epoch: position.epoch, since: position.seq })));
  atEnd(() => socket.terminate());
  return { frames, socket, until: (what, test) => until(what, () => frames.find(test)) };
}

async function ground() {
  const hub = await Hub.create('visibility');
  await hub.start();
  const teams = (await hub.get(`${base}/teams`)).items;
  const billing = teams.find((one) => one.name === 'Billing').id;
  await hub.post(`${base}/inboxes`, { name: 'Billing', channel: 'email', address: 'billing@demo.localhost', team_id: billing });
  const [luca, giulia, sara] = [await hub.tokenOf('luca'), await hub.tokenOf('giulia'), await hub.tokenOf('sara')];
  const position = await hub.get(`${base}/snapshot`, { token: luca.token });
  const sockets = { luca: listen(hub, luca.token, position), giulia: listen(hub, giulia.token, position) };
  for (const one of Object.values(sockets)) await one.until('a greeting', (frame) => frame.t === 'hi');
  await sendMail(hub.lmtpPort, 'eva@customers.test', 'support@demo.localhost', withFile, 'lmtp');
  await sendMail(hub.lmtpPort, 'eva@customers.test', 'billing@demo.localhost', plainMail({ from: 'Eva <eva@customers.test>', to: 'billing@demo.localhost',
    subject: 'For Billing', id: 'bill-1@customers.test', text: 'My bill' }), 'lmtp');
  const all = await hub.conversations();
  const at = { hub, position, luca, giulia, sara, sockets, all, secret: all.find((one) => one.subject === 'For Support only'),
    bill: all.find((one) => one.subject === 'For Billing'), as: { token: luca.token } };
  at.message = (await hub.messages(at.secret.id))[0];
  return at;
}

async function lists({ hub, as, giulia, sara, bill, secret }) {
  equal((await hub.conversations('status=any', as)).map((one) => one.id), [bill.id], 'what Luca lists');
  equal((await hub.get(`${base}/conversations/count?status=any`, as)).count, 1, 'what Luca counts');
  equal((await hub.conversations(`status=any&contact_id=${secret.contact.id}`, as)).map((one) => one.id), [bill.id], 'what Luca finds by contact');
  equal((await hub.conversations(`status=any&team_id=${secret.team_id}`, as)), [], 'what Luca finds by team');
  equal((await hub.conversations(`status=any&inbox_id=${secret.inbox_id}`, as)), [], 'what Luca finds by inbox');
  const snapshot = await hub.get(`${base}/snapshot`, as);
  equal([snapshot.open_total, snapshot.conversations.map((one) => one.id)], [1, [bill.id]], "Luca's snapshot");
  equal((await hub.conversations('status=any', { token: giulia.token })).map((one) => one.id), [secret.id], 'what Giulia lists');
  equal((await hub.conversations('status=any', { token: sara.token })).length, 2, 'what Sara the supervisor lists');
}

async function directly({ hub, as, secret, message }) {
  const targets = [`conversations/${secret.id}`, `conversations/${secret.id}/messages`, `conversations/${secret.id}/events`,
    `conversations/${secret.id}/decisions`, `attachments/${message.attachments[0].id}`, `messages/${message.id}/raw`];
  for (const target of targets) {
    equal((await hub.request('GET', `${base}/${target}`)).status, 200, `${target} for the administrator`);
    equal((await hub.request('GET', `${base}/${target}`, as)).status, 404, `${target} for Luca`);
  }
  for (const [method, target, body] of [['PATCH', '', { priority: 'low' }], ['PATCH', '', { assignee_id: null }], ['PATCH', '', { status: 'resolved' }],
    ['POST', '/messages', { text: 'x' }], ['POST', '/messages', { text: 'x', visibility: 'note' }]]) {
    const { status } = await hub.request(method, `${base}/conversations/${secret.id}${target}`, { ...as, body });
    check(status === 404 || status === 403, `${method} ${target} ${JSON.stringify(body)} by Luca: ${status}`);
  }
  equal((await hub.messages(secret.id)).length, 1, 'messages after it');
  const widget = await hub.request('GET', `/widget/v1/demo-shop/attachments/${message.attachments[0].id}?token=${'x'.repeat(43)}`, { token: '' });
  equal(widget.status, 404, 'the attachment for a visitor');
}

async function timeline({ hub, as, secret, bill }) {
  const told = await hub.get(`${base}/contacts/${secret.contact.id}/timeline`, as);
  const text = JSON.stringify(told);
  check(told.items.some((one) => one.conversation_id === bill.id), 'the timeline has what Luca may see');
  check(!told.items.some((one) => one.conversation_id === secret.id), 'the timeline has nothing of the other conversation');
  check(!/secret|Support only/.test(text), 'the timeline has no words of it');
}

async function socket({ hub, position, sockets, secret, luca }) {
  const nothing = (frames) => !JSON.stringify(frames).includes('Support only') && !JSON.stringify(frames).includes(`"${secret.id}"`);
  await sockets.giulia.until('the mail at Giulia', (frame) => JSON.stringify(frame).includes('Support only'));
  await sockets.luca.until('his mail at Luca', (frame) => JSON.stringify(frame).includes('For Billing'));
  check(nothing(sockets.luca.frames), "no word of it on Luca's socket");
  sockets.luca.socket.send(JSON.stringify({ t: 'op', cid: 'luca-1', kind: 'note', conv: secret.id, body: { text: 'mine?' } }));
  sockets.luca.socket.send(JSON.stringify({ t: 'op', cid: 'luca-2', kind: 'assign', conv: secret.id, body: { assignee_id: luca.agent.id } }));
  for (const cid of ['luca-1', 'luca-2'])
    equal((await sockets.luca.until('an answer', (frame) => frame.cid === cid)).t, 'nack', `the answer to ${cid}`);
  sockets.luca.socket.send(JSON.stringify({ t: 'p', conv: secret.id, what: 'view' }));
  const again = listen(hub, luca.token, position);
  await again.until('his mail in the replay', (frame) => JSON.stringify(frame).includes('For Billing'));
  check(nothing(again.frames), 'no word of it in what Luca resumes with');
}

// Handed over, it appears; taken away, it is gone.
async function handedOver({ hub, sockets, secret, luca, bill, as }) {
  await hub.request('PATCH', `${base}/conversations/${secret.id}`, { body: { team_id: bill.team_id } });
  await sockets.luca.until('the conversation that was handed over', (frame) => JSON.stringify(frame).includes('Support only'));
  equal((await hub.request('GET', `${base}/conversations/${secret.id}`, as)).status, 200, 'directly');
  await hub.request('PATCH', `${base}/conversations/${secret.id}`, { body: { team_id: secret.team_id, assignee_id: null } });
  await sockets.luca.until('the word that it is gone', (frame) => frame.t === 'd' && frame.ops.some((op) => op.k === 'gone' && op.id === secret.id));
  equal((await hub.request('GET', `${base}/conversations/${secret.id}`, as)).status, 404, 'directly, after it was taken away');
  void luca;
}

export async function run(test) {
  const at = await ground();
  await test('lists, counts and the snapshot', () => lists(at));
  await test('direct addresses, attachments, sources and changes', () => directly(at));
  await test("the customer's timeline", () => timeline(at));
  await test('the socket, live and resumed', () => socket(at));
  await test('a hand-over shows it, taking it back hides it', () => handedOver(at));
}
