// The desk's side of mail in suites: a customer's question, the agent's answer and what becomes of
// it.
import { plainMail, sendMail } from './mail_client.mjs';
import { equal, until } from './support.mjs';

const base = '/api/v1';
export const support = 'support@demo.localhost';

// `name`@customers.test writes to the desk; resolves with the conversation.
export async function asked(hub, name, more = {}) {
  const { to = support, text = `I am ${name}. Where is it?`, headers = '', from } = more;
  const address = `${name}@customers.test`;
  const subject = more.subject ?? `Question of ${name}`;
  await sendMail(
    hub.smtpPort,
    address,
    support,
    plainMail({
      from: from ?? `${name} <${address}>`,
      to,
      subject,
      id: more.id ?? `${name}-${crypto.randomUUID()}@customers.test`,
      text,
      headers,
    }),
  );
  return until(`the conversation of ${name}`, async () =>
    (await hub.conversations()).find((one) => one.subject === subject),
  );
}

// What the API answers: { id, number, … }.
export const answer = (hub, conversation, body, options) =>
  hub.post(`${base}/conversations/${conversation.id}/messages`, body, options);

export const conversationOf = (hub, { id }) => hub.get(`${base}/conversations/${id}`);

export async function messageOf(hub, conversation, id) {
  return (await hub.messages(conversation.id)).find((one) => one.id === id);
}

export const untilState = (hub, conversation, id, state, milliseconds = 20_000) =>
  until(
    `the message to be ${state}`,
    async () => {
      const message = await messageOf(hub, conversation, id);
      if (message?.delivery.state !== state) throw new Error(JSON.stringify(message?.delivery));
      return message;
    },
    milliseconds,
  );

// { address: state } of a message's recipients.
export const recipientStates = (message) =>
  Object.fromEntries((message.delivery.recipients ?? []).map((one) => [one.address, one.state]));

export const outbox = async (hub) => (await hub.get(`${base}/outbox`)).items;

// Everything that waits is tried again now; resolves when the hub has read its configuration.
export async function tryAgain(hub) {
  const times = () => hub.log.split('hub.reloaded').length;
  const before = times();
  hub.signal('SIGHUP');
  await until('the hub to read its configuration again', () => times() > before);
}

export async function changeInbox(hub, settings, address = support) {
  const inbox = (await hub.get(`${base}/inboxes`)).items.find((one) => one.address === address);
  const { id, name, channel } = inbox;
  const changed = await hub.request('PUT', `${base}/inboxes/${id}`, {
    body: { name, channel, address, settings },
  });
  equal(changed.status, 200, `a change of the inbox: ${changed.text}`);
  return changed.json;
}

export async function upload(hub, name, type, bytes, options = {}) {
  const kept = await hub.request('POST', `${base}/uploads?name=${encodeURIComponent(name)}`, {
    body: bytes,
    ...options,
    headers: { 'Content-Type': type, ...options.headers },
  });
  equal(kept.status, 201, `the upload of ${name}: ${kept.text}`);
  return kept.json.id;
}
