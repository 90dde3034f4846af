// Customers over the API: made, found, changed with provenance, merged and taken apart again, their one timeline, who may
// see them, and what is still to be done for them.
import WebSocket from '../../console/node_modules/ws/wrapper.mjs';
import { Visitor } from './chat_socket.mjs';
import { asked, changeInbox } from './desk_mail.mjs';
import { Hub } from './hub.mjs';
import { plainMail, sendMail } from './mail_client.mjs';
import { atEnd, check, equal, matches, until } from './support.mjs';

const base = '/api/v1';
const contacts = `${base}/contacts`;
const support = 'support@demo.localhost';
const billing = 'billing@demo.localhost';
const soon = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();

async function ground() {
  const hub = await Hub.create('customers-api');
  await hub.start();
  const teams = (await hub.get(`${base}/teams`)).items;
  const team_id = teams.find((one) => one.name === 'Billing').id;
  await hub.post(`${base}/inboxes`, { name: 'Billing', channel: 'email', address: billing, team_id });
  await changeInbox(hub, { undo_seconds: 0 });
  const [giulia, luca, sara] = [await hub.tokenOf('giulia'), await hub.tokenOf('luca'), await hub.tokenOf('sara')];
  return { hub, giulia, luca, sara, as: { giulia: { token: giulia.token }, luca: { token: luca.token }, sara: { token: sara.token } } };
}

// --- helpers
const made = (hub, body, options) => hub.post(contacts, body, options);
const person = (hub, id, options) => hub.get(`${contacts}/${id}`, options);
const patch = (hub, id, body, options = {}) => hub.request('PATCH', `${contacts}/${id}`, { body, ...options });
const found = async (hub, words, options) =>
  (await hub.all(`${contacts}?q=${encodeURIComponent(words)}`, options)).map((one) => one.name);
const timeline = (hub, id, query = '', options) => hub.all(`${contacts}/${id}/timeline?${query}`, options);
const numbers = (entries) => entries.map((one) => one.seq);
const merge = (hub, id, other, options = {}) => hub.request('POST', `${contacts}/${id}/merge`, { body: { contact_id: other }, ...options });
const unmerge = (hub, id, options = {}) => hub.request('POST', `${contacts}/${id}/unmerge`, { body: {}, ...options });
const values = (one) => Object.fromEntries(Object.entries(one.fields).map(([name, field]) => [name, field.value]));

// A mail of `name` <`address`>; resolves with its conversation.
async function wrote(hub, name, address, subject, more = {}) {
  await sendMail(hub.lmtpPort, address, more.to ?? support, plainMail({ from: `${name} <${address}>`, to: more.to ?? support, subject,
    id: `${crypto.randomUUID()}@customers.test`, text: more.text ?? `This is about ${subject}.` }), 'lmtp');
  return until(`the conversation ${subject}`, async () => (await hub.conversations()).find((one) => one.subject === subject));
}

// The answer is a problem of RFC 9457 with this status, and names this field.
function problem(answer, status, field, what) {
  check(answer.status === status, `${what}: expected ${status}, got ${answer.status} ${answer.text.slice(0, 200)}`);
  equal(answer.headers.get('content-type'), 'application/problem+json', `${what}: type`);
  check(answer.json.detail?.length > 3, `${what}: a detail in words`);
  if (field !== undefined) equal(answer.json.field, field, `${what}: the field that is wrong`);
}

function rising(entries, what) {
  for (let i = 1; i < entries.length; ++i)
    check(entries[i].seq > entries[i - 1].seq && entries[i].at >= entries[i - 1].at, `${what}: ${entries[i].seq} comes after ${entries[i - 1].seq}`);
}

// --- what is known
async function provenance({ hub, giulia, as, sara }) {
  const one = await made(hub, { name: 'Niccolò Perché', city: 'Bolzano', language: 'it' }, as.giulia);
  equal(values(one), { name: 'Niccolò Perché', city: 'Bolzano', language: 'it' }, 'its fields');
  const { source, by_id, contact_id, at } = one.fields.city;
  equal({ source, by_id, contact_id }, { source: 'agent', by_id: giulia.agent.id, contact_id: one.id }, 'where the town comes from');
  check(Math.abs(Date.parse(at) - Date.now()) < 60_000, `when: ${at}`);
  const changed = await patch(hub, one.id, { city: ' Bolzano ', segment: 'parlour', language: 'de-AT' }, as.sara);
  equal(changed.status, 200, changed.text);
  equal(changed.json.fields.city, one.fields.city, 'a town that is said again keeps its origin');
  equal([changed.json.fields.language.value, changed.json.fields.language.by_id], ['de-AT', sara.agent.id], 'the language and who said it');
  equal([changed.json.profile.segment, changed.json.profile.language], ['parlour', 'de-AT'], 'the profile that routing looks at');
  equal(await person(hub, one.id), changed.json, 'what GET tells afterwards');
  const emptied = (await patch(hub, one.id, { city: '', segment: null })).json;
  equal([emptied.fields.city, emptied.fields.segment, emptied.profile.segment], [undefined, undefined, ''], 'what was taken away');
  const mail = await wrote(hub, 'Ada Rossi', 'ada@one.test', 'Provenance');
  const ada = await person(hub, mail.contact.id);
  equal([ada.fields.name.value, ada.fields.name.source, ada.fields.name.by_id], ['Ada Rossi', 'channel', undefined], 'a name that came with a mail');
  equal(ada.identities.map((one) => [one.kind, one.value, one.source]), [['email', 'ada@one.test', 'channel']], 'her address');
  const named = (await patch(hub, ada.id, { name: 'Ada Maria Rossi' }, as.giulia)).json;
  equal([named.name, named.fields.name.source], ['Ada Maria Rossi', 'agent'], 'her name by hand');
  equal((await hub.get(`${base}/conversations/${mail.id}`)).contact.name, 'Ada Maria Rossi', 'her name in the conversation');
  await wrote(hub, 'ADA', 'ada@one.test', 'Provenance again');
  equal((await person(hub, ada.id)).name, 'Ada Maria Rossi', 'what a person said stays, whatever mail says');
}

async function badValues({ hub, giulia, as }) {
  const one = await made(hub, { name: 'Bad Values', segment: 'parlour', identities: [{ kind: 'email', value: 'bad@values.test' }] });
  const before = await person(hub, one.id);
  const long = 'x'.repeat(1500);
  const cases = [
    [{ language: 'klingon!' }, 'language'], [{ language: 'x' }, 'language'], [{ time_zone: 'Rome' }, 'time_zone'], [{ country: 'ITA' }, 'country'],
    [{ country: '1T' }, 'country'], [{ revenue: -1 }, 'revenue'], [{ revenue: 'much' }, 'revenue'], [{ revenue: 'nan' }, 'revenue'],
    [{ revenue: '1e999' }, 'revenue'], [{ potential: 101 }, 'potential'], [{ loyalty: '50 %' }, 'loyalty'], [{ influence: -0.1 }, 'influence'],
    [{ blocked: 'perhaps' }, 'blocked'], [{ do_not_contact: 7 }, 'do_not_contact'], [{ avatar: 'me.png' }, 'avatar'], [{ name: long }, 'name'],
    [{ segment: 'x'.repeat(101) }, 'segment'], [{ postal_code: 'x'.repeat(21) }, 'postal_code'], [{ name: ['x'] }, 'name'], [{ name: { a: 1 } }, 'name'],
    [{ name: 'a\u0000b' }, 'name'], [{ owner_id: '999999999' }, 'owner_id'], [{ owner_id: 'me' }, 'owner_id'], [{ owner_id: 5 }, 'owner_id'],
    [{ identities: 'x' }, 'identities'], [{ identities: ['x'] }, 'identities'], [{ identities: [{ kind: 'email' }] }, 'identities'],
    [{ identities: [{ kind: 'email', value: 'no address' }] }, 'identities'], [{ identities: [{ kind: 'E-Mail', value: 'a@b.test' }] }, 'identities'],
    [{ identities: [{ kind: 'phone', value: '12' }] }, 'identities'], [{ identities: [{ kind: 'phone', value: 'call me' }] }, 'identities'],
    [{ identities: [{ kind: 'email', value: 'a@b.test', verified: 'yes' }] }, 'identities'], [{ identities: [{ kind: 'email', value: `${long}@b.test` }] }, 'identities'],
    [{ identities: Array.from({ length: 51 }, (_, n) => ({ kind: 'email', value: `n${n}@b.test` })) }, 'identities'],
    [{ remove_identities: [{ kind: 'phone', value: 'x' }] }, 'remove_identities'], [{ consents: 'yes' }, 'consents'], [{ consents: { email: 'given' } }, 'consents'],
    [{ consents: { email: { state: 'maybe' } } }, 'consents'], [{ organisations: [{ id: '999999' }] }, 'organisations'], [{ organisations: [{}] }, 'organisations'],
    [{ organisations: [{ id: '1', role: 'king' }] }, 'organisations'], [{ leave_organisation_ids: ['x'] }, 'leave_organisation_ids'],
    [{ attributes: 'x' }, 'attributes'], [{ attributes: { unknown: 1 } }, 'attribute.unknown'], [{ attributes: { '': 1 } }, 'attribute.']];
  for (const [body, field] of cases) {
    const what = JSON.stringify(body).slice(0, 90);
    problem(await patch(hub, one.id, body), 422, field, `PATCH ${what}`);
    // What is right beside it is not taken either.
    problem(await patch(hub, one.id, { city: 'Bolzano', ...body }), 422, field, `PATCH with a town and ${what}`);
    problem(await hub.request('POST', contacts, { body: { name: 'Never made', ...body } }), 422, field, `POST ${what}`);
  }
  for (const body of ['{', '[]', '"x"', '{"name":"\\ud800"}', '{"revenue":1e999}', '\xff'])
    problem(await hub.request('PATCH', `${contacts}/${one.id}`, { body }), 400, undefined, `PATCH ${body}`);
  for (const body of [{ owner_id: giulia.agent.id }, { blocked: true }, { do_not_contact: true }])
    problem(await patch(hub, one.id, body, as.giulia), 403, undefined, `${JSON.stringify(body)} by an agent`);
  equal(await person(hub, one.id), before, 'what is known afterwards');
  equal(await found(hub, 'Never'), [], 'contacts made by bad requests');
  equal((await patch(hub, one.id, { owner_id: giulia.agent.id, blocked: true }, as.sara)).json.profile.owner_id, giulia.agent.id, 'the owner, by a supervisor');
  equal((await patch(hub, one.id, { owner_id: null, blocked: false }, as.sara)).json.profile, before.profile, 'taken back');
}

