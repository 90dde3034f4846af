import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, dueReminders, holds, telLink, timelineQuery, withEntries, wordsOf, type Person } from '../src/state/people.ts';
import type { Activity, FollowUp } from '../src/sync/protocol.ts';
import { empty, fromSnapshot, reduce } from '../src/sync/reducer.ts';
import { snapshot } from './build.ts';

const entry = (seq: number, kind: string, payload: Record<string, unknown> = {}): Activity =>
  ({ seq, at: '2026-11-22T08:00:00.000000Z', kind, actor: 'system', contact_id: '1', conversation_id: '0', payload });
const followUp = (id: string, due_at: string, more: Partial<FollowUp> = {}): FollowUp =>
  ({ id, contact_id: '1', conversation_id: null, kind: 'call', text: '', due_at, owner_id: '7', state: 'open', outcome: '', ...more });

test('pages of a timeline that overlap show each entry once, in the order that was asked for', () => {
  const newest = withEntries([entry(9, 'a'), entry(7, 'b')], [entry(7, 'b'), entry(3, 'c')], false);
  assert.deepEqual(newest.map((one) => one.seq), [9, 7, 3]);
  assert.deepEqual(withEntries(newest, [entry(11, 'd')], true).map((one) => one.seq), [3, 7, 9, 11]);
});

test('an entry says in words what was written, told or changed', () => {
  assert.equal(wordsOf(entry(1, 'message_received', { message: { text: 'all of it', trimmed_text: 'it' } }), {}), 'it');
  assert.equal(wordsOf(entry(1, 'interaction_logged', { outcome: 'ordered', text: 'two machines' }), {}), 'ordered – two machines');
  assert.equal(wordsOf(entry(1, 'contact_fields_changed', { fields: { city: { value: 'Forlì' }, street: { value: '' } } }), { city: 'Town' }), 'Town: Forlì, street: –');
  assert.equal(wordsOf(entry(1, 'assigned'), {}), '');
});

test('a day is the reader\'s own: its end when looking back, its beginning when looking on', () => {
  const at = (oldestFirst: boolean) =>
    new Date(new URLSearchParams(timelineQuery({ groups: [], channel: '', oldestFirst, from: '2026-11-22' }, null)).get('at') ?? '');
  assert.equal(at(true).getTime(), new Date('2026-11-22T00:00:00').getTime());
  assert.equal(at(false).getTime(), new Date('2026-11-22T23:59:59.999').getTime());
  assert.equal(timelineQuery({ groups: ['note', 'call'], channel: 'email', oldestFirst: false, from: '2026-11-22' }, '12'), 'limit=50&kinds=note%2Ccall&channel=email&cursor=12');
});

test('what was typed becomes an address, a number or a name', () => {
  assert.deepEqual(bodyOf('lea@example.org'), { identities: [{ kind: 'email', value: 'lea@example.org' }] });
  assert.deepEqual(bodyOf('+39 333 1234567'), { identities: [{ kind: 'phone', value: '+39 333 1234567' }] });
  assert.deepEqual(bodyOf('Lea Weber'), { name: 'Lea Weber' });
  assert.equal(telLink({ kind: 'phone', value: '+393331234567' }), 'tel:+393331234567');
  assert.equal(telLink({ kind: 'email', value: 'lea@example.org' }), null);
});

test('an answer about somebody else is not shown', () => {
  const person = { records: [{ id: '3' }, { id: '5' }] } as unknown as Person;
  assert.deepEqual([holds(person, '5'), holds(person, '4'), holds(null, '5')], [true, false, false]);
});

test('one\'s own open follow-ups are reminded of once they are due, and gone when they are closed', () => {
  const start = fromSnapshot(snapshot(10, []), empty);
  const mine = start.me?.id ?? '';
  const told = [followUp('1', '2026-11-22T09:00:00.000000Z', { owner_id: mine }), followUp('2', '2026-11-22T08:00:00.000000Z', { owner_id: mine }),
    followUp('3', '2026-11-22T12:00:00.000000Z', { owner_id: mine }), followUp('4', '2026-11-22T08:00:00.000000Z', { owner_id: 'x' })];
  let state = reduce(start, 11, told.map((v) => ({ k: 'follow_up' as const, v })));
  const now = Date.parse('2026-11-22T10:00:00Z');
  assert.deepEqual(dueReminders(state, now).map((one) => one.id), ['2', '1']);
  state = reduce(state, 12, [{ k: 'follow_up', v: followUp('2', '2026-11-22T08:00:00.000000Z', { owner_id: mine, state: 'done' }) }]);
  assert.deepEqual(dueReminders(state, now).map((one) => one.id), ['1']);
});

test('a contact that changed is counted, so that what shows it looks again', () => {
  const start = fromSnapshot(snapshot(10, []), empty);
  const state = reduce(start, 11, [{ k: 'contact', id: '5' }, { k: 'contact', id: '5' }]);
  assert.deepEqual([state.contactChanges.get('5'), state.contactChanges.get('6'), start.contactChanges.size], [2, undefined, 0]);
});
