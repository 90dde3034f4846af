// The console socket as a foreign client speaks it (docs/PROTOCOL.md): greeting, resuming, the chain of numbers,
// operations that are answered once, wrong frames, and a reader that does not read.
import WebSocket from '../../console/node_modules/ws/wrapper.mjs';
import { Hub } from './hub.mjs';
import { MailClient, plainMail, Pump, sendMail } from './mail_client.mjs';
import { atEnd, check, equal, figure, until, within } from './support.mjs';

const base = '/api/v1';
const support = 'support@demo.localhost';

class Client {
  frames = [];
  static open(hub, { token = hub.token, headers = {}, path = '/ws' } = {}) {
    const client = new Client();
    client.socket = new WebSocket(hub.url.replace('http', 'ws') + path, { headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers } });
    client.socket.on('message', (data) => client.frames.push(JSON.parse(data)));
    client.closed = new Promise((resolve) => client.socket.on('close', (code) => resolve(code)));
    client.opened = new Promise((resolve) => {
      client.socket.on('open', () => resolve(101));
      client.socket.on('unexpected-response', (_, response) => resolve(response.statusCode) ?? client.socket.terminate());
    });
    client.socket.on('error', () => {});
    atEnd(() => client.socket.terminate());
    return client;
  }
  static async hello(hub, position, options) {
    const client = Client.open(hub, options);
    equal(await client.opened, 101, 'the handshake');
    client.send({ t: 'hello', epoch: position.epoch, since: position.seq });
    await client.wait('the greeting', (frame) => frame.t === 'hi');
    return client;
  }
  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }
  wait(what, test, milliseconds) {
    return until(what, () => this.frames.find(test), milliseconds);
  }
  // The answers to an operation, `count` of them.
  async answers(cid, count = 1) {
    await until(`${count} answers to ${cid}`, () => this.frames.filter((frame) => frame.cid === cid).length >= count);
    return this.frames.filter((frame) => frame.cid === cid);
  }
  async operate(cid, kind, conv, body, more = {}) {
    this.send({ t: 'op', cid, kind, conv, body, ...more });
    return (await this.answers(cid))[0];
  }
}

// What a client knows after these frames; fails when a number is missing from the chain.
function fold(frames, seq, known = { conversations: new Map(), messages: new Map() }) {
  for (const frame of frames) {
    if (frame.t !== 'd' && frame.t !== 'm') continue;
    equal(frame.prev, seq, `the number before ${frame.seq}`);
    check(frame.seq >= seq, 'numbers rise');
    seq = frame.seq;
    for (const op of frame.ops ?? []) {
      if (op.k === 'conversation') known.conversations.set(op.v.id, op.v);
      if (op.k === 'message') known.messages.set(op.v.id, op.v);
    }
  }
  return { seq, ...known };
}

async function ground() {
  const hub = await Hub.create('socket');
  await hub.start();
  const position = await hub.get(`${base}/snapshot`);
  const watcher = await Client.hello(hub, position);
  for (let n = 1; n <= 6; ++n)
    await sendMail(hub.lmtpPort, `s${n % 3}@customers.test`, support, plainMail({ from: `S <s${n % 3}@customers.test>`, to: support,
      subject: `Socket ${n}`, id: `s${n}@customers.test`, text: `Text ${n}` }), 'lmtp');
  const conversations = (await hub.conversations()).sort((a, b) => a.number - b.number);
  const me = (await hub.get(`${base}/session`)).agent;
  return { hub, position, watcher, conversations, me };
}

