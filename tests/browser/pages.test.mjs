// SPDX-License-Identifier: BSL-1.0
// The example 12_pages in Chromium: a form, a cookie and a redirect lead to a page with a stream. Without TLS, on this machine.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch } from './clients.mjs';
import { startBrowser } from './support.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

test('from the login to the stream and back', async (t) => {
  const server = await launch(t, `${process.env.EXAMPLES}/12_pages`);
  const page = await browser.open(`${server.address}/room/`);
  assert.equal(page.url(), `${server.address}/`); // nobody yet
  await page.fill('[name=name]', 'Ada & Bob');
  await page.click('button');
  await page.waitForURL(`${server.address}/room/`);
  const [cookie, ...others] = await browser.cookies();
  assert.deepEqual(others, []);
  assert.deepEqual([cookie.name, cookie.path, cookie.secure, cookie.httpOnly, cookie.sameSite], ['session', '/', true, true, 'Lax']);
  assert.equal(await page.evaluate(() => document.cookie), ''); // out of reach for scripts
  await page.fill('[name=text]', 'a + <b> 100%');
  await page.click('button >> nth=0');
  await page.waitForFunction(() => document.querySelector('li')?.textContent === 'Ada & Bob: a + <b> 100%');
  const [style] = await Promise.all([page.waitForResponse(/style\.css/), page.reload()]);
  assert.equal(style.status(), 304);
  await page.click('text=Leave');
  await page.waitForURL(`${server.address}/`);
  assert.deepEqual(await browser.cookies(), []);
});
