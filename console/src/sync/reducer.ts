// The one pure reducer of the feed: (state, operations) -> state. Runs in Node and in the browser alike.
import type { Activity, Agent, Availability, Conversation, Delivery, FollowUp, Id, Inbox, Message, Op, Snapshot, Team } from './protocol.ts';

export interface State {
  epoch: string;
  seq: number;
  openTotal: number;
  me: Agent | null;
  conversations: ReadonlyMap<Id, Conversation>;
  // Only of conversations that were opened: their messages and activities, ordered by the server's numbers.
  messages: ReadonlyMap<Id, readonly Message[]>;
  activities: ReadonlyMap<Id, readonly Activity[]>;
  missing: ReadonlySet<Id>; // opened conversations with a message that must be fetched
  agents: ReadonlyMap<Id, Agent>;
  teams: ReadonlyMap<Id, Team>;
  inboxes: ReadonlyMap<Id, Inbox>;
  availabilities: ReadonlyMap<Id, Availability>;
  contactChanges: ReadonlyMap<Id, number>; // how often each was told to have changed
  reminders: ReadonlyMap<Id, FollowUp>; // the agent's own follow-ups that were told to be due
  unknown: number; // operations of a kind this build does not know
}

export const empty: State = {
  epoch: '', seq: 0, openTotal: 0, me: null, conversations: new Map(), messages: new Map(), activities: new Map(),
  missing: new Set(), agents: new Map(), teams: new Map(), inboxes: new Map(), availabilities: new Map(),
  contactChanges: new Map(), reminders: new Map(), unknown: 0,
};

const byId = <T extends { id: Id }>(list: readonly T[]): Map<Id, T> => new Map(list.map((one) => [one.id, one]));

// A snapshot replaces what it covers. Messages of opened conversations are kept and fetched again behind the screen, so
// that nothing is emptied before the new is complete (SY-12).
export function fromSnapshot(snapshot: Snapshot, before: State): State {
  return {
    ...before,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    openTotal: snapshot.open_total,
    me: snapshot.me,
    conversations: byId(snapshot.conversations),
    missing: new Set(before.messages.keys()),
    agents: byId(snapshot.agents),
    teams: byId(snapshot.teams),
    inboxes: byId(snapshot.inboxes),
    availabilities: new Map(Object.entries(snapshot.availabilities)),
  };
}

function insertMessage(list: readonly Message[], message: Message): readonly Message[] {
  const at = list.findIndex((one) => one.number >= message.number);
  if (at < 0) return [...list, message];
  const same = list[at]?.number === message.number;
  return [...list.slice(0, at), message, ...list.slice(same ? at + 1 : at)];
}

// Of the recipients it tells only whose state is known now; the others stay.
function changedDelivery(list: readonly Message[], activity: Activity): readonly Message[] {
  const { message_id: id, state, reason, recipients: told = [] } = activity.payload as unknown as { message_id: Id } & Delivery;
  return list.map((one) => {
    if (one.id !== id) return one;
    const before = one.delivery.recipients ?? [];
    const failed = (address: string) => before.find((known) => known.address === address && known.state === 'failed');
    const news = told.map((now) => (now.state === 'failed' ? now : failed(now.address) ?? now)); // what failed stays so
    const others = before.filter((known) => !told.some((now) => now.address === known.address));
    const recipients = [...others, ...news].sort((a, b) => (a.address < b.address ? -1 : 1));
    return { ...one, delivery: recipients.length > 0 ? { state, reason, recipients } : { state, reason } };
  });
}

// Copies a map of the state at most once per frame.
class Draft {
  state: State;
  private fresh = new Set<string>();
  constructor(state: State) {
    this.state = { ...state };
  }
  map<K extends 'conversations' | 'messages' | 'activities' | 'agents' | 'teams' | 'inboxes' | 'availabilities' | 'contactChanges' | 'reminders'>(key: K) {
    if (!this.fresh.has(key)) {
      this.state[key] = new Map(this.state[key] as ReadonlyMap<Id, never>) as unknown as State[K];
      this.fresh.add(key);
    }
    return this.state[key] as unknown as Map<Id, State[K] extends ReadonlyMap<Id, infer V> ? V : never>;
  }
}

function apply(draft: Draft, op: Op): void {
  switch (op.k) {
    case 'conversation': {
      const known = draft.state.conversations.get(op.v.id);
      if (!known || op.v.ver >= known.ver) draft.map('conversations').set(op.v.id, op.v);
      return;
    }
    case 'message': {
      const list = draft.state.messages.get(op.v.conversation_id);
      if (list) draft.map('messages').set(op.v.conversation_id, insertMessage(list, op.v));
      return;
    }
    case 'message_ref':
      if (draft.state.messages.has(op.conversation_id))
        draft.state.missing = new Set(draft.state.missing).add(op.conversation_id);
      return;
    case 'event': {
      const id = op.v.conversation_id;
      const list = draft.state.activities.get(id);
      if (list && !list.some((one) => one.seq === op.v.seq)) draft.map('activities').set(id, [...list, op.v]);
      const messages = draft.state.messages.get(id);
      if (messages && op.v.kind === 'delivery_changed') draft.map('messages').set(id, changedDelivery(messages, op.v));
      return;
    }
    case 'gone':
      draft.map('conversations').delete(op.id);
      draft.map('messages').delete(op.id);
      draft.map('activities').delete(op.id);
      return;
    case 'agent':
      draft.map('agents').set(op.v.id, op.v);
      return;
    case 'team':
      draft.map('teams').set(op.v.id, op.v);
      return;
    case 'inbox':
      draft.map('inboxes').set(op.v.id, op.v);
      return;
    case 'availability':
      draft.map('availabilities').set(op.v.agent_id, op.v.availability);
      return;
    case 'contact':
      draft.map('contactChanges').set(op.id, (draft.state.contactChanges.get(op.id) ?? 0) + 1);
      return;
    case 'follow_up':
      if (op.v.state === 'open') draft.map('reminders').set(op.v.id, op.v);
      else draft.map('reminders').delete(op.v.id);
      return;
    default:
      draft.state.unknown += 1;
  }
}

export function reduce(state: State, seq: number, ops: readonly Op[]): State {
  const draft = new Draft(state);
  for (const op of ops) apply(draft, op);
  draft.state.seq = seq;
  return draft.state;
}

// What an opened conversation loaded by HTTP. Deltas that came meanwhile are in `messages` already and stay.
export function opened(state: State, id: Id, messages: readonly Message[], activities: readonly Activity[]): State {
  let list = state.messages.get(id) ?? [];
  for (const message of messages) list = insertMessage(list, message);
  const known = state.activities.get(id) ?? [];
  const seqs = new Set(activities.map((one) => one.seq));
  const merged = [...activities, ...known.filter((one) => !seqs.has(one.seq))].sort((a, b) => a.seq - b.seq);
  const missing = new Set(state.missing);
  missing.delete(id);
  return {
    ...state,
    messages: new Map(state.messages).set(id, list),
    activities: new Map(state.activities).set(id, merged),
    missing,
  };
}

export function withReminders(state: State, reminders: readonly FollowUp[]): State {
  return { ...state, reminders: byId(reminders) };
}

export function withConversation(state: State, conversation: Conversation): State {
  const known = state.conversations.get(conversation.id);
  if (known && known.ver > conversation.ver) return state;
  return { ...state, conversations: new Map(state.conversations).set(conversation.id, conversation) };
}
