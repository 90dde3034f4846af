// The shapes of docs/PROTOCOL.md and docs/openapi.yaml, as far as the console reads them.
export type Id = string;

export interface Clock {
  metric: string;
  due_at: string | null; // null while it stands still
  warn_at: string | null;
  started_at: string;
  ended_at: string | null;
  state: 'running' | 'warned' | 'breached' | 'paused' | 'met' | 'met_late' | 'void' | 'lost';
}

export interface Conversation {
  id: Id;
  number: number;
  contact: { id: Id; name: string };
  reply_address: { kind: string; value: string; name: string };
  inbox_id: Id;
  channel: 'email' | 'chat';
  team_id: Id | null;
  assignee_id: Id | null;
  status: 'open' | 'pending' | 'snoozed' | 'resolved';
  priority: 'low' | 'normal' | 'high' | 'urgent';
  subject: string;
  tags: string[];
  created_at: string;
  updated_at: string;
  waiting_since: string | null;
  sla: Clock[];
  message_count: number;
  preview: string;
  routing: { offered_to_id: Id | null; offer_ends: string | null; previous_id: Id | null };
  last_direction: 'in' | 'out';
  held?: Id[]; // answers that can still be taken back
  participants?: string[];
  asks_to_join_id?: Id;
  ver: number;
}

export interface Attachment {
  id: Id;
  name: string;
  type: string;
  size: number;
  inline: boolean;
  content_id: string;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  number: number;
  direction: 'in' | 'out';
  visibility: 'public' | 'private' | 'note';
  kind: 'message' | 'auto_reply' | 'bounce' | 'system';
  author: { type: 'contact' | 'agent' | 'system'; id: Id; name: string; address: string };
  subject: string;
  text: string;
  html: string;
  trimmed_text: string;
  attachments: Attachment[];
  to: { value: string; name: string }[];
  cc: { value: string; name: string }[];
  bcc?: { value: string; name: string }[];
  reply_to?: { value: string; name: string }; // where its author wants answers
  leaves_at?: string; // not before
  planned?: boolean; // because its author wanted so
  client_id: string;
  external_id: string;
  defects: string[];
  sent_at: string;
  received_at: string;
  delivery: Delivery;
}

export interface RecipientDelivery { address: string; state: string; reason: string }
export interface Delivery { state: string; reason: string; recipients?: RecipientDelivery[] }

export interface Activity {
  seq: number;
  at: string;
  kind: string;
  actor: string;
  contact_id: Id;
  conversation_id: Id;
  payload: Record<string, unknown>;
}

export interface FollowUp {
  id: Id;
  contact_id: Id;
  conversation_id: Id | null;
  kind: string;
  text: string;
  due_at: string;
  owner_id: Id;
  state: 'open' | 'done' | 'cancelled';
  outcome: string;
}

export interface Agent {
  id: Id;
  name: string;
  email: string;
  role: 'agent' | 'social' | 'supervisor' | 'administrator';
  team_ids: Id[];
  inbox_ids?: Id[];
}
export interface Team { id: Id; name: string }
export interface Inbox { id: Id; name: string; channel: string; address: string; team_id: Id | null }
export type Availability = 'online' | 'away' | 'busy' | 'offline' | 'not_responding';

export interface Snapshot {
  epoch: string;
  seq: number;
  now: string;
  open_total: number;
  me: Agent;
  conversations: Conversation[];
  teams: Team[];
  inboxes: Inbox[];
  agents: Agent[];
  availabilities: Record<Id, Availability>;
}

export type Op =
  | { k: 'conversation'; v: Conversation }
  | { k: 'message'; v: Message }
  | { k: 'message_ref'; conversation_id: Id; number: number }
  | { k: 'event'; v: Activity }
  | { k: 'agent'; v: Agent }
  | { k: 'team'; v: Team }
  | { k: 'inbox'; v: Inbox }
  | { k: 'availability'; v: { agent_id: Id; availability: Availability } }
  | { k: 'contact'; id: Id }
  | { k: 'follow_up'; v: FollowUp }
  | { k: 'gone'; id: Id };

export type Frame =
  | { t: 'hi'; epoch: string; now: string }
  | { t: 'd'; prev: number; seq: number; ops: Op[] }
  | { t: 'm'; prev: number; seq: number; now: string }
  | { t: 'stale'; seq: number }
  | { t: 'p'; conv: Id; user: Id | null; name: string; what: string }
  | { t: 'ack'; cid: string; seq: number; id: Id; number: number }
  | { t: 'nack'; cid: string; code: string; text: string };

// What an agent has written and not sent.
export interface Draft {
  text: string;
  recipients: { to: string[]; cc: string[]; bcc: string[] } | null; // as chosen; null: everybody of the newest mail
  files: readonly { id: string; name: string }[];
  sendAt: string;
}
export const emptyDraft: Draft = { text: '', recipients: null, files: [], sendAt: '' };

export interface Operation {
  cid: string;
  kind: 'reply' | 'note' | 'status' | 'assign' | 'tags' | 'priority' | 'availability' | 'offer';
  conv?: Id;
  seen?: number;
  base?: number;
  body: Record<string, unknown>;
  draft?: Draft; // what comes back into the composer when it is refused
  at: number;
}
