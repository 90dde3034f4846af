// The visitor's socket: auth, resuming, messages that are sent exactly once. Messages written while the line is down wait
// in session storage until they are acknowledged; the server takes a repeat only once.
export interface Shown { number: number; cid: string; mine: boolean; name: string; text: string; at: string; files: { id: string; name: string }[] }
export interface Waiting { cid: string; text: string; attachments: string[] }
export interface Screen {
  reset(): void;
  message(shown: Shown): void;
  acked(cid: string): void;
  refused(cid: string, code: string): void;
  typing(name: string): void;
  presence(online: boolean): void;
  connected(yes: boolean): void;
}

export class Link {
  private socket: WebSocket | undefined;
  private retry = 500;
  private conversation = '';
  private number = 0;
  private typed = 0;
  waiting: Waiting[];
  private auth: { site: string; token: string; identity: string; signature: string };
  private screen: Screen;

  constructor(auth: Link['auth'], screen: Screen) {
    this.auth = auth;
    this.screen = screen;
    this.waiting = JSON.parse(sessionStorage.getItem('waiting') ?? '[]');
    addEventListener('online', () => this.socket ?? this.connect());
    this.connect();
  }

  connect(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/chat/ws`);
    this.socket = socket;
    socket.onopen = () =>
      socket.send(JSON.stringify({ t: 'auth', ...this.auth, conversation: this.conversation, after: this.number }));
    socket.onmessage = (event) => this.take(JSON.parse(event.data));
    socket.onclose = (event) => {
      this.socket = undefined;
      this.screen.connected(false);
      if (event.code === 4001) return;
      setTimeout(() => this.socket ?? this.connect(), this.retry * (0.5 + Math.random()));
      this.retry = Math.min(this.retry * 2, 30_000);
    };
  }

  send(message: Waiting): void {
    this.waiting.push(message);
    this.keep();
    this.write(message);
  }
  typing(): void {
    if (Date.now() - this.typed < 3000) return;
    this.typed = Date.now();
    this.post({ t: 'typing' });
  }
  seen(): void {
    if (this.number) this.post({ t: 'message.seen', number: this.number });
  }

  private keep(): void {
    sessionStorage.setItem('waiting', JSON.stringify(this.waiting));
  }
  private write(message: Waiting): void {
    this.post({ t: 'message.send', ...message });
  }
  private post(frame: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
  private done(cid: string): void {
    this.waiting = this.waiting.filter((one) => one.cid !== cid);
    this.keep();
  }

  private take(frame: Record<string, any>): void {
    if (frame.t === 'ready') {
      this.retry = 500;
      if (frame.reset) {
        this.number = 0;
        this.screen.reset();
      }
      this.conversation = frame.conversation;
      this.screen.connected(true);
      this.screen.presence(frame.online);
      for (const message of this.waiting) this.write(message);
    } else if (frame.t === 'message.new') {
      if (frame.conversation === this.conversation && frame.number <= this.number) return;
      this.conversation = frame.conversation;
      this.number = frame.number;
      const mine = frame.from.kind === 'visitor';
      if (mine) this.done(frame.cid);
      this.screen.message({ number: frame.number, cid: frame.cid, mine, name: frame.from.name, text: frame.text, at: frame.created_at, files: frame.attachments });
    } else if (frame.t === 'message.ack') {
      this.done(frame.cid);
      this.screen.acked(frame.cid);
    } else if (frame.t === 'error') {
      this.error(frame);
    } else if (frame.t === 'typing') {
      this.screen.typing(frame.name);
    } else if (frame.t === 'presence') {
      this.screen.presence(frame.online);
    }
  }
  private error(frame: Record<string, any>): void {
    const message = this.waiting.find((one) => one.cid === frame.cid);
    if (message && frame.retry_after_ms) {
      setTimeout(() => this.write(message), frame.retry_after_ms);
    } else if (frame.cid) {
      this.done(frame.cid);
      this.screen.refused(frame.cid, frame.code);
    }
  }
}
