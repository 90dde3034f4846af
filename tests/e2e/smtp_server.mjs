// Relays that do what a test wants: an SMTP server that takes mails or breaks off at a word, and
// the policy server that a real Postfix asks about every recipient.
import net from 'node:net';
import { atEnd } from './support.mjs';

async function listen(serve) {
  const sockets = new Set();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: listener.address().port, sockets };
}

export class ScriptedRelay {
  mails = []; // every one that came as far as its final dot: { from, to, source, answer }
  refused = new Map(); // address -> the answer to RCPT
  greeting = '220 scripted.test ready';
  // The answer to a whole mail: a line of SMTP, or null to close the connection without a word.
  verdict = () => '250 2.0.0 taken';

  static async start() {
    const relay = new ScriptedRelay();
    const { port, sockets } = await listen((socket) => relay.serve(socket));
    Object.assign(relay, { port, sockets });
    relay.url = `smtp://127.0.0.1:${relay.port}`;
    return relay;
  }
  // Ends the connections that are kept for later mails: the next one begins with the greeting.
  async hangUp() {
    const closed = [...this.sockets].map(
      (one) => new Promise((resolve) => one.once('close', resolve)),
    );
    for (const one of this.sockets) one.destroy();
    await Promise.all(closed);
  }
  serve(socket) {
    const session = { socket, from: '', to: [], rest: '', mail: false };
    socket.setEncoding('latin1').on('data', (text) => {
      session.rest += text;
      while (!socket.destroyed && this.step(session));
    });
    socket.write(`${this.greeting}\r\n`);
    if (!this.greeting.startsWith('220')) socket.end();
  }
  step(session) {
    const { socket } = session;
    const mark = session.mail ? '\r\n.\r\n' : '\r\n';
    const end = session.rest.indexOf(mark);
    if (end < 0) return false;
    const text = session.rest.slice(0, end);
    session.rest = session.rest.slice(end + mark.length);
    const answer = session.mail ? this.take(session, text) : this.command(session, text);
    if (answer === null) socket.destroy();
    else socket.write(`${answer}\r\n`);
    if (answer?.startsWith('221')) socket.end();
    return true;
  }
  command(session, line) {
    const address = /<([^>]*)>/.exec(line)?.[1];
    const word = line.split(' ')[0].toUpperCase();
    if (word === 'EHLO') return '250-scripted.test\r\n250-8BITMIME\r\n250 SIZE 50000000';
    if (word === 'MAIL') [session.from, session.to] = [address, []];
    if (word === 'RCPT') {
      if (this.refused.has(address)) return this.refused.get(address);
      session.to.push(address);
    }
    if (word === 'QUIT') return '221 2.0.0 bye';
    if (word === 'DATA') session.mail = true;
    return word === 'DATA' ? '354 go on' : '250 2.0.0 fine';
  }
  take(session, source) {
    session.mail = false;
    const mail = { from: session.from, to: session.to, source: `${source}\r\n` };
    mail.answer = this.verdict(mail, this.mails.filter((one) => one.to[0] === mail.to[0]).length);
    this.mails.push(mail);
    return mail.answer;
  }
  of(address) {
    return this.mails.filter((one) => one.to.includes(address));
  }
}

// Postfix's access policy delegation: `verdicts` says what becomes of an address, else it is taken.
export class RecipientPolicy {
  verdicts = new Map();
  asked = []; // recipients, in the order in which they were offered

  static async start() {
    const policy = new RecipientPolicy();
    const { port } = await listen((socket) => policy.serve(socket));
    const asking = `check_policy_service inet:127.0.0.1:${port}`;
    policy.main = `smtpd_recipient_restrictions = ${asking}, permit`;
    return policy;
  }
  serve(socket) {
    let rest = '';
    socket.setEncoding('utf8').on('data', (text) => {
      rest += text;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const recipient = /^recipient=(.*)$/m.exec(rest.slice(0, end))?.[1].toLowerCase();
        rest = rest.slice(end + 2);
        this.asked.push(recipient);
        socket.write(`action=${this.verdicts.get(recipient) ?? 'DUNNO'}\n\n`);
      }
    });
  }
  times(address) {
    return this.asked.filter((one) => one === address).length;
  }
}