// The form is right and yet it is none: no such zone, no name that can stand in a line, no domain.
async function onlyTheForm({ hub }) {
  const wrong = [];
  for (const [target, body] of [[contacts, { name: 'Zone', time_zone: 'Mars/Olympus' }], [contacts, { name: 'two\nlines' }], [contacts, { name: 'a bell \u0007' }],
    [`${base}/organisations`, { name: 'Domain', domains: ['not a domain!'] }]]) {
    const { status } = await hub.request('POST', target, { body });
    if (status !== 422) wrong.push(`${JSON.stringify(body)}: ${status}`);
  }
  const { domains } = await hub.post(`${base}/organisations`, { name: 'Capitals', domains: ['Capitals.Test'] });
  if (domains[0] !== 'capitals.test') wrong.push(`a domain is kept in capitals: ${domains}`);
  equal(wrong, [], 'what was taken as it came');
}
async function staysVerified({ hub }) {
  const one = await made(hub, { name: 'Verified', identities: [{ kind: 'email', value: 'sure@verified.test', verified: true }] });
  const again = (await patch(hub, one.id, { identities: [{ kind: 'email', value: 'sure@verified.test' }] })).json;
  equal(again.identities, one.identities, 'an address that is named once more, without a word about being verified');
}

// What is complained of is a field of the request, by the name it has there.
async function fieldsOfTheRequest({ hub, giulia, as, a }) {
  const one = await made(hub, { name: 'Request' });
  const wrong = [];
  for (const [field, answer] of [['owner_id', await patch(hub, one.id, { owner_id: giulia.agent.id }, as.giulia)], ['contact_id', await merge(hub, a, a)]]) {
    check(answer.status === 403 || answer.status === 422, `${field}: ${answer.status}`);
    if (answer.json.field !== field) wrong.push(`${answer.json.field} instead of ${field}: ${answer.json.detail}`);
  }
  equal(wrong, [], 'fields that the request does not have');
}

// A value of the wrong kind inside an object is a wrong value, not an empty one.
async function badInside({ hub }) {
  await hub.post(`${base}/attributes`, { key: 'machine', type: 'text' });
  const one = await made(hub, { name: 'Inside', attributes: { machine: 'Gelato 3000' }, consents: { email: { state: 'given', evidence: 'form of 3 May' } } });
  const wrong = [];
  for (const [body, field] of [[{ attributes: { machine: ['x'] } }, 'attribute.machine'], [{ attributes: { machine: {} } }, 'attribute.machine'],
    [{ attributes: { machine: 'x'.repeat(2001) } }, 'attribute.machine'], [{ attributes: { machine: 'a\u0000b' } }, 'attribute.machine'],
    [{ consents: { email: { state: 'given', evidence: 'x'.repeat(501) } } }, 'consents'], [{ consents: { email: { state: 'given', evidence: 5 } } }, 'consents']])
  {
    const answer = await patch(hub, one.id, body);
    if (answer.status === 422) equal(answer.json.field, field, JSON.stringify(body).slice(0, 80));
    else wrong.push(`${JSON.stringify(body).slice(0, 60)}: ${answer.status}`);
  }
  equal(wrong, [], 'bad values that were not refused');
  equal(await person(hub, one.id), one, 'what is known afterwards');
}

async function nameless({ hub }) {
  problem(await hub.request('POST', contacts, { body: {} }), 422, 'name', 'nothing at all');
  const wrong = [];
  for (const body of [{ name: '' }, { name: '   ' }, { segment: 'parlour' }, { name: null, city: 'Rome' }]) {
    const { status } = await hub.request('POST', contacts, { body });
    if (status !== 422) wrong.push(`${JSON.stringify(body)}: ${status}`);
  }
  equal(wrong, [], 'people of nobody that were made');
  equal((await hub.all(contacts)).filter((one) => one.name.trim() === ''), [], 'contacts without any name');
  equal((await made(hub, { given_name: 'Lea', family_name: 'Senza' })).name, 'Lea Senza', 'a name of two fields');
  equal((await made(hub, { identities: [{ kind: 'email', value: 'Only@Address.test' }] })).name, 'only@address.test', 'an address stands in for a name');
}

// --- finding
async function finding({ hub }) {
  await made(hub, { name: 'Jürgen Großmann', identities: [{ kind: 'email', value: 'juergen@finder.test' }] });
  await made(hub, { name: 'María-José Ñandú', identities: [{ kind: 'phone', value: '+39 0471 998 877' }] });
  await made(hub, { name: 'Perche Storto', identities: [{ kind: 'instagram', value: '@StortoGelato' }] });
  equal((await found(hub, 'perche')).sort(), ['Niccolò Perché', 'Perche Storto'], 'without accents');
  equal(await found(hub, 'NICCOLO'), ['Niccolò Perché'], 'in capitals');
  equal(await found(hub, 'Niccolò per'), ['Niccolò Perché'], 'two words, the second one begun');
  equal(await found(hub, 'grossm'), ['Jürgen Großmann'], 'ß as ss, the second word');
  equal(await found(hub, 'erche'), [], 'the middle of a word');
  equal(await found(hub, 'juergen@find'), ['Jürgen Großmann'], 'the beginning of an address');
  equal(await found(hub, 'JUERGEN@FINDER.TEST'), ['Jürgen Großmann'], 'an address in capitals');
  equal(await found(hub, '+39047199'), ['María-José Ñandú'], 'the beginning of a number');
  equal(await found(hub, 'stortog'), ['Perche Storto'], 'the beginning of a handle');
  for (const words of ['%', '_', "'", '\\', '*', '"', "' OR 1=1 --"]) equal(await found(hub, words), [], `nobody is called ${words}`);
  for (const query of ['q=%c3%28', 'q=%00', `q=${'x'.repeat(3000)}`, `q=${encodeURIComponent('é'.repeat(150))}`, 'limit=0', 'limit=-1', 'limit=x'])
    equal((await hub.request('GET', `${contacts}?${query}`)).status, 200, query.slice(0, 40));
  for (const cursor of ['x', '', '0.a', '.', 'NaN.x']) problem(await hub.request('GET', `${contacts}?cursor=${cursor}`), 422, 'cursor', `cursor ${cursor}`);
}