async function knocking({ hub }) {
  const session = await hub.signIn('giulia');
  const open = (options) => Client.open(hub, { token: '', ...options }).opened;
  equal(await open({}), 401, 'without a sign-in');
  equal(await open({ token: 'wrong' }), 401, 'with a wrong token');
  equal(await open({ headers: { Cookie: session.cookie, Origin: 'http://evil.test' } }), 403, 'a cookie from a foreign page');
  equal(await open({ headers: { Cookie: session.cookie } }), 403, 'a cookie without an origin');
  equal(await open({ headers: { Cookie: session.cookie, Origin: `${hub.url}.evil.test` } }), 403, 'an origin that begins alike');
  equal(await open({ headers: { Cookie: session.cookie, Origin: hub.url } }), 101, 'a cookie from our own page');
  equal(await open({ token: hub.token, path: '/nothing' }), 404, 'another path');
}

async function chain({ hub, position, watcher, conversations }) {
  const messages = async () => (await Promise.all(conversations.map((one) => hub.messages(one.id)))).flat().map((one) => one.id).sort();
  const expected = await messages();
  await until('all messages on the socket', () => fold(watcher.frames, position.seq).messages.size === expected.length);
  const live = fold(watcher.frames, position.seq);
  equal([...live.messages.keys()].sort(), expected, 'the messages that were told');
  for (const one of conversations) equal(live.conversations.get(one.id), await hub.get(`${base}/conversations/${one.id}`), `conversation ${one.number}`);
}

async function resuming({ hub, position, watcher }) {
  const numbers = watcher.frames.filter((frame) => frame.t === 'd').map((frame) => frame.seq);
  const whole = fold(watcher.frames, position.seq);
  for (const since of [position.seq, numbers[0], numbers[Math.floor(numbers.length / 2)], numbers.at(-1)]) {
    const before = fold(watcher.frames.filter((frame) => frame.seq <= since), position.seq);
    const late = await Client.hello(hub, { epoch: position.epoch, seq: since });
    const after = () => fold(late.frames, since, { conversations: new Map(before.conversations), messages: new Map(before.messages) });
    await until('what was missed', () => late.frames.some((frame) => frame.t === 'd') || since === numbers.at(-1));
    equal([...after().conversations].sort(), [...whole.conversations].sort(), `conversations after resuming from ${since}`);
    equal([...after().messages.keys()].sort(), [...whole.messages.keys()].sort(), `messages after resuming from ${since}`);
    late.socket.close();
  }
}

async function stale({ hub, position }) {
  const strange = Client.open(hub);
  await strange.opened;
  strange.send({ t: 'hello', epoch: 'another history', since: position.seq });
  const told = await strange.wait('stale', (frame) => frame.t === 'stale');
  check(told.seq > position.seq, 'stale tells the head');
  const ahead = Client.open(hub);
  await ahead.opened;
  ahead.send({ t: 'hello', epoch: position.epoch, since: told.seq + 1000 });
  await ahead.wait('stale', (frame) => frame.t === 'stale');
}

async function operations({ hub, position, conversations, me }) {
  const client = await Client.hello(hub, position);
  const [first, second] = conversations;
  for (const [cid, kind, body, more] of [['o-reply', 'reply', { text: 'An answer' }, { seen: 1 }], ['o-note', 'note', { text: 'A note' }, {}]]) {
    const ack = await client.operate(cid, kind, first.id, body, more);
    equal(ack.t, 'ack', `${kind}: ${JSON.stringify(ack)}`);
    client.send({ t: 'op', cid, kind, conv: first.id, body, ...more });
    const again = (await client.answers(cid, 2))[1];
    equal([again.t, again.id, again.number], ['ack', ack.id, ack.number], `the answer to the repeat of ${kind}`);
  }
  equal((await hub.messages(first.id)).filter((one) => /An answer|A note/.test(one.text)).length, 2, 'messages, each once');
  for (const [cid, kind, body, event] of [['o-assign', 'assign', { assignee_id: me.id }, 'assigned'], ['o-status', 'status', { status: 'resolved' }, 'status_changed'],
    ['o-tags', 'tags', { tags: ['x'] }, 'tags_changed'], ['o-priority', 'priority', { priority: 'high' }, 'priority_changed']]) {
    const count = async () => (await hub.get(`${base}/conversations/${second.id}/events?kinds=${event}`)).items.length;
    const before = await count();
    equal((await client.operate(cid, kind, second.id, body)).t, 'ack', `the answer to ${kind}`);
    client.send({ t: 'op', cid, kind, conv: second.id, body });
    equal((await client.answers(cid, 2))[1].t, 'ack', `the answer to the repeat of ${kind}`);
    equal((await count()) - before, 1, `events of ${kind}`);
  }
  equal((await client.operate('o-available', 'availability', undefined, { availability: 'away' })).t, 'ack', 'availability');
}

