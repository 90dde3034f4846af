// The API as a stranger meets it: every wrong request has a named answer, none of them is a 500, repeats are taken once,
// changes are guarded by versions, and the documented operations answer.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parse } from '../../console/node_modules/yaml/dist/index.js';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { check, equal, figure, matches, root, skip, until, within } from './support.mjs';

const support = 'support@demo.localhost';
const base = '/api/v1';

async function ground() {
  const hub = await Hub.create('api', { config: { limits: { sign_in_failures_max: 5 } } });
  await hub.start();
  for (let n = 1; n <= 5; ++n)
    await sendMail(hub.lmtpPort, `c${n}@customers.test`, support, plainMail({ from: `C${n} <c${n}@customers.test>`, to: support,
      subject: `Question ${n}`, id: `q${n}@customers.test`, text: `Question ${n}` }), 'lmtp');
  const giulia = await hub.signIn('giulia');
  const conversations = await hub.conversations();
  return { hub, giulia, conversations, id: conversations[0].id };
}

// The answer is a problem of RFC 9457 with this status.
function problem(answer, status, what) {
  check(answer.status === status, `${what}: expected ${status}, got ${answer.status} ${answer.text.slice(0, 200)}`);
  equal(answer.headers.get('content-type'), 'application/problem+json', `${what}: type`);
  equal(answer.json.status, status, `${what}: status in the body`);
  check(typeof answer.json.title === 'string' && answer.json.detail?.length > 3, `${what}: title and detail`);
}

async function badBodies({ hub, id }) {
  const messages = `${base}/conversations/${id}/messages`;
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const cases = [
    ['POST', messages, '{"text":', 400], ['POST', messages, '[]', 400], ['POST', messages, '"text"', 400], ['POST', messages, '\xff\xfe', 400],
    ['POST', messages, deep, 400], ['POST', messages, '['.repeat(200_000), 400], ['POST', messages, '{}', 422], ['POST', messages, '{"text":5}', 422],
    ['POST', messages, '{"text":{}}', 422], ['POST', messages, '{"text":""}', 422], ['POST', messages, '{"text":"a\\u0000b"}', 422],
    ['POST', messages, '{"text":"x","visibility":"public"}', 422], ['POST', messages, '{"text":"x","visibility":7}', 422],
    ['POST', messages, '{"text":"x","seen":-1}', 422], ['POST', messages, '{"text":"x","seen":1e300}', 422],
    ['POST', messages, '{"text":"x","attachments":"no"}', 422], ['POST', messages, '{"text":"x","attachments":["gone"]}', 422],
    ['POST', messages, JSON.stringify({ text: 'x'.repeat(300_000) }), 422],
    ['PATCH', `${base}/conversations/${id}`, '{}', 400], ['PATCH', `${base}/conversations/${id}`, '{"status":"lost"}', 422],
    ['PATCH', `${base}/conversations/${id}`, '{"priority":[]}', 422], ['PATCH', `${base}/conversations/${id}`, '{"assignee_id":"999999999"}', 422],
    ['PATCH', `${base}/conversations/${id}`, '{"assignee_id":7}', 422], ['PATCH', `${base}/conversations/${id}`, '{"assignee_id":"-1"}', 422],
    ['PATCH', `${base}/conversations/${id}`, '{"tags":"a"}', 422], ['PATCH', `${base}/conversations/${id}`, '{"status":"snoozed","until":"soon"}', 422],
    ['POST', `${base}/inboxes`, '{"name":"x","channel":"pigeon","address":"a@b"}', 422], ['POST', `${base}/inboxes`, '{"name":"x","channel":"email"}', 422],
    ['POST', `${base}/agents`, '{"name":"x","email":"x@y","role":"king"}', 422], ['POST', `${base}/agents`, '{"name":"x","email":"x@y","password":"short"}', 422],
    ['POST', `${base}/sla-policies`, '{"name":"x","targets":[{"metric":"joy"}]}', 422], ['POST', `${base}/tokens`, '{"agent_id":"12345678"}', 422],
    ['POST', `${base}/session`, '{"email":1}', 422], ['POST', '/widget/v1/demo-shop/offline', '{"email":"no","text":"x","cid":"1"}', 422],
    ['POST', `${base}/teams`, JSON.stringify({ name: 'x'.repeat(5000) }), 422]];
  for (const [method, target, body, status] of cases)
    problem(await hub.request(method, target, { body }), status, `${method} ${target} ${body.slice(0, 60)}`);
}

