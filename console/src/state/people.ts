// What the console knows of customers: shapes, and the few rules of showing them.
import type { Activity, FollowUp, Id } from '../sync/protocol.ts';
import type { State } from '../sync/reducer.ts';

export interface Provenance { source: 'channel' | 'import' | 'agent'; at: string; by_id?: Id }
export interface Field extends Provenance { value: string; contact_id: Id }
export interface Identity extends Provenance { kind: string; value: string; verified: boolean; contact_id: Id; added_at: string }
export interface Membership { id: Id; name: string; role: string; title: string }
export interface Brief {
  id: Id;
  name: string;
  identities: Identity[];
  profile: { segment: string; relationship: string; language: string; owner_id: Id | null; blocked: boolean; do_not_contact?: boolean; value?: number };
  organisations: Membership[];
  created_at: string;
}
export interface Person extends Brief {
  fields: Record<string, Field>;
  consents: Record<string, Provenance & { state: 'given' | 'withdrawn'; evidence: string }>;
  value: { score: number; formula_version: number; parts: { name: string; share: number; points: number }[] } | null;
  address_findings: { field: string; problem: string; proposal: string }[];
  records: { id: Id; name: string; created_at: string }[];
}
export interface Candidate { contact: Brief; score: number; reasons: { kind: string; value: string }[] }

// The fields that are edited, in the order in which they stand.
export const editedFields = ['name', 'given_name', 'family_name', 'language', 'time_zone', 'segment', 'relationship', 'street', 'postal_code', 'city',
  'province', 'country', 'website', 'revenue', 'potential', 'loyalty', 'influence'] as const;
// Beside a conversation only what is asked for most.
export const briefFields = ['name', 'language', 'segment', 'relationship', 'city'] as const;

export const timelineGroups = ['message', 'note', 'call', 'follow_up', 'status', 'assignment', 'sla', 'delivery', 'profile', 'merge'] as const;
export type TimelineGroup = (typeof timelineGroups)[number];

// Whether this is the person that the record belongs to: an answer may come when another one is shown already.
export const holds = (person: Person | null, record: Id): person is Person => person?.records.some((one) => one.id === record) ?? false;

// What somebody typed to find nobody by, as the beginning of a new customer.
export function bodyOf(words: string): Record<string, unknown> {
  if (words.includes('@')) return { identities: [{ kind: 'email', value: words }] };
  if (/^[+\d][\d\s./()-]{4,}$/.test(words.trim())) return { identities: [{ kind: 'phone', value: words }] };
  return { name: words };
}

// The agent's own that are due, the oldest first.
export function dueReminders(state: State, now: number): FollowUp[] {
  return [...state.reminders.values()].filter((one) => one.owner_id === state.me?.id && one.state === 'open' && Date.parse(one.due_at) <= now)
    .sort((a, b) => a.due_at.localeCompare(b.due_at));
}

// Numbers of these are spoken of as telephone numbers; a call is logged by hand.
export const telLink = (identity: { kind: string; value: string }): string | null => (identity.kind === 'phone' ? `tel:${identity.value}` : null);

// What stands under an entry's heading: the words of whoever wrote.
export function wordsOf(entry: Activity, names: Record<string, string>): string {
  const payload = entry.payload as { message?: { text: string; trimmed_text: string }; text?: string; outcome?: string };
  if (payload.message) return (payload.message.trimmed_text || payload.message.text).slice(0, 200);
  if (entry.kind === 'contact_noted' || entry.kind === 'interaction_logged' || entry.kind === 'follow_up_saved')
    return [payload.outcome, payload.text].filter(Boolean).join(' – ').slice(0, 200);
  if (entry.kind === 'contact_fields_changed') {
    const fields = (entry.payload as { fields: Record<string, { value: string }> }).fields;
    return Object.entries(fields).map(([name, field]) => `${names[name] ?? name}: ${field.value || '–'}`).join(', ').slice(0, 200);
  }
  if (entry.kind === 'identity_added' || entry.kind === 'identity_removed') return String((entry.payload as { value?: string }).value ?? '');
  return '';
}

// Entries once each, newest first or oldest first; a page may overlap what is shown already.
export function withEntries(shown: readonly Activity[], page: readonly Activity[], oldestFirst: boolean): readonly Activity[] {
  const all = new Map([...shown, ...page].map((entry) => [entry.seq, entry]));
  return [...all.values()].sort((a, b) => (oldestFirst ? a.seq - b.seq : b.seq - a.seq));
}

export interface TimelineFilter { groups: readonly TimelineGroup[]; channel: string; oldestFirst: boolean; from: string }
export function timelineQuery(filter: TimelineFilter, cursor: string | null): string {
  const query = new URLSearchParams({ limit: '50' });
  if (filter.groups.length > 0) query.set('kinds', filter.groups.join(','));
  if (filter.channel) query.set('channel', filter.channel);
  if (filter.oldestFirst) query.set('order', 'oldest');
  // A day of the reader's own: its end when looking back from it, its beginning when looking on.
  if (filter.from && !cursor)
    query.set('at', new Date(`${filter.from}T${filter.oldestFirst ? '00:00:00.000' : '23:59:59.999'}`).toISOString().replace('Z', '000Z'));
  if (cursor) query.set('cursor', cursor);
  return query.toString();
}