async function refusals({ hub, position, conversations, me }) {
  const client = await Client.hello(hub, position);
  const { id, ver } = conversations[2];
  await sendMail(hub.lmtpPort, 's0@customers.test', support, plainMail({ from: 'S <s0@customers.test>', to: support, subject: 'Re: Socket 3', id: 'newer@customers.test',
    text: 'Something newer', headers: 'In-Reply-To: <s3@customers.test>\n' }), 'lmtp');
  equal((await hub.messages(id)).length, 2, 'the newer mail joined');
  const newer = await client.operate('r-1', 'reply', id, { text: 'Too early' }, { seen: 1 });
  equal([newer.t, newer.code], ['nack', 'newer'], 'an answer that has not seen the newest');
  equal((await client.operate('r-2', 'reply', id, { text: 'Anyway', anyway: true }, { seen: 1 })).t, 'ack', 'the same, anyway');
  equal((await client.operate('r-3', 'assign', id, { assignee_id: me.id }, { base: ver })).code, 'taken', 'an assignment on an old version');
  for (const [cid, kind, conv, body] of [['r-4', 'dance', id, {}], ['r-5', 'reply', id, {}], ['r-6', 'reply', id, { text: 7 }], ['r-7', 'status', id, { status: 'gone' }],
    ['r-8', 'reply', id, { text: 'x', attachments: ['none'] }], ['r-9', 'priority', id, { priority: null }], ['r-10', 'reply', 'rubbish', { text: 'x' }]])
    equal((await client.operate(cid, kind, conv, body)).t, 'nack', `${kind} with ${JSON.stringify(body)}`);
  equal((await client.operate('r-11', 'note', '999999', { text: 'x' })).t, 'nack', 'a note on nothing');
  equal((await hub.messages(id)).length, 3, 'messages after all refusals');
  client.send({ t: 'from the future', x: [1] });
  client.send({ t: 'p', conv: 'x', what: 7 });
  equal((await client.operate('r-12', 'note', id, { text: 'still here' })).t, 'ack', 'an operation after frames that nobody knows');
}

async function framing({ hub, position, conversations }) {
  const client = await Client.hello(hub, position);
  const pong = new Promise((resolve) => client.socket.on('pong', (data) => resolve(String(data))));
  client.socket.ping('are you there');
  equal(await within('a pong', pong), 'are you there', 'the pong');
  const text = JSON.stringify({ t: 'op', cid: 'f-1', kind: 'note', conv: conversations[0].id, body: { text: `in parts ${'–'.repeat(300)}` } });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) {
    client.socket.send(bytes.subarray(at, at + 7), { fin: at + 7 >= bytes.length, binary: false });
    if (at === 14) client.socket.ping('between');
  }
  equal((await client.answers('f-1'))[0].t, 'ack', 'a frame in many parts');
  const ends = async (what, code, send) => {
    const other = await Client.hello(hub, position);
    send(other.socket);
    equal(await within(`the end after ${what}`, other.closed), code, what);
  };
  await ends('a message of 70 KB', 1009, (socket) => socket.send(JSON.stringify({ t: 'x'.repeat(70_000) })));
  await ends('70 KB in parts', 1009, (socket) => {
    for (let i = 0; i < 70; ++i) socket.send('x'.repeat(1000), { fin: i === 69 });
  });
  await ends('a binary message', 1003, (socket) => socket.send(Buffer.from('{}')));
  await ends('text that is not UTF-8', 1007, (socket) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }));
  await ends('an unmasked frame', 1002, (socket) => socket.send('{}', { mask: false }));
  await ends('a fragment without a beginning', 1002, (socket) => socket._sender.sendFrame([Buffer.from([0x80, 0x80, 0, 0, 0, 0])]));
  await ends('text that is not JSON', 4400, (socket) => socket.send('hello'));
  await ends('a goodbye', 1000, (socket) => socket.close(1000));
}