// As people type them: hyphens begin a word, spaces around and between, numbers as on a card.
const asTyped = {
  'a word after a hyphen': ['jose', ['María-José Ñandú']],
  'spaces before it': ['  niccolo', ['Niccolò Perché']],
  'a space after it': ['großmann ', ['Jürgen Großmann']],
  'the other way round': ['Großmann Jür', ['Jürgen Großmann']],
  'a handle with its @': ['@storto', ['Perche Storto']],
  'a number without the country': ['0471 99', ['María-José Ñandú']],
  'a number with spaces': ['+39 0471 998 877', ['María-José Ñandú']],
  'a number as dialled from abroad': ['0039 0471-998', ['María-José Ñandú']],
};
async function findingAsTyped({ hub }) {
  const wrong = [];
  for (const [what, [words, expected]] of Object.entries(asTyped)) {
    const names = await found(hub, words);
    if (JSON.stringify(names) !== JSON.stringify(expected)) wrong.push(`${what} ("${words}"): ${JSON.stringify(names)}`);
  }
  equal(wrong, [], 'what was not found');
}

async function paging({ hub }) {
  for (let n = 0; n < 12; ++n) await made(hub, { name: `Zoë ${'ABCDEF'[n % 6]} Pager, ${n}` }); // the same words, in another order
  for (let n = 0; n < 3; ++n) await made(hub, { name: 'Zoë Twin' });
  const whole = await hub.all(`${contacts}?q=zoe`);
  equal(whole.length, 15, 'all of them');
  for (const limit of [1, 2, 5, 15]) {
    const paged = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await hub.get(`${contacts}?q=zoe&limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      check(page.items.length <= limit, `a page of ${limit}`);
      paged.push(...page.items.map((one) => one.id));
      cursor = page.next;
    }
    equal(paged, whole.map((one) => one.id), `all pages of ${limit}`);
  }
  const everybody = await hub.all(contacts);
  equal(new Set(everybody.map((one) => one.id)).size, everybody.length, 'everybody once');
}

// --- addresses and numbers
async function phones({ hub }) {
  const numbers = [['333 123 45 67', '+393331234567'], ['0471/12 34-56', '+390471123456'], ['+44 (0)20 7946 0018', '+442079460018'],
    ['0049 30 1234567', '+49301234567'], ['+39 06 1234 5678', '+390612345678']];
  const one = await made(hub, { name: 'Numbers', identities: numbers.map(([value]) => ({ kind: 'phone', value })) });
  equal(one.identities.map((identity) => identity.value).sort(), numbers.map(([, e164]) => e164).sort(), 'numbers as they are kept');
  const again = await patch(hub, one.id, { identities: [{ kind: 'phone', value: '+39 333.123.4567' }] });
  equal([again.status, again.json.identities.length], [200, numbers.length], 'the same number in another spelling');
  const removed = (await patch(hub, one.id, { remove_identities: [{ kind: 'phone', value: '0039 333 1234567' }] })).json;
  equal(removed.identities.some((identity) => identity.value === '+393331234567'), false, 'taken away in another spelling');
  await patch(hub, one.id, { identities: [{ kind: 'phone', value: '3331234567' }] });
}

// "Changed meanwhile" (412) is for If-Match alone (RFC 9110, 13.1.1); nobody sent one.
async function takenIdentity({ hub }) {
  const [holder] = await hub.all(`${contacts}?q=numbers`);
  const other = await made(hub, { name: 'Other Numbers' });
  for (const answer of [await patch(hub, other.id, { identities: [{ kind: 'phone', value: '0039 333 123 45 67' }] }),
    await hub.request('POST', contacts, { body: { name: 'Third Numbers', identities: [{ kind: 'phone', value: '333-1234567' }] } })]) {
    equal(answer.json.field, 'identities', 'the field');
    matches(answer.json.detail, new RegExp(`\\+393331234567 belongs to contact ${holder.id}; merge`), 'whose it is and the cure');
    check([409, 422].includes(answer.status), `409 or 422, not ${answer.status} "${answer.json.title}"`);
  }
}
async function takenChangesNothing({ hub }) {
  const other = await made(hub, { name: 'Fourth Numbers', city: 'Como' });
  const answer = await patch(hub, other.id, { city: 'Rome', identities: [{ kind: 'email', value: 'free@numbers.test' }, { kind: 'phone', value: '3331234567' }] });
  check(answer.status >= 400 && answer.status < 500, `refused: ${answer.status}`);
  equal(await person(hub, other.id), other, 'nothing of it was taken');
  equal(await found(hub, 'Third'), [], 'nobody was made');
}

async function italianAddresses({ hub }) {
  const one = await made(hub, { name: 'Address', street: 'P.zza Garibaldi 3', postal_code: '185', city: 'MILANO', province: 'Roma', country: 'it' });
  const proposals = Object.fromEntries(one.address_findings.map((finding) => [finding.field, finding.proposal]));
  equal(proposals, { street: 'Piazza Garibaldi 3', postal_code: '00185', city: 'Milano', province: 'RM' }, 'what is proposed');
  check(one.address_findings.every((finding) => finding.problem.length > 5), 'each says what is wrong');
  equal(values(one).street, 'P.zza Garibaldi 3', 'nothing is changed by itself');
  equal((await patch(hub, one.id, proposals)).json.address_findings, [], 'what is found once all proposals were taken');
  const moved = (await patch(hub, one.id, { postal_code: '20121' })).json.address_findings;
  equal(moved.map((finding) => [finding.field, finding.proposal]), [['province', 'MI']], 'a postal code of another province');
  equal((await patch(hub, one.id, { country: 'DE', postal_code: '1' })).json.address_findings, [], 'elsewhere nothing is known');
}

// --- one person, two records
async function duplicates(at) {
  const { hub } = at;
  at.first = await wrote(hub, 'Chiara Fontana', 'chiara@gelateria-nord.test', 'Cones 1');
  at.second = await wrote(hub, 'Chiara Fontana', 'c.fontana@gelateria-nord.test', 'Cones 2');
  const other = await wrote(hub, 'Bruno Fontana', 'bruno@elsewhere.test', 'Cones 3');
  [at.a, at.b] = [at.first.contact.id, at.second.contact.id];
  check(at.a !== at.b, 'two records at first');
  const proposed = (await hub.get(`${contacts}/${at.a}/duplicates`)).items;
  equal(proposed.map((one) => one.contact.id), [at.b], 'who may be the same');
  equal(proposed[0].reasons.map((reason) => reason.kind).sort(), ['same_employer', 'same_name'], 'why');
  check(proposed[0].score >= 60 && proposed[0].score <= 100, `how sure, in percent: ${proposed[0].score}`);
  equal(proposed[0].contact.name, 'Chiara Fontana', 'with her name');
  equal((await hub.get(`${contacts}/${at.b}/duplicates`)).items.map((one) => one.contact.id), [at.a], 'the other way round');
  equal((await hub.get(`${contacts}/${other.contact.id}/duplicates`)).items, [], 'one of the family is somebody else');
  const [left, right] = [['Lea Blu', 'lea@plus.test'], ['Lea Blu', 'lea+ice@plus.test']];
  const [one, more] = [await made(hub, { name: left[0], identities: [{ kind: 'email', value: left[1] }] }), await made(hub, { name: right[0], identities: [{ kind: 'email', value: right[1] }] })];
  const sure = (await hub.get(`${contacts}/${one.id}/duplicates`)).items;
  equal(sure.map((candidate) => candidate.contact.id), [more.id], 'who has the same mailbox');
  check(sure[0].reasons.some((reason) => reason.kind === 'same_mail' && reason.value === 'lea@plus.test') && sure[0].score > proposed[0].score, `surer: ${JSON.stringify(sure[0])}`);
}

async function mergeRefused(at) {
  const { hub, a, b } = at;
  const before = [await person(hub, a), await person(hub, b)];
  problem(await merge(hub, a, a), 422, undefined, 'with itself');
  for (const id of ['999999', '18446744073709551615']) problem(await hub.request('POST', `${contacts}/${id}/merge`, { body: { contact_id: a } }), 404, undefined, `of ${id}`);
  problem(await merge(hub, a, '999999'), 404, undefined, 'with nobody');
  for (const contact_id of [undefined, null, '', 'x', '0', 5, [a], { id: a }])
    problem(await hub.request('POST', `${contacts}/${a}/merge`, { body: { contact_id } }), 422, 'contact_id', `contact_id ${JSON.stringify(contact_id)}`);
  problem(await unmerge(hub, a), 422, undefined, 'taking apart what is one');
  problem(await unmerge(hub, '999999'), 404, undefined, 'taking apart nobody');
  equal([await person(hub, a), await person(hub, b)], before, 'both afterwards');
}

async function merged(at) {
  const { hub, a, b } = at;
  await patch(hub, b, { segment: 'parlour', identities: [{ kind: 'phone', value: '0471 55 66 77' }], consents: { email: { state: 'given', evidence: 'form' } } });
  at.before = { a: await person(hub, a), b: await person(hub, b), entries: { a: await timeline(hub, a), b: await timeline(hub, b) } };
  at.before.conversations = [await hub.get(`${base}/conversations/${at.first.id}`), await hub.get(`${base}/conversations/${at.second.id}`)];
  const answer = await merge(hub, a, b, at.as.giulia);
  equal(answer.status, 200, answer.text);
  const one = await person(hub, a);
  equal(answer.json, one, 'what the merge answers');
  equal(await person(hub, b), one, 'the other id leads to the same person');
  equal([one.id, one.records.map((record) => record.id)], [a, [a, b]], 'its id and its records');
  equal(one.identities.map((identity) => [identity.value, identity.contact_id]),
    [['chiara@gelateria-nord.test', a], ['c.fontana@gelateria-nord.test', b], ['+390471556677', b]], 'all addresses, and whose they are');
  equal([one.fields.segment.value, one.fields.segment.contact_id, one.profile.segment, one.consents.email.state], ['parlour', b, 'parlour', 'given'], 'what the other one knew');
  equal((await hub.all(`${contacts}?q=chiara`)).map((found) => found.id), [a], 'in the list once');
  equal((await hub.all(`${contacts}?q=c.fontana@`)).map((found) => found.id), [a], 'found by the address of the other one');
  for (const id of [a, b]) {
    const ids = (await hub.conversations(`status=any&contact_id=${id}`)).map((conversation) => conversation.id);
    equal(ids.sort(), [at.first.id, at.second.id].sort(), `conversations of ${id}`);
    equal((await hub.get(`${base}/conversations/count?status=any&contact_id=${id}`)).count, 2, `the count of ${id}`);
    equal((await hub.get(`${contacts}/${id}/duplicates`)).items, [], 'nobody is a duplicate of herself');
  }
  for (const [root, other] of [[a, b], [b, a], [b, b], [a, a]]) problem(await merge(hub, root, other), 422, undefined, `${root} with ${other}, one already`);
}

async function oneTimeline(at) {
  const { hub, a, b, before } = at;
  const entries = await timeline(hub, a, 'order=oldest');
  rising(entries, 'the oldest first');
  equal((await timeline(hub, b, 'order=oldest')), entries, 'by the other id');
  equal(numbers(await timeline(hub, a)), numbers(entries).reverse(), 'the newest first');
  const old = [...before.entries.a, ...before.entries.b].map((entry) => entry.seq).sort((x, y) => x - y);
  equal(numbers(entries).filter((seq) => seq <= old.at(-1)), old, 'the entries of both, nothing lost, nothing new');
  equal(entries.filter((entry) => entry.seq > old.at(-1)).some((entry) => entry.kind === 'contact_merged'), true, 'and that they were merged');
  equal(entries.filter((entry) => entry.kind === 'message_received').map((entry) => entry.conversation_id), [at.first.id, at.second.id], 'the mails of both');
}

async function filters(at) {
  const { hub, a, b } = at;
  await hub.post(`${base}/conversations/${at.second.id}/messages`, { text: 'An answer.' });
  await hub.post(`${base}/conversations/${at.second.id}/messages`, { text: 'A note.', visibility: 'note' });
  await hub.post(`${contacts}/${b}/interactions`, { kind: 'call', outcome: 'ordered' });
  const visitor = await Visitor.open(hub, await Visitor.token(hub));
  await visitor.wait('ready', (frame) => frame.t === 'ready');
  const { conversation } = await visitor.say('c1', 'It is Chiara again.');
  const chat = (await hub.get(`${base}/conversations/${conversation}`)).contact.id;
  equal((await merge(hub, a, chat)).status, 200, 'her chat is hers, too');
  const all = await timeline(hub, a);
  const groups = { message: ['message_received', 'reply_queued'], note: ['note_added', 'contact_noted'], call: ['interaction_logged'], merge: ['contact_merged', 'contact_unmerged'] };
  for (const [group, kinds] of Object.entries(groups)) {
    const shown = await timeline(hub, a, `kinds=${group}`);
    check(shown.length > 0, `something of ${group}`);
    equal(shown, all.filter((entry) => kinds.includes(entry.kind)), `of the group ${group}`);
  }
  equal(await timeline(hub, a, 'kinds=message,call'), all.filter((entry) => [...groups.message, ...groups.call].includes(entry.kind)), 'of two groups');
  equal(await timeline(hub, a, 'kinds=assigned,note'), all.filter((entry) => [...groups.note, 'assigned'].includes(entry.kind)), 'of a kind and a group');
  equal(await timeline(hub, a, 'kinds=nothing'), [], 'of a kind that is none');
  const byChannel = { email: await timeline(hub, a, 'channel=email'), chat: await timeline(hub, a, 'channel=chat') };
  equal([...new Set(byChannel.email.map((entry) => entry.conversation_id))].sort(), [at.first.id, at.second.id].sort(), 'by mail');
  equal([...new Set(byChannel.chat.map((entry) => entry.conversation_id))], [conversation], 'by chat');
  equal((await timeline(hub, a, 'channel=chat&kinds=message')).map((entry) => entry.payload.message.text), ['It is Chiara again.'], 'messages by chat');
  problem(await hub.request('GET', `${contacts}/${a}/timeline?channel=pigeon`), 422, 'channel', 'a channel that is none');
  equal((await unmerge(hub, chat)).status, 200, 'the chat is taken out again');
}

async function jumps({ hub, a }) {
  const all = await timeline(hub, a, 'order=oldest');
  for (const entry of [all[0], all[Math.floor(all.length / 2)], all.at(-1)]) {
    const at = encodeURIComponent(entry.at);
    equal(numbers(await timeline(hub, a, `at=${at}`)), numbers(all.filter((one) => one.at <= entry.at)).reverse(), `back from ${entry.at}`);
  }
  equal(await timeline(hub, a, 'at=2020-01-01T00:00:00Z'), [], 'back from before everything');
  equal(numbers(await timeline(hub, a, 'at=2020-01-01T00:00:00Z&order=oldest')), numbers(all), 'on from before everything');
  equal(numbers(await timeline(hub, a, `at=${encodeURIComponent(soon(3600))}`)), numbers(all).reverse(), 'back from later');
  equal(await timeline(hub, a, `at=${encodeURIComponent(soon(3600))}&order=oldest`), [], 'on from later');
  for (const at of ['yesterday', '', '2026-13-01T00:00:00Z', '2026-11-22'])
    problem(await hub.request('GET', `${contacts}/${a}/timeline?at=${at}`), 422, 'at', `at ${at}`);
  for (const query of ['cursor=x', 'cursor=-1', 'limit=0', 'order=sideways', 'kinds=,,,'])
    equal((await hub.request('GET', `${contacts}/${a}/timeline?${query}`)).status, 200, query);
}
// "?at= begins at that instant": what happened exactly then is the beginning, whichever way one looks.
async function jumpsExactly({ hub, a }) {
  const all = await timeline(hub, a, 'order=oldest');
  for (const entry of [all[0], all.at(-1)]) {
    const shown = await timeline(hub, a, `order=oldest&at=${encodeURIComponent(entry.at)}`);
    equal(numbers(shown), numbers(all.filter((one) => one.at >= entry.at)), `on from ${entry.at}`);
  }
}

// Pages of three while the records become one person and two again.
async function pagingAcross(at) {
  const { hub, a, b } = at;
  const kept = async (order) => {
    const whole = numbers(await timeline(hub, a, `order=${order}`));
    const paged = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await hub.get(`${contacts}/${a}/timeline?order=${order}&limit=3${cursor && `&cursor=${cursor}`}`);
      paged.push(...numbers(page.items));
      cursor = page.next;
    }
    equal(paged, whole, `all pages, ${order} first`);
  };
  for (const order of ['newest', 'oldest']) await kept(order);
  for (const order of ['newest', 'oldest']) {
    equal((await unmerge(hub, b)).status, 200, 'two again');
    const own = numbers(await timeline(hub, a, `order=${order}`));
    const begun = await hub.get(`${contacts}/${a}/timeline?order=${order}&limit=3`);
    const last = begun.items.at(-1).seq;
    equal((await merge(hub, a, b)).status, 200, 'one again');
    const rest = numbers(await timeline(hub, a, `order=${order}&cursor=${begun.next}`));
    const both = numbers(await timeline(hub, a, `order=${order}`));
    equal(rest, both.filter((seq) => (order === 'newest' ? seq < last : seq > last)), `the rest of both, ${order} first`);
    const seen = [...numbers(begun.items), ...rest];
    equal(new Set(seen).size, seen.length, `no entry twice, ${order} first`);
    equal(own.filter((seq) => !seen.includes(seq)), [], `no entry of hers is missing, ${order} first`);
  }
}

// --- and two again
async function takenApart(at) {
  const { hub, a, b, before } = at;
  const answer = await unmerge(hub, b, at.as.giulia);
  equal(answer.status, 200, answer.text);
  equal(await person(hub, a), before.a, 'the one as before');
  equal(await person(hub, b), before.b, 'the other as before');
  equal(answer.json, before.b, 'what is answered');
  for (const [n, id] of [at.first.id, at.second.id].entries())
    equal((await hub.get(`${base}/conversations/${id}`)).contact, before.conversations[n].contact, `the customer of conversation ${n + 1}`);
  for (const [id, conversation] of [[a, at.first], [b, at.second]])
    equal((await hub.conversations(`status=any&contact_id=${id}`)).map((one) => one.id), [conversation.id], `conversations of ${id}`);
  const seqs = { a: numbers(await timeline(hub, a)), b: numbers(await timeline(hub, b)) };
  for (const one of ['a', 'b']) check(numbers(before.entries[one]).every((seq) => seqs[one].includes(seq)), `the timeline of ${one} is whole`);
  equal(seqs.a.filter((seq) => numbers(before.entries.b).includes(seq)), [], 'nothing of the other one stays');
  equal((await hub.all(`${contacts}?q=chiara`)).map((one) => one.id).sort(), [a, b].sort(), 'both in the list');
  equal((await hub.get(`${contacts}/${a}/duplicates`)).items.map((one) => one.contact.id), [b], 'proposed again');
  problem(await unmerge(hub, b), 422, undefined, 'once more');
}

// What is opposite in the two, and what comes while they are one.
async function takenApartLater({ hub, as }) {
  const first = await wrote(hub, 'Mario Gallo', 'mario@gallo.test', 'Machine 1');
  const second = await wrote(hub, 'M. Gallo', 'gallo@other.test', 'Machine 2');
  const [a, b] = [first.contact.id, second.contact.id];
  await patch(hub, a, { language: 'it', city: 'Como', loyalty: 80 });
  await patch(hub, b, { name: 'Mario G. Gallo', language: 'de', revenue: 40000, do_not_contact: true, consents: { email: { state: 'withdrawn' } } }, as.sara);
  const before = [await person(hub, a), await person(hub, b)];
  equal((await merge(hub, a, b)).status, 200, 'one');
  const one = await person(hub, a);
  equal([one.profile.do_not_contact, one.consents.email.state], [true, 'withdrawn'], 'the strict one counts');
  check(one.value.score > before[0].value.score, 'what it is worth is made of both');
  const third = await wrote(hub, 'Mario Gallo', 'mario@gallo.test', 'Machine 3');
  const fourth = await wrote(hub, 'M. Gallo', 'gallo@other.test', 'Machine 4');
  equal([third.contact.name, fourth.contact.name], [one.name, one.name], 'new mails of the one person');
  equal((await hub.conversations(`status=any&contact_id=${b}`)).length, 4, 'conversations while they are one');
  equal((await unmerge(hub, b)).status, 200, 'two again');
  equal([await person(hub, a), await person(hub, b)], before, 'both as before');
  const subjects = async (id) => (await hub.conversations(`status=any&contact_id=${id}`)).map((conversation) => conversation.subject).sort();
  equal([await subjects(a), await subjects(b)], [['Machine 1', 'Machine 3'], ['Machine 2', 'Machine 4']], 'each has its own mails');
  equal((await hub.get(`${base}/conversations/${fourth.id}`)).contact.name, before[1].name, 'the name in the new conversation');
  const texts = async (id) => (await timeline(hub, id, 'kinds=message_received&order=oldest')).map((entry) => entry.payload.message.subject);
  equal([await texts(a), await texts(b)], [['Machine 1', 'Machine 3'], ['Machine 2', 'Machine 4']], 'each timeline');
}

async function chain({ hub }) {
  const ids = [];
  for (const name of ['Uno', 'Due', 'Tre', 'Quattro'])
    ids.push((await made(hub, { name: `${name} Catena`, identities: [{ kind: 'email', value: `${name.toLowerCase()}@catena.test` }] })).id);
  const [one, two, three, four] = ids;
  const before = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await person(hub, id)])));
  const records = async (id) => (await person(hub, id)).records.map((record) => record.id);
  for (const [root, absorbed] of [[one, two], [three, four], [three, two]]) equal((await merge(hub, root, absorbed)).status, 200, `${absorbed} into ${root}`);
  for (const id of ids) equal([await records(id), (await person(hub, id)).id], [[three, one, two, four], three], `the person of ${id}`);
  for (const [root, absorbed] of [[one, three], [four, one], [two, two]]) problem(await merge(hub, root, absorbed), 422, undefined, `${absorbed} into ${root}: a circle`);
  equal((await unmerge(hub, one)).status, 200, 'the first with what it had absorbed');
  equal([await records(two), await records(four)], [[one, two], [three, four]], 'two pairs again');
  for (const id of [two, four]) equal((await unmerge(hub, id)).status, 200, `${id} alone`);
  for (const id of ids) equal(await person(hub, id), before[id], `${id} as it was`);
}

// All at once and in both directions: one merge is done, the others are told so; nothing is lost.
async function atTheSameTime({ hub }) {
  const one = await made(hub, { name: 'Gemma Uno' });
  const two = await made(hub, { name: 'Gemma Due' });
  const before = [one, two];
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? merge(hub, one.id, two.id) : merge(hub, two.id, one.id))));
  equal(answers.map((answer) => answer.status).sort(), [200, ...Array(9).fill(422)], 'ten merges');
  const root = (await person(hub, one.id)).id;
  equal((await person(hub, two.id)).id, root, 'one person');
  equal((await unmerge(hub, root === one.id ? two.id : one.id)).status, 200, 'two again');
  equal([await person(hub, one.id), await person(hub, two.id)], before, 'as before');
  const identities = [{ kind: 'email', value: 'wanted@by-two.test' }];
  const taken = await Promise.all([one, two].map(({ id }) => patch(hub, id, { identities })));
  equal(taken.filter((answer) => answer.status === 200).length, 1, 'who got the address that both were given');
}

// --- who may see whom
async function visibility({ hub, as }) {
  const bill = await wrote(hub, 'Eva Conto', 'eva@conto.test', 'Bill of Eva', { to: billing });
  const other = await wrote(hub, 'Eva Conto', 'e.conto@conto.test', 'Bill of E', { to: billing });
  const own = await wrote(hub, 'Eva Conto', 'conto@conto.test', 'Support of Eva');
  const [a, b, c] = [bill.contact.id, other.contact.id, own.contact.id];
  await hub.post(`${contacts}/${a}/notes`, { text: 'secret of billing' }, as.luca);
  const due = await hub.post(`${contacts}/${a}/follow-ups`, { kind: 'call', text: 'secret to do', due_at: soon(3600) }, as.luca);
  const hidden = [['GET', `${contacts}/${a}`], ['PATCH', `${contacts}/${a}`, { city: 'Rome' }], ['GET', `${contacts}/${a}/timeline`], ['GET', `${contacts}/${a}/duplicates`],
    ['POST', `${contacts}/${a}/merge`, { contact_id: b }], ['POST', `${contacts}/${a}/merge`, { contact_id: c }], ['POST', `${contacts}/${c}/merge`, { contact_id: a }],
    ['POST', `${contacts}/${a}/unmerge`, {}], ['POST', `${contacts}/${a}/notes`, { text: 'x' }], ['POST', `${contacts}/${a}/interactions`, { kind: 'call' }],
    ['POST', `${contacts}/${a}/follow-ups`, { text: 'x', due_at: soon(60) }], ['PATCH', `${base}/follow-ups/${due.id}`, { state: 'done' }]];
  const before = await person(hub, a);
  for (const [method, target, body] of hidden) problem(await hub.request(method, target, { body, ...as.giulia }), 404, undefined, `${method} ${target} by Giulia`);
  equal(await person(hub, a), before, 'nothing was changed');
  equal([await found(hub, 'eva@conto', as.giulia), await found(hub, 'eva@conto', as.luca)], [[], ['Eva Conto']], 'found by Giulia and by Luca');
  equal((await hub.get(`${contacts}/${c}/duplicates`, as.giulia)).items, [], 'proposed to Giulia');
  equal((await hub.get(`${contacts}/${a}/duplicates`, as.luca)).items.map((one) => one.contact.id), [b], 'proposed to Luca');
  equal((await hub.get(`${contacts}/${a}/duplicates`, as.sara)).items.map((one) => one.contact.id).sort(), [b, c].sort(), 'proposed to Sara, who sees all');
  equal((await hub.all(`${base}/follow-ups`, as.giulia)).filter((one) => one.text.includes('secret')), [], 'to do, for Giulia');
  equal((await hub.all(`${base}/follow-ups?contact_id=${a}`, as.giulia)), [], 'to do about her, for Giulia');
  // One person, two teams: each sees the person, and of the timeline what its own team may see.
  equal((await merge(hub, a, c, as.sara)).status, 200, 'merged by Sara');
  equal((await person(hub, a, as.giulia)).records.length, 2, 'Giulia sees the person');
  const conversations = (entries) => [...new Set(entries.map((entry) => entry.conversation_id).filter((id) => id !== '0'))];
  equal(conversations(await timeline(hub, a, '', as.giulia)), [own.id], 'what Giulia reads of it');
  equal(conversations(await timeline(hub, c, '', as.luca)), [bill.id], 'what Luca reads of it');
  equal((await hub.conversations(`status=any&contact_id=${a}`, as.giulia)).map((one) => one.id), [own.id], 'conversations of Giulia');
  equal((await unmerge(hub, c, as.sara)).status, 200, 'taken apart by Sara');
  equal((await hub.request('GET', `${contacts}/${a}`, as.giulia)).status, 404, 'hidden again');
}

// The feed names people by id alone and reminds the owner alone, live and resumed.
async function onTheFeed({ hub, as, giulia }) {
  const position = await hub.get(`${base}/snapshot`, as.giulia);
  const listen = (token) => {
    const ops = [];
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`, { headers: { Authorization: `Bearer ${token}` } });
    const greeted = new Promise((resolve) => socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.t === 'hi') resolve();
      if (frame.t === 'd') ops.push(...frame.ops);
    }));
    socket.on('open', () => socket.send(JSON.stringify({ t: 'hello', epoch: position.epoch, since: position.seq })));
    atEnd(() => socket.terminate());
    return { ops, greeted, told: (id) => ops.some((op) => op.k === 'contact' && op.id === id), reminded: (id) => ops.some((op) => op.k === 'follow_up' && op.v.id === id && op.v.state === 'open') };
  };
  const [own, other] = [listen(as.giulia.token), listen(as.luca.token)];
  await Promise.all([own.greeted, other.greeted]);
  const one = await made(hub, { name: 'Feed' });
  await hub.post(`${contacts}/${one.id}/notes`, { text: 'words of the note' });
  for (const listener of [own, other]) await until('the id of the contact', () => listener.told(one.id));
  check(!JSON.stringify(other.ops).includes('words of the note'), 'no words of it');
  const due = await hub.post(`${contacts}/${one.id}/follow-ups`, { text: 'remind me', due_at: soon(-1) }, as.giulia);
  await until('the reminder', () => own.reminded(due.id));
  const last = await made(hub, { name: 'Feed, last' });
  await hub.post(`${contacts}/${last.id}/notes`, { text: 'the last' });
  await until('the last on the other line', () => other.told(last.id));
  check(!other.reminded(due.id), 'nobody else is reminded');
  const again = listen(as.giulia.token);
  await until('the reminder, resumed', () => again.reminded(due.id));
  equal((await hub.request('PATCH', `${base}/follow-ups/${due.id}`, { body: { state: 'done' } })).json.owner_id, giulia.agent.id, 'done');
  const done = listen(as.giulia.token);
  await until('the last on the resumed line', () => done.told(last.id));
  check(!done.reminded(due.id), 'what is done is not reminded of');
  return { own, one, last };
}
// Whatever a console shows of somebody must be told to have changed: also an address, and both sides of a merge.
async function allOnTheFeed(at) {
  const { hub } = at;
  const { own, one, last } = await onTheFeed(at);
  const count = (id) => own.ops.filter((op) => op.k === 'contact' && op.id === id).length;
  const missing = [];
  const tells = async (what, id, change) => {
    const before = count(id);
    const answer = await change();
    check(answer.status < 300, `${what}: ${answer.text}`);
    const marker = await made(hub, { name: 'Marker' });
    await hub.post(`${contacts}/${marker.id}/notes`, { text: 'marker' });
    await until('what came later', () => own.told(marker.id));
    if (count(id) === before) missing.push(what);
  };
  await tells('a field', one.id, () => patch(hub, one.id, { city: 'Rome' }));
  await tells('an address that was added', one.id, () => patch(hub, one.id, { identities: [{ kind: 'email', value: 'feed@feed.test' }] }));
  await tells('an address that was taken away', one.id, () => patch(hub, one.id, { remove_identities: [{ kind: 'email', value: 'feed@feed.test' }] }));
  await tells('a merge, to the person', one.id, () => merge(hub, one.id, last.id));
  await tells('a note, by the other id', one.id, () => hub.request('POST', `${contacts}/${last.id}/notes`, { body: { text: 'x' } }));
  await tells('taking apart, to the person', one.id, () => unmerge(hub, last.id));
  await tells('a merge, to the other record', last.id, () => merge(hub, one.id, last.id));
  await tells('taking apart, to the other record', last.id, () => unmerge(hub, last.id));
  equal(missing, [], 'changes that the feed does not tell of');
}

