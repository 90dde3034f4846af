// The console's socket: hello, the chain of numbers, resuming, operations. Knows no component; told what to do by the
// state class that owns it. Rules: docs/PROTOCOL.md.
import type { Frame, Operation } from './protocol.ts';

export type Status = 'connecting' | 'live' | 'offline' | 'signed-out';

export interface Host {
  position(): { epoch: string; seq: number };
  delta(seq: number, ops: Extract<Frame, { t: 'd' }>['ops']): void;
  stale(): void;
  presence(frame: Extract<Frame, { t: 'p' }>): void;
  acked(cid: string, frame: Extract<Frame, { t: 'ack' }>): void;
  refusedNow(cid: string, code: string, text: string): void;
  refusedLater(cid: string): void; // the server is busy: the same operation again in a moment
  clockHeard(serverNow: string): void;
  statusIs(status: Status): void;
  live(): void; // caught up: waiting operations may be sent
}

const retryFirst = 250;
const retryMost = 15_000;
const silenceMost = 35_000; // SY-03

export class Socket {
  private socket: WebSocket | null = null;
  private retry = retryFirst;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;
  private host: Host;
  private url: string;

  constructor(host: Host, url: string) {
    this.host = host;
    this.url = url;
  }

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.socket?.close(1000);
    this.socket = null;
  }

  // At once, when there is reason to hope: the network came back, the machine woke (SY-11).
  nudge(): void {
    if (this.stopped || this.socket) return;
    clearTimeout(this.timer);
    this.retry = retryFirst;
    this.connect();
  }

  hello(): void {
    const { epoch, seq } = this.host.position();
    this.write({ t: 'hello', epoch, since: seq });
  }

  send(operation: Operation): boolean {
    const { at: _, draft: __, ...frame } = operation;
    return this.write({ t: 'op', ...frame });
  }

  presence(conv: string, what: string): void {
    this.write({ t: 'p', conv, what });
  }

  private write(value: unknown): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(value));
    return true;
  }

  private connect(): void {
    this.host.statusIs('connecting');
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.hear();
      this.hello();
    };
    socket.onmessage = (event) => {
      this.hear();
      this.take(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearTimeout(this.watchdog);
      if (event.code === 4401) this.host.statusIs('signed-out');
      else if (!this.stopped) this.again();
    };
  }

  private again(): void {
    this.host.statusIs('offline');
    const jitter = 0.5 + Math.random();
    this.timer = setTimeout(() => this.connect(), this.retry * jitter);
    this.retry = Math.min(this.retry * 2, retryMost);
  }

  private hear(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      const silent = this.socket;
      this.socket = null;
      silent?.close();
      if (!this.stopped) this.again();
    }, silenceMost);
  }

  private take(frame: Frame): void {
    switch (frame.t) {
      case 'hi':
        this.retry = retryFirst;
        this.host.clockHeard(frame.now);
        this.host.statusIs('live');
        this.host.live();
        return;
      case 'd':
      case 'm': {
        const mine = this.host.position().seq;
        if (frame.t === 'm') this.host.clockHeard(frame.now);
        if (frame.seq <= mine) return; // seen already
        if (frame.prev !== mine) return this.hello(); // a gap: resume from mine
        this.host.delta(frame.seq, frame.t === 'd' ? frame.ops : []);
        return;
      }
      case 'stale':
        return this.host.stale();
      case 'p':
        return this.host.presence(frame);
      case 'ack':
        return this.host.acked(frame.cid, frame);
      case 'nack':
        if (frame.code === 'busy' || frame.code === 'unavailable') return this.host.refusedLater(frame.cid);
        return this.host.refusedNow(frame.cid, frame.code, frame.text);
    }
  }
}
