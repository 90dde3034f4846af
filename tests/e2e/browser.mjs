// Chromium, an agent's console in it and a visitor's chat: opened, watched for errors and foreign requests, read.
import fs from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { chromium } from '../../console/node_modules/playwright-core/index.mjs';
import { atEnd, equal, output, until } from './support.mjs';

const executablePath = process.env.SPORTELLO_CHROMIUM ?? '/usr/bin/chromium';

export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync'],
  });
  atEnd(() => browser.close());
  return browser;
}

// A profile of its own: cookies, storage and language are shared with nobody.
export async function openPage(browser, hub, target, size = { width: 1360, height: 860 }) {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'Europe/Rome' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const seen = { errors: [], foreign: [] };
  page.on('pageerror', (error) => seen.errors.push(`exception: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(`console: ${message.text()}`));
  context.on('request', (request) => {
    const url = request.url();
    const own = url.startsWith(hub.url) || url.startsWith(hub.url.replace('http', 'ws'));
    if (!own && !/^(data|blob|about):/.test(url)) seen.foreign.push(request);
  });
  await page.goto(hub.url + target);
  return { context, page, seen };
}

export async function screenshot(page, name) {
  fs.mkdirSync(output, { recursive: true });
  await page.screenshot({ path: path.join(output, name) });
}

export async function signIn(page, { email, password }) {
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await page.click('form button.primary');
  await page.waitForSelector('.shell');
  await page.waitForSelector('[data-status=live]', { state: 'attached' });
}

export const openView = (page, view) => page.click(`nav a[href="/app/${view}"]`);

export async function openConversation(page, id) {
  await page.click(`[data-conversation="${id}"]`);
  await page.waitForSelector('.thread [data-message]');
}

// The ids of all rows of the list, in its order, also of those that must be scrolled to.
export async function allRows(page) {
  const list = page.locator('[role=listbox]');
  const ids = new Map();
  await list.evaluate((element) => (element.scrollTop = 0));
  for (;;) {
    const seen = await page.$$eval('[data-conversation]', (rows) =>
      rows.map((row) => ({ id: row.dataset.conversation, at: Number(row.getAttribute('aria-posinset')), of: Number(row.getAttribute('aria-setsize')) })));
    for (const row of seen) ids.set(row.at, row.id);
    const total = seen[0]?.of ?? 0;
    if (ids.size >= total) return [...ids].sort((a, b) => a[0] - b[0]).map(([, id]) => id);
    const next = Math.max(...ids.keys());
    await list.evaluate((element, top) => (element.scrollTop = top), next * 64);
    await until('the rows below to be drawn', () => page.$(`[data-conversation][aria-posinset="${next + 1}"]`));
  }
}

// The messages of the open thread as they stand there: number and delivery state.
export const shownMessages = (page) => page.$$eval('.thread [data-message]', (rows) =>
  rows.map((row) => ({ number: Number(row.dataset.message), delivery: row.dataset.delivery, text: row.innerText })));

// --- the visitor's side
export async function openChat(page) {
  await page.click('button[aria-label="Open chat"]');
  const panel = page.frameLocator('iframe[title=chat]');
  await panel.locator('#box').waitFor();
  return panel;
}
export const chatLines = (panel) => panel.locator('#log > div').evaluateAll((rows) =>
  rows.map((row) => ({
    mine: row.className === 'mine',
    text: row.querySelector('.text').textContent,
    state: row.querySelector('.state')?.textContent ?? '',
  })));
export async function say(panel, text) {
  await panel.locator('#box').pressSequentially(text);
  await panel.locator('#send').click();
}

// A picture of one colour that can be seen on a screenshot.
function png(width, height, [red, green, blue]) {
  const chunk = (type, data) => {
    const head = Buffer.concat([Buffer.from(type), data]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(head));
    return Buffer.concat([size, head, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from([red, green, blue]))]);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))), chunk('IEND', Buffer.alloc(0))]);
}
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; ++i) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
export const picture = png(160, 80, [23, 117, 74]);

// Nothing went wrong in a page but what is expected, and nobody else was asked.
export function quiet(seen, expected, who) {
  equal(seen.errors.filter((text) => !expected.test(text)), [], `errors of the ${who}`);
  equal(seen.foreign.map((request) => request.url()), [], `foreign requests of the ${who}`);
}
