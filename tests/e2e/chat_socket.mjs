// The visitor's socket as a foreign client speaks it (docs/PROTOCOL.md, "Widget socket"): messages once, resuming, no
// private note, nothing of anybody else, and limits that are told.
import WebSocket from '../../console/node_modules/ws/wrapper.mjs';
import { Hub } from './hub.mjs';
import { atEnd, check, equal, until, within } from './support.mjs';

const base = '/api/v1';
const site = 'demo-shop';

export class Visitor {
  frames = [];
  static async token(hub) {
    return (await hub.post(`/widget/v1/${site}/sessions`, {}, { token: '' })).visitor_token;
  }
  static async open(hub, token, more = {}, options = {}) {
    const visitor = new Visitor();
    visitor.socket = new WebSocket(`${hub.url.replace('http', 'ws')}/chat/ws`, options);
    visitor.socket.on('message', (data) => visitor.frames.push(JSON.parse(data)));
    visitor.socket.on('error', () => {});
    visitor.closed = new Promise((resolve) => visitor.socket.on('close', (code) => resolve(code)));
    atEnd(() => visitor.socket.terminate());
    await new Promise((resolve) => visitor.socket.on('open', resolve));
    visitor.send({ t: 'auth', site, token, identity: '', signature: '', conversation: '', after: 0, ...more });
    return visitor;
  }
  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }
  wait(what, test) {
    return until(what, () => this.frames.find(test));
  }
  async say(cid, text) {
    this.send({ t: 'message.send', cid, text, attachments: [] });
    return this.wait(`an answer to ${cid}`, (frame) => ['message.ack', 'error'].includes(frame.t) && frame.cid === cid);
  }
  texts() {
    return this.frames.filter((frame) => frame.t === 'message.new').map((frame) => frame.text);
  }
}

async function talk(at) {
  const { hub } = at;
  at.token = await Visitor.token(hub);
  at.visitor = await Visitor.open(hub, at.token);
  await at.visitor.wait('ready', (frame) => frame.t === 'ready');
  const ack = await at.visitor.say('c1', 'Hello');
  equal(ack.t, 'message.ack', 'the first message');
  at.id = ack.conversation;
  at.visitor.frames.length = 0;
  equal((await at.visitor.say('c1', 'Hello')).id, ack.id, 'the answer to a repeat');
  const first = await at.visitor.say('c2', 'Second');
  equal(first.number, 2, 'the number of the second');
  equal((await hub.messages(at.id)).map((one) => one.text), ['Hello', 'Second'], 'messages, each once');
  await hub.post(`${base}/conversations/${at.id}/messages`, { text: 'A private note', visibility: 'note' });
  await hub.post(`${base}/conversations/${at.id}/messages`, { text: 'An answer' });
  await at.visitor.wait('the answer', (frame) => frame.text === 'An answer');
  check(!JSON.stringify(at.visitor.frames).includes('private note'), 'no word of the note');
}

async function resume(at) {
  const all = await Visitor.open(at.hub, at.token);
  await all.wait('the history', (frame) => frame.text === 'An answer');
  equal(all.texts(), ['Hello', 'Second', 'An answer'], 'the whole history, without the note');
  const rest = await Visitor.open(at.hub, at.token, { conversation: at.id, after: 2 });
  await rest.wait('the rest', (frame) => frame.text === 'An answer');
  equal(rest.texts(), ['An answer'], 'what came after the second');
  await at.hub.post(`${base}/conversations/${at.id}/messages`, { text: 'Live' });
  for (const one of [all, rest, at.visitor]) await one.wait('what comes live', (frame) => frame.text === 'Live');
  for (const one of [all, rest]) equal(one.texts().filter((text) => text === 'Live').length, 1, 'times that it came');
}

