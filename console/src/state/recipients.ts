// Who an answer by mail goes to, as pure functions.
import type { Conversation, Message } from '../sync/protocol.ts';

export interface Recipients { to: string[]; cc: string[]; bcc: string[] }

// Ours is an inbox's address, also with something after a plus: a copy to ourselves would come back as mail.
export function isOurs(address: string, ours: readonly string[]): boolean {
  const [name = '', domain = ''] = address.toLowerCase().split('@');
  return ours.some((one) => one.toLowerCase() === `${name.split('+')[0]}@${domain}`);
}

// Everybody who got the newest mail gets the answer, and whoever wrote it stands first, where he wants it (UX-055).
export function replyToAll(conversation: Conversation, messages: readonly Message[], ours: readonly string[]): Recipients {
  const newest = messages.filter((one) => one.kind === 'message' && one.visibility !== 'note' && one.delivery.state !== 'taken_back').at(-1);
  if (!newest) return { to: [conversation.reply_address.value], cc: [], bcc: [] };
  const written = newest.direction === 'in';
  const values = (list: readonly { value: string }[]) => list.map((one) => one.value.toLowerCase());
  const wanted = newest.reply_to && !isOurs(newest.reply_to.value, ours) ? newest.reply_to.value : newest.author.address;
  const to = written ? [wanted.toLowerCase()] : values(newest.to);
  const others = written ? [...values(newest.to), ...values(newest.cc)] : values(newest.cc);
  const cc = others.filter((one) => !to.includes(one) && !isOurs(one, ours));
  return { to, cc: [...new Set(cc)], bcc: [] };
}

// "Lea <lea@example.com>, boss@example.com" as a list; a comma inside of quotation marks belongs to the name.
export function addressList(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^,;\n"])+/g) ?? []).map((one) => one.trim()).filter((one) => one !== '');
}

export const looksLikeAddress = (text: string): boolean => /^(?:[^<>@]*<)?[^\s<>@]+@[^\s<>@.]+(?:\.[^\s<>@.]+)+>?$/.test(text);

export const same = (a: Recipients, b: Recipients): boolean =>
  (['to', 'cc', 'bcc'] as const).every((key) => a[key].join() === b[key].join());