async function hugeUpload({ hub }) {
  problem(await hub.request('POST', `${base}/uploads?name=big`, { body: new Uint8Array(11 * 1024 * 1024) }).catch((error) => {
    throw new Error(`the connection broke instead of an answer: ${error.cause?.code ?? error.message}`);
  }), 413, 'an upload of 11 MB');
}

async function hugeJson({ hub, id }) {
  problem(await hub.request('POST', `${base}/conversations/${id}/messages`, { body: JSON.stringify({ text: 'x', more: 'y'.repeat(2 * 1024 * 1024) }) }),
    413, 'a JSON body of 2 MB');
}

async function unknownThings({ hub, id }) {
  const nothing = ['0', '999999999', '18446744073709551615', '99999999999999999999999', '-1', 'abc', '%00', '..%2f..%2fsecret', '%c3%28'];
  for (const one of nothing) {
    for (const tail of ['', '/messages', '/events', '/decisions']) {
      problem(await hub.request('GET', `${base}/conversations/${one}${tail}`), 404, `conversation ${one}${tail}`);
    }
    for (const kind of ['contacts', 'attachments']) problem(await hub.request('GET', `${base}/${kind}/${one}`), 404, `${kind} ${one}`);
    problem(await hub.request('GET', `${base}/contacts/${one}/timeline`), 404, `timeline ${one}`);
    problem(await hub.request('GET', `${base}/messages/${one}/raw`), 404, `source ${one}`);
    problem(await hub.request('PATCH', `${base}/conversations/${one}`, { body: { priority: 'high' } }), 404, `change of ${one}`);
    problem(await hub.request('POST', `${base}/conversations/${one}/messages`, { body: { text: 'x' } }), 404, `answer to ${one}`);
    problem(await hub.request('POST', `${base}/conversations/${one}/messages`, { body: { text: 'x', visibility: 'note' } }), 404, `note on ${one}`);
    problem(await hub.request('PUT', `${base}/inboxes/${one}`, { body: { name: 'x', channel: 'email', address: 'x@y' } }), 404, `inbox ${one}`);
    problem(await hub.request('PUT', `${base}/agents/${one}/availability`, { body: { availability: 'online' } }), 404, `availability of ${one}`);
  }
  for (const target of [`${base}/nothing`, base, '/api/v2/session', '/../etc/passwd', '/app/x.js', '/app/assets/..%2f..%2f..%2fadmin-token.txt', '/widget/v1/none/config', '/ws2'])
    problem(await hub.request('GET', target), 404, target);
  for (const target of ['/app/..%2f..%2fadmin-token', '/app/../../data/admin-token', '/widget/..%2f..%2fdata%2fsecret'])
    check(!(await hub.request('GET', target, { token: '' })).text.includes(hub.token), `${target} tells no secret`);
  for (const [method, target] of [['DELETE', `${base}/conversations/${id}`], ['POST', '/healthz'], ['PUT', `${base}/session`], ['PATCH', `${base}/teams`]])
    problem(await hub.request(method, target, { body: {} }), 405, `${method} ${target}`);
  problem(await hub.request('POST', '/app/', { body: {} }), 404, 'POST of a page');
}