async function stranger(at) {
  const other = await Visitor.open(at.hub, await Visitor.token(at.hub), { conversation: at.id, after: 0 });
  const ready = await other.wait('ready', (frame) => frame.t === 'ready');
  check(ready.conversation !== at.id, 'the conversation of somebody else is not hers');
  await at.hub.post(`${base}/conversations/${at.id}/messages`, { text: 'Only for the first' });
  await at.visitor.wait('the answer', (frame) => frame.text === 'Only for the first');
  equal((await other.say('c1', 'I am another')).t, 'message.ack', 'the same cid of another visitor');
  check(!JSON.stringify(other.frames).includes('Only for the first'), 'no word of the other conversation');
  equal((await at.hub.messages(at.id)).filter((one) => one.text === 'I am another').length, 0, 'her words in the other conversation');
}

async function wrong(at) {
  const ends = async (what, more, token = at.token) => {
    const visitor = await Visitor.open(at.hub, token, more);
    equal(await within(what, visitor.closed), 4001, what);
  };
  await ends('a site that does not exist', { site: 'none' });
  await ends('a message instead of auth', { t: 'message.send' });
  await ends('auth without a token', {}, '');
  const visitor = await Visitor.open(at.hub, await Visitor.token(at.hub), { identity: 'e30', signature: '00' });
  await visitor.wait('the refusal of a forged identity', (frame) => frame.code === 'identity_invalid');
  for (const [cid, text, code] of [['w1', '', 'empty'], ['w2', 'x'.repeat(17_000), 'too_large']])
    equal((await visitor.say(cid, text)).code, code, `a message that is ${code}`);
  visitor.send({ t: 'message.send', cid: 'w3', text: 'x', attachments: ['gone'] });
  equal((await visitor.wait('the refusal of an upload', (frame) => frame.cid === 'w3')).code, 'upload_gone', 'an upload of nobody');
  visitor.send({ t: 'dance' });
  await visitor.wait('the refusal of a frame', (frame) => frame.code === 'unknown_frame');
  const answers = [];
  for (let i = 0; i < 30; ++i) answers.push(visitor.say(`flood-${i}`, `Flood ${i}`));
  const limited = (await Promise.all(answers)).filter((one) => one.code === 'rate_limited');
  check(limited.length >= 10 && limited.every((one) => one.retry_after_ms > 0), `thirty messages at once: ${limited.length} are asked to come later`);
}

// Text that would be markup is text; bytes that are no text do not come in.
async function hostileWords(at) {
  const visitor = await Visitor.open(at.hub, await Visitor.token(at.hub));
  const text = '<img src=x onerror=alert(1)> \u202e \u0000 \ud83d\ude00';
  const ack = await visitor.say('h1', text.replace('\u0000', ''));
  equal(ack.t, 'message.ack', 'hostile words');
  equal((await at.hub.messages(ack.conversation))[0].html, '', 'a chat has no HTML');
  const nul = await visitor.say('h2', 'a\u0000b');
  check(['error', 'message.ack'].includes(nul.t), 'a NUL is answered');
  check(at.hub.running, 'the hub is up');
}

// More history than may wait for one visitor at once still comes, in the end.
async function longHistory(at) {
  const token = await Visitor.token(at.hub);
  const first = await Visitor.open(at.hub, token);
  const { conversation } = await first.say('l1', 'Please paste the log.');
  first.socket.terminate();
  for (let n = 1; n <= 30; ++n) await at.hub.post(`${base}/conversations/${conversation}/messages`, { text: `part ${n} ${'x'.repeat(40_000)}` });
  const back = await Visitor.open(at.hub, token);
  let ended;
  void back.closed.then((code) => (ended = code));
  await until('the whole history', () => ended || back.texts().length === 31);
  equal(ended, undefined, 'how the visitor was cut off');
}

export async function run(test) {
  const at = { hub: await Hub.create('chat') };
  await at.hub.start();
  await test('messages are taken once, notes stay private', () => talk(at));
  await test('resuming gives what came after', () => resume(at));
  await test('nobody reads the conversation of somebody else', () => stranger(at));
  await test('wrong frames and limits are told', () => wrong(at));
  await test('hostile words', () => hostileWords(at));
  await test('a long history comes back', () => longHistory(at));
}
