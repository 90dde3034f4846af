// Small conversations and messages for the tests.
import type { Clock, Conversation, Message, Snapshot } from '../src/sync/protocol.ts';

export const clock = (due: string, state: Clock['state'] = 'running'): Clock => ({
  metric: 'first_response', due_at: due, warn_at: '2026-11-22T09:00:00Z', started_at: '2026-11-22T08:00:00Z', ended_at: null, state,
});

export const conversation = (id: string, ver: number, more: Partial<Conversation> = {}): Conversation => ({
  id, number: Number(id), contact: { id: '1', name: 'Anna' }, reply_address: { kind: 'email', value: 'a@b.test', name: '' }, inbox_id: '1',
  channel: 'email', team_id: '1', assignee_id: null, status: 'open', priority: 'normal', subject: `Subject ${id}`, tags: [],
  created_at: '2026-11-22T08:00:00Z', updated_at: '2026-11-22T08:00:00Z', waiting_since: null, sla: [], message_count: 0, preview: '',
  routing: { offered_to_id: null, offer_ends: null, previous_id: null }, last_direction: 'in', ver, ...more,
});

export const message = (conversationId: string, number: number, text = ''): Message => ({
  id: `${conversationId}${number}`, conversation_id: conversationId, number, direction: 'in', visibility: 'private', kind: 'message',
  author: { type: 'contact', id: '1', name: 'Anna', address: '' }, subject: '', text, html: '', trimmed_text: '', attachments: [], to: [],
  cc: [], client_id: '', external_id: '', defects: [], sent_at: '', received_at: '', delivery: { state: 'received', reason: '' },
});

export const snapshot = (seq: number, conversations: Conversation[]): Snapshot => ({
  epoch: 'e', seq, now: '2026-11-22T08:00:00Z', open_total: conversations.length,
  me: { id: '7', name: 'Giulia', email: '', role: 'agent', team_ids: ['1'] }, conversations, teams: [], inboxes: [], agents: [], availabilities: {},
});
