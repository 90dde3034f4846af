import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Op } from '../src/sync/protocol.ts';
import { empty, fromSnapshot, opened, reduce, type State } from '../src/sync/reducer.ts';
import { conversation, message, snapshot } from './build.ts';

const start = fromSnapshot(snapshot(10, [conversation('1', 5), conversation('2', 6)]), empty);

test('an older form of a conversation never replaces a newer one', () => {
  const state = reduce(start, 11, [{ k: 'conversation', v: conversation('1', 4, { subject: 'old' }) }]);
  assert.equal(state.conversations.get('1')?.subject, 'Subject 1');
});

test('the state before is left as it was', () => {
  reduce(start, 11, [{ k: 'conversation', v: conversation('3', 11) }, { k: 'gone', id: '1' }]);
  assert.deepEqual([...start.conversations.keys()], ['1', '2']);
  assert.equal(start.seq, 10);
});

test('a message goes to an opened conversation once, in the order of its number', () => {
  let state = opened(start, '1', [message('1', 1), message('1', 3)], []);
  state = reduce(state, 11, [{ k: 'message', v: message('1', 2) }]);
  state = reduce(state, 12, [{ k: 'message', v: message('1', 2, 'again') }]);
  assert.deepEqual(state.messages.get('1')?.map((one) => one.number), [1, 2, 3]);
  assert.equal(state.messages.get('1')?.[1]?.text, 'again');
});

test('a message of a conversation that is not open is left to be fetched', () => {
  const state = reduce(start, 11, [{ k: 'message', v: message('2', 1) }]);
  assert.equal(state.messages.has('2'), false);
});

test('a long message told by number makes an opened conversation fetch', () => {
  const op: Op = { k: 'message_ref', conversation_id: '1', number: 2 };
  assert.deepEqual([...reduce(opened(start, '1', [], []), 11, [op]).missing], ['1']);
  assert.equal(reduce(start, 11, [op]).missing.size, 0);
});

test('a delivery changes the message that it names', () => {
  let state = opened(start, '1', [message('1', 1)], []);
  state = reduce(state, 11, [{ k: 'event', v: { seq: 11, at: '', kind: 'delivery_changed', actor: '', contact_id: '', conversation_id: '1',
    payload: { message_id: '11', state: 'failed', reason: 'no such user' } } }]);
  assert.deepEqual(state.messages.get('1')?.[0]?.delivery, { state: 'failed', reason: 'no such user' });
});

test('gone forgets everything of the conversation', () => {
  const state = reduce(opened(start, '1', [message('1', 1)], []), 11, [{ k: 'gone', id: '1' }]);
  assert.equal(state.conversations.has('1') || state.messages.has('1') || state.activities.has('1'), false);
});

test('an unknown operation is counted and passed over', () => {
  const state = reduce(start, 11, [{ k: 'tomorrow' } as unknown as Op]);
  assert.equal(state.unknown, 1);
  assert.equal(state.seq, 11);
});

test('a snapshot keeps what is on the screen and has it fetched again', () => {
  const state = fromSnapshot(snapshot(50, [conversation('2', 40)]), opened(start, '1', [message('1', 1)], []));
  assert.equal(state.messages.get('1')?.length, 1);
  assert.deepEqual([...state.missing], ['1']);
  assert.deepEqual([...state.conversations.keys()], ['2']);
});

// SY-19 in small: whatever is dropped, doubled or late, a client that follows the rule of `prev` ends where the server is.
test('a chain with losses and repeats ends in the server\'s state', () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 200; round += 1) {
    const server: { prev: number; seq: number; ops: Op[] }[] = [];
    let prev = 10;
    for (let seq = 11; seq < 40; seq += 1 + random(3)) {
      const id = String(1 + random(5));
      server.push({ prev, seq, ops: random(6) === 0 ? [{ k: 'gone', id }] : [{ k: 'conversation', v: conversation(id, seq) }] });
      prev = seq;
    }
    const whole = server.reduce((state, frame) => reduce(state, frame.seq, frame.ops), start);
    let client: State = start;
    for (let at = 0; at < server.length; ) {
      const frame = server[Math.max(0, at - random(3))]!;
      const lost = random(4) === 0;
      if (!lost && frame.seq > client.seq && frame.prev === client.seq) client = reduce(client, frame.seq, frame.ops);
      at = server.findIndex((one) => one.seq > client.seq);
      if (at < 0) break;
    }
    assert.deepEqual([...client.conversations].sort(), [...whole.conversations].sort());
  }
});
