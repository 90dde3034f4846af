// Inboxes that are filled from mailboxes: how suites connect them, wait for their states and see what came out of them.
import net from 'node:net';
import { plainMail } from './mail_client.mjs';
import { atEnd, check, equal, until } from './support.mjs';

const base = '/api/v1';

export const mailTo = (user, name, more = {}) => plainMail({ from: `Lea <${name}@customers.test>`, to: `${user}@hub.test`, subject: `Mail ${name}`,
  id: `${name}@customers.test`, text: `This is ${name}.`, ...more });

// An inbox of the hub with its mailbox: `user` at Dovecot, which takes its mail for user@hub.test.
export class Connected {
  static async create(hub, dovecot, user, mailbox = {}) {
    const one = Object.assign(new Connected(), { hub, dovecot, user });
    one.mailbox = { host: '127.0.0.1', port: dovecot.imapPort, security: 'none', user, password: dovecot.password, from_start: true, ...mailbox };
    one.body = { name: `Mailbox ${user}`, channel: 'email', address: `${user}@hub.test` };
    const made = await hub.request('POST', `${base}/inboxes`, { body: { ...one.body, mailbox: one.mailbox } });
    equal(made.status, 201, `the inbox of ${user}: ${made.text}`);
    one.id = made.json.id;
    return one;
  }
  async change(mailbox, more = {}) {
    const changed = await this.hub.request('PUT', `${base}/inboxes/${this.id}`, { body: { ...this.body, ...more, mailbox } });
    equal(changed.status, 200, `a change of the inbox of ${this.user}: ${changed.text}`);
    return changed.json;
  }
  async health() {
    return (await this.hub.get(`${base}/mailboxes`)).items.find((one) => one.inbox_id === this.id);
  }
  untilState(state, milliseconds = 30_000) {
    return until(`the mailbox of ${this.user} to be ${state}`, async () => {
      const health = await this.health();
      if (health?.state !== state) throw new Error(JSON.stringify(health));
      return health;
    }, milliseconds);
  }
  deliver(...names) {
    return this.dovecot.deliver(this.user, names.map((name) => mailTo(this.user, name)));
  }
  async conversations() {
    return (await this.hub.conversations()).filter((one) => one.inbox_id === this.id);
  }
  // Message-IDs of all that came in, with repeats.
  async came() {
    const ids = [];
    for (const { id } of await this.conversations())
      for (const message of await this.hub.messages(id)) if (message.direction === 'in') ids.push(message.external_id.replace('@customers.test', ''));
    return ids;
  }
  untilCame(count, milliseconds = 30_000) {
    return until(`${count} mails of ${this.user}`, async () => {
      const { length } = await this.conversations();
      if (length < count) throw new Error(`${length} conversations; ${JSON.stringify(await this.health())}`);
      return true;
    }, milliseconds);
  }
  // A mail that comes last shows that nothing else is under way.
  async exactly(names, last) {
    await this.deliver(last);
    await until(`the mail ${last}`, async () => (await this.came()).includes(last), 60_000);
    const came = await this.came();
    equal(came.filter((one, i) => came.indexOf(one) !== i), [], 'mails that are there twice');
    equal(came.sort(), [...names, last].sort(), `mails of ${this.user}`);
  }
  async quarantine() {
    return (await this.hub.get(`${base}/quarantine`)).items.filter((one) => one.inbox_id === this.id);
  }
  logins() {
    return [...this.dovecot.log().matchAll(new RegExp(`imap-login: Info: Login: user=<${this.user}[@>]`, 'g'))].length;
  }
}

// Stands between the hub and a server and lets so many bytes of the server pass on each connection: whoever reads a large
// mailbox through it is in the middle of it, however fast he is.
export class Gate {
  static async before(port, bytes) {
    const gate = Object.assign(new Gate(), { bytes, pairs: new Set() });
    const listener = net.createServer((hub) => gate.join(hub, net.connect(port, '127.0.0.1')));
    await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
    gate.port = listener.address().port;
    atEnd(() => {
      listener.close();
      for (const pair of gate.pairs) pair.end();
    });
    return gate;
  }
  join(hub, server) {
    const pair = { end: () => [hub, server].forEach((one) => one.destroy()) };
    this.pairs.add(pair);
    let left = this.bytes;
    server.on('data', (bytes) => {
      const some = bytes.subarray(0, Math.min(left, bytes.length));
      left -= some.length;
      hub.write(some);
      if (left === 0) server.pause();
    });
    hub.on('data', (bytes) => server.write(bytes));
    const ended = () => pair.end() ?? this.pairs.delete(pair);
    for (const one of [hub, server]) one.on('error', () => {}).on('close', ended);
  }
  // Ends the connections there are.
  hangUp() {
    for (const pair of this.pairs) pair.end();
    return until('the connections to end', () => this.pairs.size === 0);
  }
  // On new connections everything passes.
  open() {
    this.bytes = Infinity;
  }
}

export const numbered = (name, from, to) => Array.from({ length: to - from + 1 }, (_, n) => `${name}-${from + n}`);

export async function wellOf(hub, connected) {
  const { parts } = await hub.get('/readyz', { token: '' });
  const part = parts.find((one) => one.part === `mailbox ${connected.body.name}`);
  check(part, `/readyz names the mailbox of ${connected.user}`);
  return part;
}
