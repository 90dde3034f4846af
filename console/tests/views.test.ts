import assert from 'node:assert/strict';
import { test } from 'node:test';
import { belongs, compare, countdown, offersFor, rowsOf } from '../src/state/views.ts';
import { keyMap } from '../src/keys/dispatch.ts';
import { en } from '../src/i18n/en.ts';
import { it } from '../src/i18n/it.ts';
import { plural } from '../src/i18n/plural.ts';
import { empty, fromSnapshot, reduce } from '../src/sync/reducer.ts';
import { ServerClock } from '../src/sync/clock.ts';
import { windowOf } from '../src/ui/virtual.ts';
import { clock, conversation, snapshot } from './build.ts';

test('every open conversation is in "all", in "mine" only with its owner', () => {
  const mine = conversation('1', 1, { assignee_id: '7' });
  assert.ok(belongs(mine, 'mine', '7') && belongs(mine, 'all', '7'));
  assert.ok(!belongs(mine, 'mine', '8') && !belongs(mine, 'unassigned', '7') && !belongs(mine, 'resolved', '7'));
  assert.ok(belongs(conversation('2', 1, { status: 'resolved' }), 'resolved', '7'));
});

test('the earliest promise stands on top, then who waits longest', () => {
  const rows = [
    conversation('1', 1),
    conversation('2', 1, { waiting_since: '2026-11-22T08:00:00Z' }),
    conversation('3', 1, { sla: [clock('2026-11-22T10:00:00Z')] }),
    conversation('4', 1, { sla: [clock('2026-11-22T09:30:00Z')] }),
  ].sort(compare);
  assert.deepEqual(rows.map((row) => row.id), ['4', '3', '2', '1']);
});

test('a met promise no longer orders the list', () => {
  const met = conversation('1', 1, { sla: [clock('2026-11-22T09:00:00Z', 'met')] });
  assert.ok(compare(met, conversation('2', 1, { sla: [clock('2026-11-22T12:00:00Z')] })) > 0);
});

test('badges count what the list shows (UX-021)', () => {
  const state = fromSnapshot(snapshot(1, [conversation('1', 1, { assignee_id: '7' }), conversation('2', 1), conversation('3', 1, { subject: 'Blue' })]), empty);
  assert.equal(rowsOf(state, 'mine', '').length, 1);
  assert.equal(rowsOf(state, 'unassigned', '').length, 2);
  assert.deepEqual(rowsOf(state, 'all', ' blue').map((row) => row.id), ['3']);
});

test('offers are mine alone, the one that ends first on top, and none after the end', () => {
  const offer = (id: string, to: string | null, ends: string | null, ver = 1) =>
    conversation(id, ver, { routing: { offered_to_id: to, offer_ends: ends, previous_id: null } });
  const before = fromSnapshot(snapshot(1, [offer('1', '7', '2026-11-22T09:00:20Z'), offer('2', '8', '2026-11-22T09:00:05Z'), conversation('3', 1),
    offer('4', '7', '2026-11-22T09:00:10Z')]), empty);
  const ids = (state: typeof before) => offersFor(state).map((one) => one.id);
  assert.deepEqual(ids(before), ['4', '1']);
  const after = reduce(before, 2, [{ k: 'conversation', v: offer('4', null, null, 2) }]);
  assert.deepEqual(ids(after), ['1']);
  assert.deepEqual(ids(reduce(after, 3, [{ k: 'conversation', v: offer('1', '8', '2026-11-22T09:00:40Z', 3) }])), []);
  assert.deepEqual(offersFor(empty), []);
});

test('a countdown says how much is left and how urgent it is', () => {
  const now = Date.parse('2026-11-22T09:00:00Z');
  assert.deepEqual(countdown('2026-11-22T10:59:03Z', '2026-11-22T10:00:00Z', now), { text: '1:59:03', level: 'calm' });
  assert.deepEqual(countdown('2026-11-22T09:03:39Z', '2026-11-22T08:50:00Z', now), { text: '3:39', level: 'warn' });
  assert.deepEqual(countdown('2026-11-22T08:52:00Z', '2026-11-22T08:50:00Z', now), { text: '-8:00', level: 'late' });
});

test('ten thousand rows keep a window of few', () => {
  const view = windowOf(10_000, 64, 320_000, 640);
  assert.ok(view.last - view.first <= 40 && view.first <= 5000 && view.last > 5010);
  assert.equal(view.total, 640_000);
  assert.deepEqual(windowOf(3, 64, 0, 640), { first: 0, last: 3, before: 0, total: 192 });
});

test('both languages have the same words with the same parameters (UX-240)', () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'function' ? value.length : typeof value === 'object' && value ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)])) : 'text';
  assert.deepEqual(shape(it), shape(en));
});

test('plurals are right (UX-242)', () => {
  assert.equal(en.newMessages(1), '1 new message');
  assert.equal(it.newMessages(2), '2 messaggi nuovi');
  assert.equal(plural('it', 1, { one: '1 messaggio', other: '' }), '1 messaggio');
});

test('no key needs AltGr on an Italian keyboard (UX-112)', () => {
  for (const key of Object.keys(keyMap)) assert.ok(!'@#[]{}`~'.includes(key), key);
});

test('server time is the median of the last five marks (SY-15)', () => {
  const time = new ServerClock();
  for (const [mark, offset] of [100, 110, 90_000, 105, 95, 102].entries()) time.heard(new Date(1_000_000 + offset).toISOString(), 1_000_000 + 0 * mark);
  assert.equal(time.offset(), 105);
});
