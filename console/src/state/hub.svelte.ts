// The console's state: the plain store of the feed, the operations on their way, presence, and the connection.
import { createSubscriber } from 'svelte/reactivity';
import { ServerClock } from '../sync/clock.ts';
import { Problem, request, upload, useCsrfToken } from '../sync/http.ts';
import { allOperations, clearEverything, dropOperation, keepOperation } from '../sync/outbox.ts';
import type { Activity, Agent, Conversation, Draft, FollowUp, Id, Message, Op, Operation, Snapshot } from '../sync/protocol.ts';
import { empty, fromSnapshot, opened, reduce, withConversation, withReminders, type State } from '../sync/reducer.ts';
import { Socket, type Status } from '../sync/socket.ts';

export interface Presence { user: Id | null; name: string; what: string; until: number }
// An answer that was taken back, on its way into the composer.
export interface Returned { conv: Id; draft: Draft }
export interface Refused { operation: Operation; code: string; text: string }

const activityKinds =
  'assigned,status_changed,priority_changed,tags_changed,routing_decided,sla_started,sla_warned,sla_breached,sla_ended';
const presenceLasts = 20_000; // SY-40
const typingLasts = 6_000;

class Hub {
  private store: State = empty;
  private notify: (() => void) | undefined;
  private subscribe = createSubscriber((update) => {
    this.notify = update;
    return () => (this.notify = undefined);
  });
  private painting = false;
  private clock = new ServerClock();
  private socket: Socket | undefined;
  private fetching = new Map<Id, Op[]>(); // what came meanwhile: the answer may be older

  session = $state<'unknown' | 'out' | 'in' | 'expired'>('unknown');
  status = $state<Status>('connecting');
  lostAt = $state<number | null>(null);
  loaded = $state(false);
  now = $state(Date.now()); // server time, once a second: one clock for every countdown
  pending = $state.raw<readonly Operation[]>([]);
  refused = $state.raw<readonly Refused[]>([]);
  returned = $state.raw<Returned | null>(null);
  presences = $state.raw<ReadonlyMap<Id, readonly Presence[]>>(new Map());

  get state(): State {
    this.subscribe();
    return this.store;
  }

  // Operations are applied at once and painted once per frame (SY-13).
  private set(state: State): void {
    this.store = state;
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame(() => {
      this.painting = false;
      this.notify?.();
    });
  }

