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

// An IMAP client as somebody else uses the mailbox.
export class ImapClient {
  static async connect(port, user, password) {
    const client = new ImapClient();
    Object.assign(client, await open(port), { tags: 0 });
    await client.lines.line();
    await client.ask(`LOGIN ${user} ${password}`);
    return client;
  }
  // Literals and lines of the answer.
  async ask(command, literal) {
    const tag = `t${++this.tags}`;
    this.socket.write(`${tag} ${command}${literal === undefined ? '' : ` {${literal.length}+}`}\r\n`);
    if (literal !== undefined) this.socket.write(Buffer.concat([literal, Buffer.from('\r\n')]));
    const answer = { literals: [], lines: [] };
    for (;;) {
      const line = await within('an answer of the mailbox', this.lines.line());
      const announced = /\{(\d+)\}$/.exec(line);
      if (announced) answer.literals.push((await this.lines.bytes(Number(announced[1]))).toString('utf8'));
      if (line.startsWith(`${tag} `)) {
        if (!line.startsWith(`${tag} OK`)) throw new Error(`IMAP ${command.split(' ')[0]}: ${line}`);
        return answer;
      }
      answer.lines.push(line);
    }
  }
  // The values of a status code such as UIDVALIDITY.
  async select(folder = 'INBOX') {
    const { lines } = await this.ask(`SELECT "${folder}"`);
    return Object.fromEntries(lines.flatMap((line) => [...line.matchAll(/\[(\w+) (\d+)\]/g)].map((code) => [code[1], Number(code[2])])));
  }
  append(folder, mail) {
    return this.ask(`APPEND "${folder}"`, crlf(mail));
  }
  // Subject and flags of every mail of a folder, in the order of the mails.
  async list(folder = 'INBOX') {
    await this.select(folder);
    const { lines, literals } = await this.ask('UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
    const flags = lines.flatMap((line) => /FLAGS \(([^)]*)\)/.exec(line)?.[1] ?? []);
    return literals.map((text, n) => ({ subject: text.replace(/^subject: /i, '').trim(), flags: flags[n] }));
  }
  end() {
    this.socket.destroy();
  }
}

// The source of every message in INBOX, newest last.
export async function readMailbox(port, user, password) {
  const client = await ImapClient.connect(port, user, password);
  try {
    await client.select();
    return (await client.ask('UID FETCH 1:* (BODY.PEEK[])')).literals;
  } finally {
    client.end();
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
