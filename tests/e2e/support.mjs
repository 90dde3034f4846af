// What every end-to-end case needs: checks, waiting with a deadline, free ports, folders of its own, and the runner.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const output = path.join(root, 'tests/output');

const shown = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === undefined ? String(value) : text.length > 600 ? `${text.slice(0, 600)}…` : text;
};

export class Skip extends Error {}
export const skip = (why) => {
  throw new Skip(why);
};

export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}
export function equal(actual, expected, what) {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}
export function matches(text, pattern, what) {
  if (!pattern.test(text)) throw new Error(`${what}: ${pattern} does not match ${shown(text)}`);
}

// Asks again until `probe` gives something true; names what was waited for when the deadline passes. An error of the
// probe counts as "not yet" unless it is marked hopeless.
export async function until(what, probe, milliseconds = 10_000) {
  const deadline = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      if (error.hopeless) throw error;
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms for: ${what}; last: ${shown(last?.message ?? last)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// The promise, or an error that names what did not come.
export function within(what, promise, milliseconds = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for: ${what}`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const given = new Set();
export async function freePort() {
  for (;;) {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

const folders = [];
export function temporaryFolder(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `sportello-e2e-${name}-`));
  fs.chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

// Whatever a case starts registers how it ends; the end comes in reverse order, whatever happened.
const endings = [];
export const atEnd = (end) => endings.push(end);
export async function endAll() {
  while (endings.length) await Promise.resolve(endings.pop()()).catch(() => {});
}
export function removeFolders() {
  while (folders.length) fs.rmSync(folders.pop(), { recursive: true, force: true });
}

export const figure = (name, value) => console.log(`    figure: ${name} = ${value}`);

export class Runner {
  passed = 0;
  failed = 0;
  skipped = 0;

  async one(suite, name, run) {
    const begun = Date.now();
    const took = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
    try {
      await run();
      this.passed += 1;
      console.log(`ok   ${suite}: ${name} (${took()})`);
      return true;
    } catch (error) {
      if (error instanceof Skip) {
        this.skipped += 1;
        console.log(`skip ${suite}: ${name}: ${error.message}`);
        return true;
      }
      this.failed += 1;
      console.log(`FAIL ${suite}: ${name} (${took()})\n    ${String(error.stack ?? error).split('\n').slice(0, 6).join('\n    ')}`);
      return false;
    }
  }
  // A suite whose ground did not come up counts as one failure.
  async suite(suite, module) {
    try {
      await module.run((name, run) => this.one(suite, name, run));
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${suite}: could not go on\n    ${String(error.stack ?? error).split('\n').slice(0, 8).join('\n    ')}`);
    } finally {
      await endAll();
    }
  }
  line() {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}