  async begin(): Promise<void> {
    setInterval(() => this.tick(), 1000);
    addEventListener('online', () => this.socket?.nudge());
    document.addEventListener('visibilitychange', () => this.socket?.nudge());
    try {
      const session = await request<{ agent: Agent; csrf_token: string }>('GET', '/api/v1/session');
      await this.enter(session.csrf_token);
    } catch {
      this.session = 'out';
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    const again = this.session === 'expired';
    const session = await request<{ agent: Agent; csrf_token: string }>('POST', '/api/v1/session', { email, password });
    if (again && this.store.me?.id === session.agent.id) {
      useCsrfToken(session.csrf_token);
      this.session = 'in';
      this.socket?.stop();
      this.socket?.start();
      return;
    }
    await this.enter(session.csrf_token);
    this.operate('availability', undefined, { availability: 'online' });
  }

  async signOut(): Promise<void> {
    await request('PUT', `/api/v1/agents/${this.store.me?.id}/availability`, { availability: 'offline' }).catch(() => {});
    await request('DELETE', '/api/v1/session');
    await clearEverything();
    location.reload();
  }

  private async enter(csrf: string): Promise<void> {
    useCsrfToken(csrf);
    await this.takeSnapshot();
    this.session = 'in';
    // What a colleague left in this browser is hers: it is never sent or shown under another name.
    const me = this.store.me?.id ?? '';
    if (localStorage.getItem('sportello.owner') !== me) await clearEverything();
    localStorage.setItem('sportello.owner', me);
    this.refused = [];
    this.pending = await allOperations();
    this.socket = new Socket(this, `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
    this.socket.start();
  }

  private async takeSnapshot(): Promise<void> {
    const snapshot = await request<Snapshot>('GET', '/api/v1/snapshot');
    this.clock.heard(snapshot.now, Date.now());
    this.set(fromSnapshot(snapshot, this.store));
    this.loaded = true;
    this.fetchMissing();
    void this.remind(snapshot.me.id).catch(() => {});
  }

  // What fell due while nobody listened; later ones come over the feed.
  private async remind(me: Id): Promise<void> {
    const page = await request<{ items: FollowUp[] }>('GET', `/api/v1/follow-ups?owner_id=${me}&limit=200`);
    this.set(withReminders(this.store, page.items));
  }
  dropReminder(id: Id): void {
    this.set(withReminders(this.store, [...this.store.reminders.values()].filter((one) => one.id !== id)));
  }

  private tick(): void {
    this.now = Date.now() + this.clock.offset();
    const alive = [...this.presences].map(([id, list]) => [id, list.filter((one) => one.until > Date.now())] as const);
    if (alive.some(([id, list]) => list.length !== this.presences.get(id)?.length))
      this.presences = new Map(alive.filter(([, list]) => list.length > 0));
  }

  // --- what the socket tells
  position() {
    return { epoch: this.store.epoch, seq: this.store.seq };
  }
  delta(seq: number, ops: Parameters<typeof reduce>[2]): void {
    this.set(reduce(this.store, seq, ops));
    for (const [id, meanwhile] of this.fetching)
      meanwhile.push(...ops.filter((op) => (op.k === 'message' || op.k === 'event') && op.v.conversation_id === id));
    for (const op of ops)
      if (op.k === 'message' && op.v.direction === 'in')
        this.presence({ conv: op.v.conversation_id, user: null, name: '', what: 'none' });
    this.fetchMissing();
  }
  stale(): void {
    this.takeSnapshot()
      .then(() => this.socket?.hello())
      .catch((error) => {
        if (error instanceof Problem && error.status === 401) this.session = 'expired';
        else setTimeout(() => this.stale(), 2000);
      });
  }
  presence(frame: { conv: Id; user: Id | null; name: string; what: string }): void {
    const others = (this.presences.get(frame.conv) ?? []).filter((one) => one.user !== frame.user);
    const until = Date.now() + (frame.what === 'typing' ? typingLasts : presenceLasts);
    const list = frame.what === 'none' ? others : [...others, { user: frame.user, name: frame.name, what: frame.what, until }];
    this.presences = new Map(this.presences).set(frame.conv, list);
  }
  acked(cid: string): void {
    void dropOperation(cid);
    this.pending = this.pending.filter((one) => one.cid !== cid);
  }
  refusedNow(cid: string, code: string, text: string): void {
    const operation = this.pending.find((one) => one.cid === cid);
    this.acked(cid);
    if (operation) this.refused = [...this.refused, { operation, code, text }];
  }
  refusedLater(cid: string): void {
    setTimeout(() => {
      const operation = this.pending.find((one) => one.cid === cid);
      if (operation) this.socket?.send(operation);
    }, 1000);
  }
  clockHeard(serverNow: string): void {
    this.clock.heard(serverNow, Date.now());
  }
  statusIs(status: Status): void {
    this.status = status;
    if (status === 'signed-out') this.session = 'expired';
    if (status === 'live') this.lostAt = null;
    else this.lostAt ??= Date.now();
  }
  live(): void {
    for (const operation of this.pending) this.socket?.send(operation);
  }

  // --- what people do
  operate(kind: Operation['kind'], conv: Id | undefined, body: Record<string, unknown>, seen?: number, draft?: Draft): Operation {
    const operation: Operation = { cid: crypto.randomUUID(), kind, conv, seen, body, draft, at: Date.now() };
    this.pending = [...this.pending, operation];
    void keepOperation(operation).then(() => this.socket?.send(operation));
    return operation;
  }
  // It is not sent, and comes back as it was; its files are put up again.
  async takeBack(message: Message): Promise<void> {
    await request('POST', `/api/v1/messages/${message.id}/take-back`);
    const files = await Promise.all(message.attachments.map(async (file) => {
      const bytes = await (await fetch(`/api/v1/attachments/${file.id}`, { credentials: 'same-origin' })).blob();
      return upload(new File([bytes], file.name, { type: file.type }));
    }));
    const values = (list: readonly { value: string }[] = []) => list.map((one) => one.value);
    const recipients = { to: values(message.to), cc: values(message.cc), bcc: values(message.bcc) };
    this.returned = { conv: message.conversation_id, draft: { text: message.text, recipients, files, sendAt: '' } };
  }
  dismiss(refused: Refused): void {
    this.refused = this.refused.filter((one) => one !== refused);
  }
  tellPresence(conv: Id, what: string): void {
    this.socket?.presence(conv, what);
  }

  // At most one request per conversation, and none when it was opened before (UX-003).
  async open(id: Id): Promise<void> {
    if (this.store.messages.has(id) && !this.store.missing.has(id)) return;
    if (this.fetching.has(id)) return;
    const meanwhile: Op[] = [];
    this.fetching.set(id, meanwhile);
    try {
      if (!this.store.conversations.has(id))
        this.set(withConversation(this.store, await request<Conversation>('GET', `/api/v1/conversations/${id}`)));
      const [messages, activities] = await Promise.all([
        request<{ items: Message[] }>('GET', `/api/v1/conversations/${id}/messages?limit=50`),
        request<{ items: Activity[] }>('GET', `/api/v1/conversations/${id}/events?limit=200&kinds=${activityKinds}`),
      ]);
      this.set(reduce(opened(this.store, id, messages.items, activities.items), this.store.seq, meanwhile));
    } finally {
      this.fetching.delete(id);
    }
  }
  async older(id: Id): Promise<void> {
    const first = this.store.messages.get(id)?.[0]?.number ?? 1;
    if (first <= 1) return;
    const page = await request<{ items: Message[] }>('GET', `/api/v1/conversations/${id}/messages?limit=50&before=${first}`);
    this.set(opened(this.store, id, page.items, []));
  }
  async resolvedPage(): Promise<void> {
    const page = await request<{ items: Conversation[] }>('GET', '/api/v1/conversations?status=resolved&limit=100');
    for (const conversation of page.items) this.set(withConversation(this.store, conversation));
  }
  private fetchMissing(): void {
    for (const id of this.store.missing) void this.open(id).catch(() => {});
  }
}

export const hub = new Hub();
