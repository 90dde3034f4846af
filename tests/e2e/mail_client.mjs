// A small client of SMTP, LMTP and IMAP, and a pump that sends mail after mail and remembers which were acknowledged.
import net from 'node:net';
import { within } from './support.mjs';

// Lines of a socket, one after the other.
class Lines {
  constructor(socket) {
    this.buffer = Buffer.alloc(0);
    this.waiting = [];
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.buffer = Buffer.concat([this.buffer, bytes]);
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }
  wake() {
    for (const one of this.waiting.splice(0)) one();
  }
  async more() {
    if (this.ended) throw new Error('the connection ended');
    await new Promise((resolve) => this.waiting.push(resolve));
  }
  async line() {
    for (;;) {
      const end = this.buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.buffer.subarray(0, end).toString('latin1');
        this.buffer = this.buffer.subarray(end + 2);
        return line;
      }
      await this.more();
    }
  }
  async bytes(count) {
    while (this.buffer.length < count) await this.more();
    const bytes = this.buffer.subarray(0, count);
    this.buffer = this.buffer.subarray(count);
    return bytes;
  }
}

export async function open(port) {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return { socket, lines: new Lines(socket) };
}

const crlf = (mail) => Buffer.isBuffer(mail) ? mail : Buffer.from(mail.replace(/\r?\n/g, '\r\n'), 'utf8');

// Doubles the dots at the beginnings of lines and ends the message.
function stuffed(mail) {
  const text = mail.toString('latin1').replace(/(^|\r\n)\./g, '$1..');
  return Buffer.from(text.endsWith('\r\n') ? `${text}.\r\n` : `${text}\r\n.\r\n`, 'latin1');
}

export class MailClient {
  // protocol: 'smtp' or 'lmtp'
  static async connect(port, protocol = 'smtp') {
    const client = new MailClient();
    Object.assign(client, await open(port));
    client.protocol = protocol;
    client.expect(await client.reply(), 220);
    await client.say(`${protocol === 'lmtp' ? 'LHLO' : 'EHLO'} client.test`, 250);
    return client;
  }
  expect(reply, code) {
    if (reply.code !== code) throw new Error(`${this.protocol}: expected ${code}, got ${reply.text}`);
  }
  async reply() {
    const texts = [];
    for (;;) {
      const line = await within('an answer of the mail server', this.lines.line(), 30_000);
      texts.push(line);
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), text: texts.join(' / ') };
    }
  }
  async say(line, code) {
    this.socket.write(`${line}\r\n`);
    const reply = await this.reply();
    if (code) this.expect(reply, code);
    return reply;
  }
  // The reply to the message, one per recipient for LMTP.
  async send(from, to, mail) {
    const recipients = Array.isArray(to) ? to : [to];
    await this.say(`MAIL FROM:<${from}>`, 250);
    for (const recipient of recipients) await this.say(`RCPT TO:<${recipient}>`, 250);
    await this.say('DATA', 354);
    this.socket.write(stuffed(crlf(mail)));
    const replies = [];
    for (let i = 0; i < (this.protocol === 'lmtp' ? recipients.length : 1); ++i) replies.push(await this.reply());
    return this.protocol === 'lmtp' ? replies : replies[0];
  }
  async quit() {
    this.socket.write('QUIT\r\n');
    await this.reply().catch(() => {});
    this.socket.destroy();
  }
}

export async function sendMail(port, from, to, mail, protocol = 'smtp') {
  const client = await MailClient.connect(port, protocol);
  const reply = await client.send(from, to, mail);
  await client.quit();
  const first = Array.isArray(reply) ? reply[0] : reply;
  if (first.code !== 250) throw new Error(`the mail was not taken: ${first.text}`);
}

export const plainMail = ({ from, to, subject, id, text, headers = '' }) =>
  `From: ${from}\nTo: ${to}\nSubject: ${subject}\nMessage-ID: <${id}>\nDate: Sun, 22 Nov 2026 10:00:00 +0000\n${headers}` +
  `MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`;

// Sends mails one after the other on one connection until it is stopped or the server goes away. `acknowledged` holds
// the ids that were answered 250, `tried` all that left.
export class Pump {
  acknowledged = [];
  tried = [];
  constructor(port, protocol, to, name, pad = 0) {
    Object.assign(this, { port, protocol, to, name, pad });
  }
  id(n) {
    return `${this.name}-${n}@pump.test`;
  }
  mail(id) {
    return plainMail({ from: `Pump <${id}>`, to: this.to, subject: `Mail ${id}`, id, text: `This is ${id}. ${'x'.repeat(this.pad)}` });
  }
  start() {
    this.going = true;
    this.ended = this.work().catch((error) => (this.why = error.message));
    return this;
  }
  async work() {
    const client = await MailClient.connect(this.port, this.protocol);
    for (let n = 1; this.going; ++n) {
      const id = this.id(n);
      this.tried.push(id);
      const reply = await client.send(id, this.to, this.mail(id));
      const first = Array.isArray(reply) ? reply[0] : reply;
      if (first.code !== 250) throw new Error(first.text);
      this.acknowledged.push(id);
    }
    await client.quit();
  }
  async stop() {
    this.going = false;
    await this.ended;
  }
}

// One IMAP login: the source of every message in INBOX, newest last.
export async function readMailbox(port, user, password) {
  const { socket, lines } = await open(port);
  await lines.line();
  const ask = async (tag, command) => {
    socket.write(`${tag} ${command}\r\n`);
    const literals = [];
    for (;;) {
      const line = await within('an answer of the mailbox', lines.line());
      const literal = /\{(\d+)\}$/.exec(line);
      if (literal) literals.push((await lines.bytes(Number(literal[1]))).toString('utf8'));
      if (line.startsWith(`${tag} `)) {
        if (!line.startsWith(`${tag} OK`)) throw new Error(`IMAP ${command.split(' ')[0]}: ${line}`);
        return literals;
      }
    }
  };
  try {
    await ask('a', `LOGIN ${user} ${password}`);
    await ask('b', 'SELECT INBOX');
    return await ask('c', 'UID FETCH 1:* (BODY.PEEK[])');
  } finally {
    socket.destroy();
  }
}

// Header fields in lower case, unfolded.
export function headersOf(mail) {
  const head = mail.split(/\r?\n\r?\n/)[0].replace(/\r?\n[ \t]+/g, ' ');
  return Object.fromEntries(head.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
}
