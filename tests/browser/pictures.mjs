// SPDX-License-Identifier: BSL-1.0
// Takes the pictures of the README anew: DASHBOARD=… CHROMIUM=… node pictures.mjs FOLDER, in the build folder of the browser tests.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDirector, startBrowser, startDashboard, waitForLines } from './support.mjs';

const pictures = resolve(process.argv[2]);

// The page shows the command, so that is a short one.
const director = await createDirector();
const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
await writeFile(join(folder, 'build'), `#!/bin/sh\nexec ${director.command.join(' ')}\n`, { mode: 0o755 });
process.chdir(folder);
const dashboard = await startDashboard({ command: ['./build'] });
const browser = await startBrowser();
const page = await browser.open(`http://127.0.0.1:${dashboard.port}/`);
await page.setViewportSize({ width: 960, height: 600 });

const sources = ['base64', 'binary', 'caesar', 'crc32', 'day_of_week', 'edit_distance', 'evaluate', 'fibonacci', 'histogram',
  'is_palindrome', 'main', 'morse', 'primes', 'roman'];
const print = (build, count) => build.print(...sources.slice(0, count).map((name, i) =>
  `[${i + 1}/${sources.length}] Building CXX object ${name}.cpp.o`));

await page.click('#start');
const first = await director.nextBuild();
print(first, sources.length);
await waitForLines(page, sources.length);
first.end();
await page.waitForFunction(() => document.getElementById('stream').dataset.state === 'finished');
await page.click('#start');
const second = await director.nextBuild();
await page.waitForFunction(() => document.getElementById('stream').dataset.state === 'live');
print(second, 9);
await page.waitForFunction(() => document.querySelector('#log').textContent.includes('histogram'));
await page.screenshot({ path: join(pictures, 'dashboard.png') });

await browser.close();
await dashboard.end('SIGTERM');
await dashboard.forget();
await rm(folder, { recursive: true });
director.close();
