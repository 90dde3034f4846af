// The widget's panel: a page of ours in a frame. Text goes into the document as text, never as HTML.
import { Link, type Shown, type Waiting } from './link.ts';
import { words } from './words.ts';

const lang = location.hash === '#it' ? 'it' : 'en';
const say = words[lang];
document.documentElement.lang = lang;

const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const log = at('log');
const box = at<HTMLTextAreaElement>('box');
const form = at<HTMLFormElement>('form');
const offline = at<HTMLFormElement>('offline');
const files: { id: string; name: string }[] = [];
let site = '';
let token = '';
let link: Link | undefined;
let open = false;
let started = false;
let typingEnds: ReturnType<typeof setTimeout> | undefined;

const element = (name: string, content: string, className = '') => {
  const made = document.createElement(name);
  made.textContent = content;
  made.className = className;
  return made;
};
const tellHost = (message: unknown) => parent.postMessage(message, '*');

function draw(shown: Omit<Shown, 'number' | 'at'> & { at?: string }, state: string): void {
  const known = shown.cid ? document.getElementById(`m-${shown.cid}`) : null;
  const row = known ?? element('div', '', shown.mine ? 'mine' : 'theirs');
  const time = new Date(shown.at ?? Date.now()).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' });
  row.replaceChildren(element('p', `${shown.mine ? say.you : shown.name} ${time}`, 'who'), element('p', shown.text, 'text'));
  for (const file of shown.files) {
    const anchor = element('a', file.name) as HTMLAnchorElement;
    anchor.href = `/widget/v1/${site}/attachments/${file.id}?token=${encodeURIComponent(token)}`;
    anchor.target = '_blank';
    row.append(anchor);
  }
  if (shown.mine) row.append(element('p', state, 'state'));
  if (shown.cid) row.id = `m-${shown.cid}`;
  if (!known) log.append(row);
  log.scrollTop = log.scrollHeight;
}
function state(cid: string, text: string): void {
  const found = document.getElementById(`m-${cid}`)?.querySelector('.state');
  if (found) found.textContent = text;
}
const drawWaiting = (message: Waiting) => draw({ cid: message.cid, mine: true, name: '', text: message.text, files: [] }, say.sending);

function connect(identity: string, signature: string): void {
  link = new Link({ site, token, identity, signature }, {
    message(shown) {
      started = true;
      draw(shown, say.sent);
      at('typing').textContent = '';
      if (!shown.mine && !open) tellHost({ sportello: 'unread' });
      if (open) link?.seen();
    },
    reset() {
      log.replaceChildren();
      for (const message of link?.waiting ?? []) drawWaiting(message);
    },
    acked: (cid) => state(cid, say.sent),
    refused: (cid, code) => state(cid, say.notSent + code),
    typing(name) {
      at('typing').textContent = say.typing(name);
      clearTimeout(typingEnds);
      typingEnds = setTimeout(() => (at('typing').textContent = ''), 6000);
    },
    presence(online) {
      at('presence').textContent = online ? say.online : say.offline;
      const leave = !online && !started && !link?.waiting.length;
      offline.hidden = !leave;
      form.hidden = leave;
    },
    connected: (yes) => (at('status').textContent = yes ? '' : say.lost),
  });
  for (const message of link.waiting) drawWaiting(message);
}

async function begin(data: { site: string; token: string; identity: string; signature: string }): Promise<void> {
  site = data.site;
  const response = await fetch(`/widget/v1/${site}/sessions`, { method: 'POST', body: JSON.stringify({ visitor_token: data.token }) });
  token = (await response.json()).visitor_token ?? '';
  tellHost({ sportello: 'token', token });
  if (token && !link) connect(data.identity, data.signature);
}

function send(): void {
  const text = box.value.trim();
  if ((!text && !files.length) || !link) return;
  const message = { cid: crypto.randomUUID(), text, attachments: files.map((file) => file.id) };
  started = true;
  drawWaiting({ ...message, text: [text, ...files.map((file) => file.name)].filter(Boolean).join('\n') });
  link.send(message);
  box.value = '';
  files.length = 0;
  at('files').textContent = '';
}

async function attach(list: FileList | null): Promise<void> {
  for (const file of list ?? []) {
    const response = await fetch(`/widget/v1/${site}/uploads?name=${encodeURIComponent(file.name)}`, {
      method: 'POST', body: file, headers: { 'X-Visitor-Token': token, 'Content-Type': file.type || 'application/octet-stream' },
    });
    const kept = await response.json();
    if (response.ok) files.push({ id: kept.id, name: kept.name });
    at('files').textContent = response.ok ? files.map((one) => one.name).join(', ') : kept.detail;
  }
}

const offlineId = crypto.randomUUID();
async function leave(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const entered = Object.fromEntries(new FormData(offline)) as Record<string, string>;
  const response = await fetch(`/widget/v1/${site}/offline`, { method: 'POST', body: JSON.stringify({ ...entered, cid: offlineId }) });
  const answer = await response.json();
  at('offline-status').textContent = response.ok ? say.thanks(entered.email ?? '') : answer.detail;
  if (response.ok) offline.querySelectorAll('input,textarea,button').forEach((one) => ((one as HTMLInputElement).disabled = true));
}

for (const [id, text] of Object.entries({ title: say.title, send: say.send, 'leave-title': say.leave, 'leave-hint': say.leaveHint, 'label-name': say.name, 'label-email': say.email, 'label-text': say.message, 'leave-send': say.send, 'attach-word': say.attach }))
  at(id).textContent = text;
at('close').setAttribute('aria-label', say.close);
box.placeholder = say.write;
box.setAttribute('aria-label', say.write);
form.onsubmit = (event) => {
  event.preventDefault();
  send();
};
box.onkeydown = (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
};
box.oninput = () => link?.typing();
at<HTMLInputElement>('file').onchange = (event) => void attach((event.target as HTMLInputElement).files);
offline.onsubmit = (event) => void leave(event);
at('close').onclick = () => tellHost({ sportello: 'close' });
addEventListener('keydown', (event) => event.key === 'Escape' && tellHost({ sportello: 'close' }));
addEventListener('message', (event) => {
  if (event.source !== parent) return;
  if (event.data.sportello === 'begin') void begin(event.data);
  if (event.data.sportello === 'opened') {
    open = true;
    link?.seen();
    (form.hidden ? at('offline-email') : box).focus();
  }
  if (event.data.sportello === 'closed') open = false;
});
tellHost({ sportello: 'ready' });