async function cursors({ hub, id }) {
  for (const cursor of ['x', '', '.', '1', '1.', 'NaN.1', "1.1'--"])
    check([200, 422].includes((await hub.request('GET', `${base}/conversations?cursor=${encodeURIComponent(cursor)}`)).status), `cursor ${cursor}`);
  problem(await hub.request('GET', `${base}/conversations?cursor=rubbish`), 422, 'a cursor of nobody');
  for (const query of ['limit=0', 'limit=-1', 'limit=99999999999999999999', 'limit=x', 'status=none', 'assignee_id=x', 'inbox_id=1%00', 'after=-1', 'before=1e9'])
    for (const target of ['conversations', `conversations/${id}/messages`, `conversations/${id}/events`, 'audit', 'quarantine'])
      check((await hub.request('GET', `${base}/${target}?${query}`)).status < 500, `${target}?${query}`);
  const paged = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await hub.get(`${base}/conversations?status=any&limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.items.map((one) => one.id));
    cursor = page.next;
  }
  equal([...paged].sort(), (await hub.conversations()).map((one) => one.id).sort(), 'the pages together are the list');
}

async function whoMayWhat({ hub, giulia, id }) {
  problem(await hub.request('GET', `${base}/conversations`, { token: '' }), 401, 'nobody');
  problem(await hub.request('GET', `${base}/conversations`, { token: 'x'.repeat(43) }), 401, 'a wrong token');
  problem(await hub.request('GET', `${base}/conversations`, { token: 'x'.repeat(5000) }), 401, 'a long token');
  problem(await hub.request('GET', `${base}/conversations`, { token: '', cookie: `${giulia.cookie}x` }), 401, 'a wrong cookie');
  for (const [method, target, body] of [['POST', 'inboxes', { name: 'x', channel: 'email', address: 'x@y.z' }], ['POST', 'teams', { name: 'x' }],
    ['POST', 'agents', { name: 'x', email: 'x@y' }], ['POST', 'tokens', {}], ['POST', 'sla-policies', { name: 'x', targets: [] }],
    ['GET', 'outbox'], ['GET', 'audit'], ['GET', 'quarantine']])
    problem(await hub.request(method, `${base}/${target}`, { ...giulia.options, body }), 403, `${method} ${target} by an agent`);
  const note = { body: { text: 'x', visibility: 'note' } };
  problem(await hub.request('POST', `${base}/conversations/${id}/messages`, { token: '', cookie: giulia.cookie, ...note }), 403, 'no CSRF token');
  problem(await hub.request('POST', `${base}/conversations/${id}/messages`, { token: '', cookie: giulia.cookie, ...note, headers: { 'X-CSRF-Token': 'no' } }), 403, 'a wrong CSRF token');
  const sara = await hub.signIn('sara');
  problem(await hub.request('POST', `${base}/conversations/${id}/messages`, { ...giulia.options, ...note, headers: { 'X-CSRF-Token': sara.csrf } }), 403, "somebody else's CSRF token");
  equal((await hub.request('POST', `${base}/conversations/${id}/messages`, { ...giulia.options, ...note })).status, 201, 'with the right one');
  equal((await hub.request('DELETE', `${base}/session`, sara.options)).status, 204, 'sign-out');
  problem(await hub.request('GET', `${base}/session`, sara.options), 401, 'after the sign-out');
}

async function repeats({ hub, id }) {
  const target = `${base}/conversations/${id}/messages`;
  const count = async () => (await hub.messages(id)).length;
  const before = await count();
  const send = (key, text = 'once', visibility = 'note') => hub.request('POST', target, { body: { text, visibility }, headers: { 'Idempotency-Key': key } });
  const [first, again] = [await send('k1'), await send('k1')];
  equal([first.status, again.status], [201, 201], 'both answers');
  equal(again.json.id, first.json.id, 'the same message');
  equal(again.headers.get('idempotent-replay'), 'true', 'the repeat says that it is one');
  const together = await Promise.all(Array.from({ length: 8 }, () => send('k2', 'at once', 'private')));
  equal([...new Set(together.map((one) => one.json.id))].length, 1, 'messages of eight repeats at the same time');
  equal(await count(), before + 2, 'messages');
  const team = () => hub.request('POST', `${base}/teams`, { body: { name: 'Repairs' }, headers: { 'Idempotency-Key': 'k3' } });
  equal((await team()).json, (await team()).json, 'the repeat of a configuration change');
  const teams = await Promise.all(Array.from({ length: 8 }, () =>
    hub.request('POST', `${base}/teams`, { body: { name: 'Garden' }, headers: { 'Idempotency-Key': 'k4' } })));
  check(teams.every((one) => [201, 409].includes(one.status)), 'a repeat in the meantime gets the answer or is told to wait');
  equal((await hub.get(`${base}/teams`)).items.filter((one) => one.name === 'Garden').length, 1, 'teams made by eight repeats at the same time');
  problem(await send('k'.repeat(300)), 422, 'a long key');
}

async function versions({ hub, id }) {
  const target = `${base}/conversations/${id}`;
  const etag = (await hub.request('GET', target)).headers.get('etag');
  matches(etag, /^"\d+"$/, 'the ETag');
  const change = (body, match) => hub.request('PATCH', target, { body, headers: match ? { 'If-Match': match } : {} });
  const agents = (await hub.get(`${base}/agents`)).items;
  const giulia = agents.find((one) => one.email.startsWith('giulia')).id;
  const changed = await change({ assignee_id: giulia }, etag);
  equal([changed.status, changed.json.assignee_id], [200, giulia], 'a change with the right version');
  problem(await change({ assignee_id: null }, etag), 412, 'an assignment with an old version');
  problem(await change({ priority: 'high' }, etag), 412, 'a priority with an old version');
  problem(await change({ status: 'pending' }, 'rubbish'), 422, 'a version of nobody');
  const fresh = changed.headers.get('etag') ?? (await hub.request('GET', target)).headers.get('etag');
  equal((await change({ priority: 'urgent', tags: ['a', 'b'], status: 'pending' }, fresh)).status, 200, 'several changes with the right version');
  const now = await hub.get(target);
  equal([now.priority, now.tags, now.status, now.assignee_id], ['urgent', ['a', 'b'], 'pending', giulia], 'the conversation after it');
}

async function guessing({ hub }) {
  const guess = (email, password) => hub.request('POST', `${base}/session`, { token: '', body: { email, password } });
  for (let i = 0; i < 5; ++i) problem(await guess('luca@demo.localhost', `wrong ${i}`), 401, `wrong password ${i}`);
  const refused = await guess('luca@demo.localhost', hub.signIns().luca.password);
  problem(refused, 429, 'the right password after five wrong ones');
  check(Number(refused.headers.get('retry-after')) > 0, 'it says when to come back');
  problem(await guess('LUCA@demo.localhost', 'x'), 429, 'the same name in capitals');
  problem(await guess('nobody@demo.localhost', 'x'), 401, 'a name that does not exist');
  equal((await guess('sara@demo.localhost', hub.signIns().sara.password)).status, 200, 'somebody else');
}

async function newInbox({ hub }) {
  const made = await hub.post(`${base}/inboxes`, { name: 'Sales', channel: 'email', address: 'Sales@Demo.localhost' });
  for (const key of ['id', 'name', 'channel', 'address', 'team_id', 'settings', 'health']) check(key in made, `inbox.${key}`);
  await sendMail(hub.smtpPort, 'd@customers.test', 'sales@demo.localhost', plainMail({ from: 'D <d@customers.test>', to: 'sales@demo.localhost',
    subject: 'To sales', id: 'sales-1@customers.test', text: 'Hello sales' }));
  const found = await hub.conversations(`status=any&inbox_id=${made.id}`);
  equal(found.map((one) => one.subject), ['To sales'], 'what the new address took');
  problem(await hub.request('POST', `${base}/inboxes`, { body: { name: 'Twice', channel: 'email', address: 'sales@demo.localhost' } }), 422, 'an address that is taken');
}

async function shapes({ hub, id }) {
  const list = await hub.get(`${base}/conversations`);
  equal(Object.keys(list).sort(), ['items', 'next'], 'a list');
  for (const key of ['id', 'inbox_id', 'channel', 'status', 'priority', 'subject', 'contact', 'assignee_id', 'team_id', 'tags', 'created_at', 'updated_at',
    'waiting_since', 'sla']) check(key in list.items[0], `conversation.${key}`);
  for (const key of ['id', 'conversation_id', 'direction', 'visibility', 'kind', 'author', 'subject', 'text', 'html', 'trimmed_text', 'attachments',
    'external_id', 'delivery', 'sent_at', 'received_at']) check(key in (await hub.messages(id))[0], `message.${key}`);
  matches(list.items[0].created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'an instant');
}

async function headers({ hub }) {
  const page = await hub.request('GET', '/app/', { token: '' });
  equal(page.status, 200, '/app/');
  const policy = page.headers.get('content-security-policy');
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
    check(policy.includes(part), `the policy of /app/ has ${part}`);
  check(!/unsafe|\*/.test(policy), 'the policy of /app/ has nothing unsafe');
  equal(page.headers.get('x-frame-options'), 'DENY', 'X-Frame-Options');
  for (const target of ['/app/', '/demo/', '/widget/loader.js', `${base}/session`, '/healthz', '/nothing']) {
    const answer = await hub.request('GET', target, { token: '' });
    equal(answer.headers.get('x-content-type-options'), 'nosniff', `X-Content-Type-Options of ${target}`);
    check(answer.headers.get('referrer-policy'), `Referrer-Policy of ${target}`);
  }
  equal((await hub.request('GET', `${base}/session`)).headers.get('cache-control'), 'no-store', 'Cache-Control of the API');
  const frame = await hub.request('GET', '/mail-frame', { token: '' });
  check(!/script-src|http:|https:/.test(frame.headers.get('content-security-policy')), 'the frame of mails runs and fetches nothing');
  const signedIn = await hub.request('POST', `${base}/session`, { token: '', body: (({ email, password }) => ({ email, password }))(hub.signIns().giulia) });
  matches(signedIn.headers.get('set-cookie'), /HttpOnly; SameSite=Strict/, 'the cookie');
  equal((await hub.request('GET', '/', { token: '' })).headers.get('location'), '/app/', 'where / leads');
}

// Bytes that are not HTTP, each on a connection of its own.
async function rubbish({ hub }) {
  const long = 'x'.repeat(70_000);
  for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', `GET /${long} HTTP/1.1\r\n\r\n`, `GET / HTTP/1.1\r\nX: ${long}\r\n\r\n`,
    'GET / HTTP/9.9\r\n\r\n', 'POST /api/v1/session HTTP/1.1\r\nContent-Length: -5\r\n\r\n', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n']) {
    const socket = net.connect(hub.httpPort, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data));
    const ended = new Promise((resolve) => socket.once('close', resolve).on('error', () => {}));
    socket.write(bytes);
    await within(`the end of a connection with ${JSON.stringify(bytes.slice(0, 30))}`, ended);
    matches(answer, /^(HTTP\/1\.1 4\d\d |$)/, `the answer to ${JSON.stringify(bytes.slice(0, 30))}`);
  }
}

async function documented({ hub, id, giulia }) {
  const text = fs.readFileSync(path.join(root, 'docs/openapi.yaml'), 'utf8');
  const paths = parse(text).paths ?? {};
  if (Object.keys(paths).length === 0) skip('docs/openapi.yaml has no paths yet');
  const contact = (await hub.get(`${base}/conversations/${id}`)).contact.id;
  let answered = 0;
  for (const [pattern, operations] of Object.entries(paths)) {
    const target = pattern.replace(/^(?!\/)/, '/').replace(/\{([^}]+)\}/g, (_, name) => (/contact/.test(pattern) ? contact : /key|site/.test(name) ? 'demo-shop' : /agent/.test(pattern) ? giulia.agent.id : id));
    const at = /^\/(api|widget|healthz|readyz|metrics|mail-frame|ws|chat)/.test(target) ? target : base + target;
    for (const method of Object.keys(operations).filter((one) => ['get', 'post', 'put', 'patch', 'delete'].includes(one))) {
      if (method === 'delete' && /session/.test(at)) continue;
      const answer = await hub.request(method.toUpperCase(), at, { body: method === 'get' ? undefined : {} });
      check(answer.status < 500 && answer.status !== 405, `${method} ${at} answers ${answer.status} ${answer.text.slice(0, 120)}`);
      const named = String(answer.status) in operations[method].responses || 'default' in operations[method].responses;
      check(named, `${method} ${pattern} answered ${answer.status}, which the description does not name`);
      answered += 1;
    }
  }
  figure('documented operations that answer', answered);
}

export async function run(test) {
  const at = await ground();
  await test('bad JSON, wrong types and deep nesting are refused with a problem', () => badBodies(at));
  await test('an upload beyond the limit is 413', () => hugeUpload(at));
  await test('a JSON body beyond the limit is 413', () => hugeJson(at));
  await test('what does not exist is 404, what may not be done so is 405', () => unknownThings(at));
  await test('cursors and numbers in queries', () => cursors(at));
  await test('401 without a sign-in, 403 without the right or the CSRF token', () => whoMayWhat(at));
  await test('a repeat with the same Idempotency-Key is taken once', () => repeats(at));
  await test('ETag and If-Match guard every change', () => versions(at));
  await test('a new inbox takes mail at once', () => newInbox(at));
  await test('the shapes that scripts rely on', () => shapes(at));
  await test('security headers', () => headers(at));
  await test('bytes that are not HTTP', () => rubbish(at));
  await test('every documented operation answers', () => documented(at));
  await test('guessing a password ends with 429', () => guessing(at));
  await test('the log holds no defect', async () => {
    check(!/http\.bug/.test(at.hub.log), `no http.bug in the log: ${/http\.bug.*/.exec(at.hub.log)?.[0]}`);
    equal((await until('the hub to answer', () => at.hub.get('/readyz', { token: '' }))).ready, true, 'ready');
  });
}