// --- companies, fields of one's own, worth
async function organisations({ hub }) {
  const organisations = `${base}/organisations`;
  const firm = await hub.post(organisations, { name: 'Gelateria Ümlaut Srl', domains: ['umlaut.test'], city: 'Bolzano', country: 'it' });
  equal([firm.name, firm.domains, firm.fields.city.value, firm.fields.country.value], ['Gelateria Ümlaut Srl', ['umlaut.test'], 'Bolzano', 'IT'], 'a company');
  equal(await hub.get(`${organisations}/${firm.id}`), firm, 'what GET tells');
  equal((await hub.get(`${organisations}?q=umla`)).items.map((one) => one.id), [firm.id], 'found by a word');
  equal((await hub.get(`${organisations}?q=nothing`)).items, [], 'not found');
  const more = [];
  for (let n = 0; n < 5; ++n) more.push((await hub.post(organisations, { name: `Firm ${n}` })).id);
  const paged = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await hub.get(`${organisations}?q=firm&limit=2${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.items.map((one) => one.id));
    cursor = page.next;
  }
  equal(paged, more, 'all pages');
  const changed = (await hub.request('PUT', `${organisations}/${firm.id}`, { body: { name: 'Ümlaut Spa', street: 'Via Roma 1' } })).json;
  equal([changed.id, changed.name, changed.created_at, changed.fields.street.value], [firm.id, 'Ümlaut Spa', firm.created_at, 'Via Roma 1'], 'changed');
  for (const [body, field] of [[{}, 'name'], [{ name: '' }, 'name'], [{ name: 5 }, 'name'], [{ name: 'x', domains: 'x' }, 'domains'], [{ name: 'x', country: 'ITA' }, 'country']])
    problem(await hub.request('POST', organisations, { body }), 422, field, `POST ${JSON.stringify(body)}`);
  for (const id of ['999999', 'x', '0']) {
    problem(await hub.request('GET', `${organisations}/${id}`), 404, undefined, `GET ${id}`);
    problem(await hub.request('PUT', `${organisations}/${id}`, { body: { name: 'x' } }), 404, undefined, `PUT ${id}`);
  }
  const one = await made(hub, { name: 'Member', organisations: [{ id: firm.id, role: 'decider', title: 'head pastry chef' }, { id: more[0] }] });
  equal(one.organisations, [{ id: firm.id, name: 'Ümlaut Spa', role: 'decider', title: 'head pastry chef' }, { id: more[0], name: 'Firm 0', role: 'none', title: '' }], 'where she works');
  const again = (await patch(hub, one.id, { organisations: [{ id: firm.id, role: 'buyer', title: 'owner' }], leave_organisation_ids: [more[0]] })).json;
  equal(again.organisations, [{ id: firm.id, name: 'Ümlaut Spa', role: 'buyer', title: 'owner' }], 'promoted here, left there');
}

async function attributes({ hub, as }) {
  const attributes = `${base}/attributes`;
  const kinds = { text: ['shop', 'Corner', 'x', null], number: ['seats', '12.5', 7, 'many'], date: ['opened', '2024-02-29', '2025-01-01', '2025-02-29'],
    flag: ['terrace', 'yes', true, 'perhaps'], choice: ['size', 'small', 'large', 'huge'] };
  for (const [type, [key]] of Object.entries(kinds)) {
    const saved = await hub.post(attributes, { key, label: `Label of ${key}`, type, ...(type === 'choice' ? { choices: ['small', 'large'] } : {}) });
    equal([saved.key, saved.type, saved.label], [key, type, `Label of ${key}`], `an attribute of type ${type}`);
  }
  const one = await made(hub, { name: 'Attributes', attributes: Object.fromEntries(Object.values(kinds).map(([key, good]) => [key, good])) });
  for (const [key, good, better, bad] of Object.values(kinds)) {
    equal(one.fields[`attribute.${key}`].value, good, `the value of ${key}`);
    const changed = await patch(hub, one.id, { attributes: { [key]: better } });
    equal([changed.status, changed.json.fields[`attribute.${key}`].value], [200, better === true ? 'yes' : String(better)], `another value of ${key}`);
    if (bad !== null) problem(await patch(hub, one.id, { attributes: { [key]: bad } }), 422, `attribute.${key}`, `a bad value of ${key}`);
  }
  equal((await patch(hub, one.id, { attributes: { seats: null } })).json.fields['attribute.seats'], undefined, 'taken away');
  for (const [body, field] of [[{ key: 'Big' }, 'key'], [{ key: '' }, 'key'], [{ key: 'x'.repeat(60) }, 'key'], [{ key: 'a', type: 'colour' }, 'type'], [{ key: 'b', type: 'choice' }, 'choices']])
    problem(await hub.request('POST', attributes, { body }), 422, field, `POST ${JSON.stringify(body)}`);
  const twice = await hub.request('POST', attributes, { body: { key: 'shop' } });
  check(twice.status >= 400 && twice.status < 500 && twice.json.field === 'key', `the same key again: ${twice.status} ${twice.text}`);
  const shop = (await hub.get(attributes)).items.find((attribute) => attribute.key === 'shop');
  equal((await hub.request('PUT', `${attributes}/${shop.id}`, { body: { key: 'shop', label: 'Kind of shop' } })).json.label, 'Kind of shop', 'another label');
  problem(await hub.request('PUT', `${attributes}/999999`, { body: { key: 'zzz' } }), 404, undefined, 'an attribute that is none');
  problem(await hub.request('POST', attributes, { body: { key: 'mine' }, ...as.giulia }), 403, undefined, 'an attribute by an agent');
}

async function worth({ hub, as }) {
  const formula = { revenue: 4, potential: 3, loyalty: 2, influence: 1, revenue_full: 50_000 };
  const first = (await hub.request('PUT', `${base}/value-formula`, { body: formula })).json;
  const one = await made(hub, { name: 'Worth', revenue: 20_000, potential: 50, influence: 100 });
  const part = Object.fromEntries(one.value.parts.map(({ name, share, points }) => [name, [share, points]]));
  equal(part, { revenue: [0.4, 40], potential: [0.3, 50], loyalty: [0.2, 0], influence: [0.1, 100] }, 'the parts');
  equal([one.value.score, one.value.formula_version, one.profile.value], [41, first.version, 41], 'what it is worth');
  equal((await made(hub, { name: 'Worth unknown' })).value, null, 'of whom nothing is known');
  const second = (await hub.request('PUT', `${base}/value-formula`, { body: { revenue: 0, potential: 1, loyalty: 0, influence: 0 } })).json;
  equal([second.version, second.revenue_full], [first.version + 1, 50_000], 'another formula');
  equal((await person(hub, one.id)).value.score, 50, 'by the other formula');
  equal((await patch(hub, one.id, { revenue: 1e9 })).json.value.parts.find((p) => p.name === 'revenue').points, 100, 'more than full is full');
  for (const [body, field] of [[{ revenue: -1 }, 'revenue'], [{ potential: 'much' }, 'potential'], [{ revenue_full: 0 }, 'revenue_full'],
    [{ revenue: 0, potential: 0, loyalty: 0, influence: 0 }, 'revenue'], [{ influence: 1e9 }, 'influence']])
    problem(await hub.request('PUT', `${base}/value-formula`, { body }), 422, field, `PUT ${JSON.stringify(body)}`);
  equal(await hub.get(`${base}/value-formula`), second, 'the formula afterwards');
  problem(await hub.request('PUT', `${base}/value-formula`, { body: formula, ...as.giulia }), 403, undefined, 'a formula by an agent');
}

// --- what happened elsewhere, what is to be done
async function told({ hub, as, giulia }) {
  const one = await made(hub, { name: 'Told' });
  const to = (what, body, options = as.giulia) => hub.request('POST', `${contacts}/${one.id}/${what}`, { body, ...options });
  equal((await to('notes', { text: 'Prefers the morning – perché no' })).status, 201, 'a note');
  equal((await to('interactions', { kind: 'visit', direction: 'in', outcome: 'ordered', text: '12 kg', happened_at: '2026-05-03T09:00:00Z' })).status, 201, 'a visit');
  equal((await to('interactions', { kind: 'call' })).status, 201, 'a call, just now');
  const [note, visit, call] = await timeline(hub, one.id, 'kinds=note,call&order=oldest');
  equal([note.payload.text, note.actor, note.conversation_id], ['Prefers the morning – perché no', `agent:${giulia.agent.id}`, '0'], 'the note');
  equal([visit.payload.kind, visit.payload.direction, visit.payload.outcome, visit.payload.text, Date.parse(visit.payload.happened_at)],
    ['visit', 'in', 'ordered', '12 kg', Date.parse('2026-05-03T09:00:00Z')], 'the visit');
  check(Math.abs(Date.parse(call.payload.happened_at) - Date.now()) < 60_000, 'a call without a time happened now');
  problem(await to('interactions', { kind: 'call', happened_at: soon(3600) }), 422, 'happened_at', 'a call of tomorrow');
  for (const [what, body, field] of [['notes', {}, 'text'], ['notes', { text: '' }, 'text'], ['notes', { text: 5 }, 'text'], ['notes', { text: 'x'.repeat(20_001) }, 'text'],
    ['interactions', { kind: 'dream' }, 'kind'], ['interactions', { direction: 'up' }, 'direction'], ['interactions', { happened_at: 'today' }, 'happened_at']])
    problem(await to(what, body), 422, field, `${what} ${JSON.stringify(body).slice(0, 60)}`);
  equal((await timeline(hub, one.id, 'kinds=note,call')).length, 3, 'entries');
}

async function followUps({ hub, as, giulia, luca }) {
  const path = `${base}/follow-ups`;
  const { contact, id: conversation_id } = await asked(hub, 'follower');
  const plan = (body, options = as.giulia) => hub.request('POST', `${contacts}/${contact.id}/follow-ups`, { body, ...options });
  const list = async (query) => (await hub.all(`${path}?contact_id=${contact.id}&${query}`)).map((one) => one.text);
  const late = await plan({ kind: 'visit', text: 'later', due_at: soon(7200), conversation_id });
  equal(late.status, 201, late.text);
  const { kind, state, owner_id, contact_id } = late.json;
  equal({ kind, state, owner_id, contact_id, from: late.json.conversation_id }, { kind: 'visit', state: 'open', owner_id: giulia.agent.id, contact_id: contact.id, from: conversation_id }, 'what was planned');
  const early = (await plan({ kind: 'call', text: 'earlier', due_at: soon(3600), owner_id: luca.agent.id })).json;
  equal(await list(''), ['earlier', 'later'], 'the earliest first');
  equal(await list(`owner_id=${giulia.agent.id}`), ['later'], "Giulia's own");
  const off = await hub.request('PATCH', `${path}/${early.id}`, { body: { due_at: soon(10_800) } });
  equal([off.status, off.json.owner_id, off.json.text], [200, luca.agent.id, 'earlier'], 'put off');
  equal(await list(''), ['later', 'earlier'], 'the order afterwards');
  equal((await hub.request('PATCH', `${path}/${late.json.id}`, { body: { state: 'done', outcome: 'she ordered' } })).json.outcome, 'she ordered', 'done');
  equal([await list(''), await list('state=done'), await list('state=any')], [['earlier'], ['later'], ['later', 'earlier']], 'open, done, all');
  const past = (await plan({ text: 'at once', due_at: soon(-30) })).json;
  equal(past.kind, 'task', 'the kind where none is said');
  await until('the reminder in the timeline', async () => (await timeline(hub, contact.id, 'kinds=follow_up_due')).length === 1);
  for (const [body, field] of [[{ text: 'x' }, 'due_at'], [{ due_at: 'tomorrow' }, 'due_at'], [{ due_at: soon(60), kind: 'dance' }, 'kind'], [{ due_at: soon(60), state: 'lost' }, 'state'],
    [{ due_at: soon(60), owner_id: '999999' }, 'owner_id'], [{ due_at: soon(60), conversation_id: '999999' }, 'conversation_id'], [{ due_at: soon(60), text: 'x'.repeat(2001) }, 'text']])
    problem(await plan(body), 422, field, JSON.stringify(body).slice(0, 80));
  for (const id of ['999999', '0', 'x']) problem(await hub.request('PATCH', `${path}/${id}`, { body: { state: 'done' } }), 404, undefined, `to do ${id}`);
  problem(await hub.request('GET', `${path}?cursor=x`), 422, 'cursor', 'a cursor that is none');
  const paged = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await hub.get(`${path}?state=any&limit=1${cursor && `&cursor=${cursor}`}`);
    paged.push(...page.items.map((one) => one.id));
    cursor = page.next;
  }
  equal(paged, (await hub.all(`${path}?state=any`)).map((one) => one.id), 'all pages');
}

async function doNotContact({ hub, as }) {
  const { contact, id } = await asked(hub, 'silent');
  const inbox_id = (await hub.get(`${base}/inboxes`)).items.find((one) => one.address === support).id;
  const write = (more) => hub.request('POST', `${base}/conversations`, { body: { inbox_id, subject: 'News', text: 'Ice!', to: ['silent@customers.test'], ...more }, ...as.giulia });
  const all = async () => (await hub.conversations()).length;
  equal((await patch(hub, contact.id, { do_not_contact: true }, as.sara)).json.profile.do_not_contact, true, 'asked not to be contacted');
  const before = await all();
  const stopped = await write();
  problem(stopped, 403, 'to', 'a new mail');
  matches(stopped.json.detail, /silent@customers\.test asked not to be contacted; change that/, 'why, and the cure');
  equal(await all(), before, 'no conversation was begun');
  equal((await hub.request('POST', `${base}/conversations/${id}/messages`, { body: { text: 'An answer.' }, ...as.giulia })).status, 201, 'an answer leaves');
  await patch(hub, contact.id, { do_not_contact: false, consents: { email: { state: 'withdrawn', evidence: 'mail of 22 November' } } }, as.sara);
  matches((await write()).json.detail, /withdrew the consent/, 'a consent that was withdrawn');
  await patch(hub, contact.id, { consents: { email: { state: 'given' } } }, as.sara);
  equal((await write({ subject: 'Welcome news' })).status, 201, 'and given again');
}
// Whoever asked not to be contacted is not written to as one of many either.
async function doNotContactAmongOthers({ hub, as }) {
  const inbox_id = (await hub.get(`${base}/inboxes`)).items.find((one) => one.address === support).id;
  const { contact } = await asked(hub, 'silenter');
  await patch(hub, contact.id, { do_not_contact: true }, as.sara);
  const silent = 'silenter@customers.test';
  const wrong = [];
  for (const more of [{ to: ['open@customers.test', silent] }, { cc: [silent] }, { bcc: [silent] }]) {
    const body = { inbox_id, subject: 'News', text: 'Ice!', to: ['open@customers.test'], ...more };
    const answer = await hub.request('POST', `${base}/conversations`, { body, ...as.giulia });
    if (answer.status !== 403 || answer.json.field !== Object.keys(more)[0]) wrong.push(`${JSON.stringify(more)}: ${answer.status}`);
  }
  equal(wrong, [], 'mails to her that were taken');
}

async function unknownIds({ hub }) {
  for (const id of ['0', '999999', '18446744073709551615', '99999999999999999999999', '-1', 'abc', '%00', '%c3%28'])
    for (const [method, tail, body] of [['GET', ''], ['PATCH', '', { name: 'x' }], ['GET', '/timeline'], ['GET', '/duplicates'], ['POST', '/merge', { contact_id: '1' }], ['POST', '/unmerge', {}],
      ['POST', '/notes', { text: 'x' }], ['POST', '/interactions', {}], ['POST', '/follow-ups', { due_at: soon(60) }]])
      problem(await hub.request(method, `${contacts}/${id}${tail}`, { body }), 404, undefined, `${method} ${id}${tail}`);
}

// Killed and started again, everybody is who they were.
async function afterRestart(at) {
  const { hub, a, b } = at;
  equal((await merge(hub, a, b)).status, 200, 'merged once more');
  const all = async () => {
    const people = [];
    for (const { id } of await hub.all(contacts)) people.push(await person(hub, id));
    return { people, of_b: await person(hub, b), timeline: numbers(await timeline(hub, a)), follow_ups: await hub.all(`${base}/follow-ups?state=any`) };
  };
  const before = await all();
  await hub.kill();
  await hub.start();
  equal(await all(), before, 'after a crash');
  equal((await unmerge(hub, b)).status, 200, 'taken apart after the crash');
  equal([await person(hub, a), await person(hub, b)], [at.before.a, at.before.b], 'as before they were ever merged');
  equal((await hub.stop()).code, 0, 'the end');
  const verified = await hub.command('verify');
  equal(verified.code, 0, `verify: ${verified.stdout}${verified.stderr}`);
}

export async function run(test) {
  const at = await ground();
  await test('what is known says where it comes from', () => provenance(at));
  await test('bad values are told with their field and change nothing', () => badValues(at));
  await test('what only looks right', () => onlyTheForm(at));
  await test('what was verified stays so', () => staysVerified(at));
  await test('bad values inside of attributes and consents', () => badInside(at));
  await test('nobody is made without a name or an identity', () => nameless(at));
  await test('found by beginnings of words, addresses, numbers', () => finding(at));
  await test('found as people type', () => findingAsTyped(at));
  await test('pages of the list', () => paging(at));
  await test('telephone numbers are one however they are written', () => phones(at));
  await test('an identity of somebody else is refused with the cure', () => takenIdentity(at));
  await test('a refused change changes nothing', () => takenChangesNothing(at));
  await test('Italian addresses are checked, proposals made', () => italianAddresses(at));
  await test('duplicates are proposed with reasons', () => duplicates(at));
  await test('the field that is wrong is one of the request', () => fieldsOfTheRequest(at));
  await test('what cannot be merged', () => mergeRefused(at));
  await test('two records become one person', () => merged(at));
  await test('one timeline of both, in one order', () => oneTimeline(at));
  await test('the timeline filtered by kind and channel', () => filters(at));
  await test('the timeline from an instant', () => jumps(at));
  await test('the timeline from exactly that instant on', () => jumpsExactly(at));
  await test('pages of the timeline across a merge', () => pagingAcross(at));
  await test('taken apart, both are as before', () => takenApart(at));
  await test('taken apart after new mails', () => takenApartLater(at));
  await test('chains of merges', () => chain(at));
  await test('merges at the same time', () => atTheSameTime(at));
  await test('another team sees nothing of it', () => visibility(at));
  await test('the feed: ids of people, reminders to their owner', () => onTheFeed(at).then(() => {}));
  await test('the feed: every change of a person', () => allOnTheFeed(at));
  await test('companies and who works there', () => organisations(at));
  await test("the company's own fields, of each type", () => attributes(at));
  await test('what a customer is worth, and why', () => worth(at));
  await test('notes and what happened elsewhere', () => told(at));
  await test('what is to be done', () => followUps(at));
  await test('do-not-contact stops a first mail, not an answer', () => doNotContact(at));
  await test('do-not-contact among several recipients', () => doNotContactAmongOthers(at));
  await test('ids of nobody', () => unknownIds(at));
  await test('a crash in between, and verify', () => afterRestart(at));
  await test('the log holds no defect', async () => check(!/http\.bug/.test(at.hub.log), `no http.bug: ${/http\.bug.*/.exec(at.hub.log)?.[0]}`));
}
