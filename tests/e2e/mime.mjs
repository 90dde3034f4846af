// Reads mails as they lie in a mailbox: headers, the tree of parts and their decoded bytes. For
// what Sportello sends; no reader of all the world's mail.
import { headersOf } from './mail_client.mjs';

const decodedQuoted = (text) =>
  Buffer.from(
    text
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );

function decoded(text, encoding) {
  if (encoding === 'base64') return Buffer.from(text, 'base64');
  return encoding === 'quoted-printable' ? decodedQuoted(text) : Buffer.from(text, 'utf8');
}

// "text/plain; charset=utf-8" as { type, parameters }
function contentType(value = 'text/plain') {
  const [type, ...rest] = value.split(';');
  const pairs = rest.map((one) => /^\s*([^=\s]+)=("?)(.*?)\2\s*$/.exec(one)).filter(Boolean);
  const parameters = Object.fromEntries(pairs.map((one) => [one[1].toLowerCase(), one[3]]));
  return { type: type.trim().toLowerCase(), parameters };
}

// { headers, type, parameters, parts, bytes, text }
export function readMail(source) {
  const headers = headersOf(source);
  const { type, parameters } = contentType(headers['content-type']);
  const [blank] = /\r?\n\r?\n/.exec(source) ?? [''];
  const body = source.slice(source.indexOf(blank) + blank.length);
  if (!type.startsWith('multipart/')) {
    const bytes = decoded(body, (headers['content-transfer-encoding'] ?? '').toLowerCase());
    return { headers, type, parameters, parts: [], bytes, text: bytes.toString('utf8') };
  }
  const pieces = `\n${body}`.split(`\n--${parameters.boundary}`).slice(1, -1);
  const parts = pieces.map((piece) => readMail(piece.replace(/^[^\n]*\n/, '').replace(/\r$/, '')));
  return { headers, type, parameters, parts, bytes: Buffer.alloc(0), text: '' };
}

// "mixed(alternative(text/plain,related(text/html,image/png)))"
export function shapeOf(mail) {
  if (!mail.type.startsWith('multipart/')) return mail.type;
  return `${mail.type.slice(10)}(${mail.parts.map(shapeOf).join(',')})`;
}

export function partOf(mail, type) {
  if (mail.type === type) return mail;
  return mail.parts.map((one) => partOf(one, type)).find(Boolean);
}

// =?utf-8?…?= spelt out.
export function decodedHeader(value) {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, text) =>
      (how.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64')
        : decodedQuoted(text.replace(/_/g, ' '))
      ).toString('utf8'),
    );
}