const overflows = async (hub) => {
  const text = (await hub.request('GET', '/metrics', { token: '' })).text;
  return Number(/^[a-z_]*overflow[a-z_]*(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? NaN);
};

async function slowReader(at) {
  const { hub } = at;
  const position = await hub.get(`${base}/snapshot`);
  const slow = await Client.hello(hub, position);
  const quick = await Client.hello(hub, position);
  slow.socket.pause();
  const pumps = ['a', 'b', 'c', 'd'].map((name) => new Pump(hub.lmtpPort, 'lmtp', support, `flood-${name}`, 6_000).start());
  try {
    await until('the queue of the slow reader to overflow', async () => (await overflows(hub)) > 0, 20_000);
  } finally {
    await Promise.all(pumps.map((one) => one.stop()));
  }
  const acknowledged = pumps.flatMap((one) => one.acknowledged);
  figure('mails of 6 KB until a reader that does not read is closed', acknowledged.length);
  slow.socket.resume();
  equal(await within('the end of the slow reader', slow.closed), 4408, 'how it ended');
  await until('the quick reader to have everything', () => fold(quick.frames, position.seq).messages.size >= acknowledged.length);
  const told = fold(quick.frames, position.seq);
  const ids = new Set([...told.messages.values()].map((one) => one.external_id));
  equal(acknowledged.filter((id) => !ids.has(id)), [], 'mails that the quick reader was not told');
  at.absent = { epoch: position.epoch, places: [position.seq, slow.frames.filter((frame) => frame.t === 'd').at(-1)?.seq ?? position.seq] };
}

// More was missed than may wait for one console: it is told in pieces or by the word stale, and never cut off for being
// slow, since the next attempt would end in the same way.
async function longAbsence({ hub, absent }) {
  check(absent, 'the flood came to its end');
  for (const seq of absent.places) {
    const back = await Client.hello(hub, { epoch: absent.epoch, seq });
    let ended;
    void back.closed.then((code) => (ended = code));
    await until(`what came after ${seq}, or stale`, () => ended || back.frames.some((frame) => frame.t === 'd' || frame.t === 'stale'));
    equal(ended, undefined, `how the console that was away since ${seq} was cut off`);
  }
}

async function manyAtOnce({ hub, position }) {
  const clients = await Promise.all(Array.from({ length: 40 }, () => Client.hello(hub, { epoch: position.epoch, seq: ~0 >>> 2 })));
  for (const one of clients) await one.wait('stale', (frame) => frame.t === 'stale');
  for (const one of clients) one.socket.terminate();
  const mail = await MailClient.connect(hub.lmtpPort, 'lmtp');
  await mail.quit();
  equal((await hub.get('/readyz', { token: '' })).ready, true, 'the hub after forty sockets broke off');
}

export async function run(test) {
  const at = await ground();
  await test('who may open it', () => knocking(at));
  await test('every change is told, in an unbroken chain', () => chain(at));
  await test('resuming from any number gives the same', () => resuming(at));
  await test('another history or a number from the future is stale', () => stale(at));
  await test('operations are taken once and answered alike', () => operations(at));
  await test('operations that are refused', () => refusals(at));
  await test('ping, fragments and frames against the rules', () => framing(at));
  await test('a reader that does not read is closed with 4408, others go on', () => slowReader(at));
  await test('a console that was away for long comes back', () => longAbsence(at));
  await test('sockets that break off', () => manyAtOnce(at));
}
