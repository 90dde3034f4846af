import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity, Message } from '../src/sync/protocol.ts';
import { empty, fromSnapshot, opened, reduce } from '../src/sync/reducer.ts';
import { addressList, isOurs, looksLikeAddress, replyToAll } from '../src/state/recipients.ts';
import { conversation, message, snapshot } from './build.ts';

const ours = ['help@shop.example'];
const people = (...values: string[]) => values.map((value) => ({ value, name: '' }));
const one = conversation('1', 1, { reply_address: { kind: 'email', value: 'lea@kunde.test', name: 'Lea' } });
const mail = (number: number, changes: Partial<Message>): Message => ({ ...message('1', number), kind: 'message', visibility: 'private', ...changes });
const from = (address: string) => ({ type: 'contact' as const, id: '9', name: '', address });

test('everybody of the newest mail gets the answer, but ourselves (UX-055)', () => {
  const came = mail(1, {
    direction: 'in', author: from('Boss@kunde.test'),
    to: people('help+c.8.x7@shop.example', 'lea@kunde.test'), cc: people('Help@shop.example', 'file@kunde.test', 'boss@kunde.test'),
  });
  assert.deepEqual(replyToAll(one, [came], ours), { to: ['boss@kunde.test'], cc: ['lea@kunde.test', 'file@kunde.test'], bcc: [] });
});

test('it goes where its author wants answers', () => {
  const form = mail(1, { direction: 'in', author: from('form@site.example'), to: people('help@shop.example'), reply_to: { value: 'Lea@kunde.test', name: '' } });
  assert.deepEqual(replyToAll(one, [form], ours), { to: ['lea@kunde.test'], cc: [], bcc: [] });
});

test('after an answer of ours the same people get the next one', () => {
  const sent = mail(2, { direction: 'out', to: people('lea@kunde.test'), cc: people('boss@kunde.test') });
  const note = mail(3, { direction: 'out', visibility: 'note' });
  assert.deepEqual(replyToAll(one, [sent, note], ours), { to: ['lea@kunde.test'], cc: ['boss@kunde.test'], bcc: [] });
});

test('without a mail it goes to whom the conversation is with; what robots wrote decides nothing', () => {
  const robot = mail(1, { direction: 'in', kind: 'auto_reply', author: from('robot@kunde.test') });
  assert.deepEqual(replyToAll(one, [], ours).to, ['lea@kunde.test']);
  assert.deepEqual(replyToAll(one, [robot], ours).to, ['lea@kunde.test']);
});

test('an address with something after a plus is ours, that of another domain is not', () => {
  assert.equal(isOurs('HELP+c.1.ab@shop.example', ours), true);
  assert.equal(isOurs('help@elsewhere.example', ours), false);
  assert.equal(isOurs('helper@shop.example', ours), false);
});

test('what is typed becomes a list; a comma in quotation marks belongs to the name', () => {
  assert.deepEqual(addressList(' lea@kunde.test, "Rossi, Lea" <l@r.it>;\n'), ['lea@kunde.test', '"Rossi, Lea" <l@r.it>']);
  assert.deepEqual(addressList('  '), []);
  for (const good of ['lea@kunde.test', 'Lea <lea@kunde.test>', '"Rossi, Lea" <l@r.co.it>']) assert.equal(looksLikeAddress(good), true, good);
  for (const bad of ['lea', 'lea@', '@kunde.test', 'lea@kunde', 'a b@kunde.test', 'lea@kunde..test']) assert.equal(looksLikeAddress(bad), false, bad);
});

test('a delivery tells some recipients and leaves the others as they were', () => {
  const told = (seq: number, state: string, recipients: object[]): Activity => ({
    seq, at: '', kind: 'delivery_changed', actor: '', contact_id: '0', conversation_id: '1',
    payload: { message_id: message('1', 1).id, state, reason: '', recipients },
  });
  let state = opened(fromSnapshot(snapshot(1, [one]), empty), '1', [message('1', 1)], []);
  const say = (activity: Activity) => { state = reduce(state, activity.seq, [{ k: 'event', v: activity }]); };
  say(told(2, 'failed', [{ address: 'b@x.test', state: 'sent', reason: '' }, { address: 'a@x.test', state: 'failed', reason: 'gone' }]));
  say(told(3, 'failed', [{ address: 'b@x.test', state: 'delivered', reason: '' }]));
  assert.deepEqual(state.messages.get('1')?.[0]?.delivery.recipients?.map((each) => [each.address, each.state]), [['a@x.test', 'failed'], ['b@x.test', 'delivered']]);
});
