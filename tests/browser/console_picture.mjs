// SPDX-License-Identifier: BSL-1.0
// Takes the picture of the console anew: HUB=… CHROMIUM=… node console_picture.mjs FOLDER, in the build folder of the browser tests.
// It takes a minute, which is what the picture shows.
import { join, resolve } from 'node:path';
import { startHub, token } from './console.mjs';
import { startBrowser } from './support.mjs';

const pictures = resolve(process.argv[2]);
const hub = await startHub({ hasToken: true });
const browser = await startBrowser();
const page = await browser.open(hub.panel);
await page.setViewportSize({ width: 1280, height: 800 });
await page.fill('#token', token);
await page.click('button');

const pairs = ['EURUSD', 'GBPUSD', 'USDJPY', 'EURCHF', 'AUDUSD', 'USDCAD', 'EURGBP', 'NZDUSD'];
const end = performance.now() + 62_000;
let isLate = false;
for (let i = 0; performance.now() < end; ++i) {
  const pair = pairs[i % pairs.length];
  await hub.emit(`prices/${pair}`, JSON.stringify({ bid: 10_000 + i % 97, ask: 10_002 + i % 97 }), 'price');
  if (i % 41 === 0 && i < 2000) await hub.follow(`prices/${pair}`);
  if (i % 8 === 0) await hub.emit('orders/berlin', JSON.stringify({ order: i, note: 'x'.repeat(30_000) }), 'order');
  if (i % 25 === 0) await hub.emit('chat/support', 'How do I move my account to another bank?', 'message');
  const rest = end - performance.now();
  if (!isLate && rest < 45_000) { isLate = true; await hub.follow('orders/berlin', false); }
  await new Promise((go) => { setTimeout(go, 6 + 5 * Math.sin(rest / 4000)); });
}
await page.click('[data-plot="lag"]');
await page.waitForFunction(() => document.querySelector('#rows tr')?.dataset.topic === 'orders/berlin');
await page.click('#rows tr >> text=prices/EURUSD');
for (let i = 0; i < 200; ++i) {
  const pair = pairs[i % pairs.length];
  await hub.emit(`prices/${pair}`, JSON.stringify({ bid: 10_100 + i % 97, ask: 10_102 + i % 97 }), 'price');
  await new Promise((go) => { setTimeout(go, 8); });
}
await page.mouse.move(0, 0);
await page.screenshot({ path: join(pictures, 'console.png') });
await browser.close();
await hub.close();
