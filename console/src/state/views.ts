// Lists and their order, as pure functions. A badge and the rows it counts read the same function (UX-021).
import type { Clock, Conversation, Id } from '../sync/protocol.ts';
import type { State } from '../sync/reducer.ts';

export type View = 'mine' | 'unassigned' | 'all' | 'resolved';
export const views: readonly View[] = ['mine', 'unassigned', 'all', 'resolved'];

export function belongs(conversation: Conversation, view: View, me: Id): boolean {
  const resolved = conversation.status === 'resolved';
  if (view === 'resolved') return resolved;
  if (resolved || conversation.status === 'snoozed') return view === 'all' && !resolved;
  if (view === 'mine') return conversation.assignee_id === me;
  if (view === 'unassigned') return conversation.assignee_id === null;
  return true;
}

// The answer that is owed first; the resolution counts only where no answer is owed.
export function openClock(conversation: Conversation): (Clock & { due_at: string }) | undefined {
  const running = conversation.sla.filter((clock): clock is Clock & { due_at: string } =>
    clock.due_at !== null && ['running', 'warned', 'breached'].includes(clock.state));
  const answers = running.filter((clock) => clock.metric !== 'resolution');
  return (answers.length > 0 ? answers : running).sort((a, b) => a.due_at.localeCompare(b.due_at))[0];
}

// What routing offers to this agent, the one that ends first on top.
export function offersFor(state: State): Conversation[] {
  const me = state.me?.id;
  return [...state.conversations.values()]
    .filter((one) => me !== undefined && one.routing.offered_to_id === me && one.routing.offer_ends !== null)
    .sort((a, b) => (a.routing.offer_ends ?? '').localeCompare(b.routing.offer_ends ?? ''));
}

// Promises first, the earliest due on top; then what waits longest; then the newest.
export function compare(a: Conversation, b: Conversation): number {
  const due = (one: Conversation) => openClock(one)?.due_at ?? '9';
  const waiting = (one: Conversation) => one.waiting_since ?? '9';
  return due(a).localeCompare(due(b)) || waiting(a).localeCompare(waiting(b)) || b.updated_at.localeCompare(a.updated_at);
}

export function rowsOf(state: State, view: View, search: string): Conversation[] {
  const me = state.me?.id ?? '';
  const wanted = search.trim().toLowerCase();
  const rows: Conversation[] = [];
  for (const conversation of state.conversations.values()) {
    if (!belongs(conversation, view, me)) continue;
    const text = `${conversation.contact.name} ${conversation.subject} ${conversation.preview} #${conversation.number}`;
    if (!wanted || text.toLowerCase().includes(wanted)) rows.push(conversation);
  }
  return rows.sort(view === 'resolved' ? (a, b) => b.updated_at.localeCompare(a.updated_at) : compare);
}

// "1:59:03", "48:31", "-8:00"; and how urgent it is.
export function countdown(due: string, warn: string | null, now: number): { text: string; level: 'calm' | 'warn' | 'late' } {
  const left = Math.trunc((Date.parse(due) - now) / 1000);
  const size = Math.abs(left);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(size / 3600);
  const minutes = Math.floor((size % 3600) / 60);
  const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(size % 60)}` : `${minutes}:${two(size % 60)}`;
  return { text: left < 0 ? `-${clock}` : clock, level: left < 0 ? 'late' : warn !== null && now >= Date.parse(warn) ? 'warn' : 'calm' };
}
