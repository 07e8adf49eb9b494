// SPDX-License-Identifier: BSL-1.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import { createCable, createDirector, latch, lines, startBrowser, startDashboard, waitForLines, waitForState } from './support.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

// A dashboard whose builds the test directs, behind a cable that the test can pull.
async function directed(t) {
  const director = await createDirector();
  const dashboard = await startDashboard({ command: director.command });
  const cable = await createCable(dashboard.port);
  t.after(async () => {
    cable.close();
    await dashboard.end('SIGKILL');
    await dashboard.forget();
    director.close();
  });
  return { director, dashboard, cable };
}

async function startBuild(page, director) {
  await page.click('#start');
  return director.nextBuild();
}

// Each line is on the page before the next one is printed; a reload shows all of them again, once and in order.
test('lines arrive one by one, and a reload replays them', async (t) => {
  const { director, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const build = await startBuild(page, director);
  await waitForState(page, 'stream', 'live');
  for (let step = 1; step <= 5; ++step) {
    build.print(`[${step}/10] step ${step}`);
    await waitForLines(page, step);
    assert.equal((await lines(page)).length, step);
  }
  assert.equal(await page.textContent('#steps'), '5 / 10');

  await page.reload();
  await waitForLines(page, 5);
  build.print('[6/10] step 6');
  await waitForLines(page, 6);
  assert.deepEqual(await lines(page), [1, 2, 3, 4, 5, 6].map((step) => `[${step}/10] step ${step}`));
  build.end();
  await waitForState(page, 'stream', 'finished');
  await page.close();
});

// As fast as it is printed, the page has every line, in order, and the last one of a command that fails.
test('no line of a fast command is missing', async (t) => {
  const dashboard = await startDashboard({ command: ['sh', '-c', 'seq 5000; echo the last word; exit 3'] });
  t.after(async () => {
    await dashboard.end('SIGKILL');
    await dashboard.forget();
  });
  const page = await browser.open(`http://127.0.0.1:${dashboard.port}/`);
  await page.click('#start');
  await waitForState(page, 'stream', 'finished');
  await waitForLines(page, 5002);
  const wanted = [...Array.from({ length: 5000 }, (_, at) => `${at + 1}`), 'the last word', 'error: the command ended with exit code 3'];
  assert.deepEqual(await lines(page), wanted);
  await page.waitForSelector('nav [data-state="failed"]');
  await page.close();
});

// Whoever comes later sees the same build from its start, and both see what follows.
test('two tabs watch one build', async (t) => {
  const { director, cable } = await directed(t);
  const first = await browser.open(cable.address);
  const build = await startBuild(first, director);
  build.print('one', 'two');
  await waitForLines(first, 2);
  const second = await browser.open(cable.address);
  await waitForLines(second, 2);
  build.print('three');
  for (const page of [first, second]) {
    await waitForLines(page, 3);
    assert.deepEqual(await lines(page), ['one', 'two', 'three']);
    await page.close();
  }
});

// The browser says where it was, and gets what it missed: nothing twice, nothing lost.
test('a lost connection resumes where it was', async (t) => {
  const { director, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const build = await startBuild(page, director);
  build.print('one', 'two');
  await waitForLines(page, 2);
  cable.pull();
  build.print('three', 'four');
  await waitForLines(page, 4);
  await waitForState(page, 'stream', 'live');
  assert.deepEqual(await lines(page), ['one', 'two', 'three', 'four']);
  const [fresh, resumed] = cable.requestsFor('/builds/1/events');
  assert.doesNotMatch(fresh, /last-event-id/i);
  assert.match(resumed, /last-event-id: \S/i);
  await page.close();
});

// Builds do not mix, and the last event of one ends its stream for good.
test('two builds side by side; a finished one is not asked for again', async (t) => {
  const { director, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const first = await startBuild(page, director);
  const second = await startBuild(page, director);
  second.print('of the second');
  await waitForLines(page, 1);
  assert.deepEqual(await lines(page), ['of the second']);
  second.end();
  await waitForState(page, 'stream', 'finished');

  await page.click('nav button:has-text("Build 1")');
  first.print('of the first');
  await waitForLines(page, 1);
  assert.deepEqual(await lines(page), ['of the first']);
  first.end();
  await waitForState(page, 'stream', 'finished');
  await page.waitForFunction(() => document.querySelectorAll('nav [data-state="succeeded"]').length === 2);
  // One request for each time that it was looked at; a third build gives the page time for more.
  const third = await startBuild(page, director);
  third.end();
  await page.waitForFunction(() => document.querySelectorAll('nav [data-state="succeeded"]').length === 3);
  assert.equal(cable.requestsFor('/builds/1/events').length, 2);
  assert.equal(cable.requestsFor('/builds/2/events').length, 1);
  await page.close();
});

// The list of builds may be older than what was told while it was on its way.
test('a late list takes nothing back', async (t) => {
  const { director, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const first = await startBuild(page, director);
  const taken = latch();
  const released = latch();
  await page.route('**/builds', async (route) => {
    const response = await route.fetch();
    taken.open();
    await released.opened;
    await route.fulfill({ response });
  });
  await page.reload();
  await taken.opened;
  first.end();
  await page.waitForSelector('nav [data-state="succeeded"]');
  const second = fetch(`${cable.address}builds`, { method: 'POST' });
  await page.waitForSelector('nav button:has-text("Build 2")');
  await page.evaluate(() => document.querySelectorAll('#builds > *').forEach((entry) => { entry.dataset.isBeforeList = ''; }));
  released.open();
  await page.waitForFunction(() => !document.querySelector('[data-is-before-list]'));
  assert.deepEqual(await page.locator('nav .badge').allTextContents(), ['running', 'succeeded']);
  assert.equal((await second).status, 201);
  (await director.nextBuild()).end();
  await page.close();
});

// Stop ends the command, the stream says so, and everybody's list shows it.
test('a build can be stopped', async (t) => {
  const { director, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const build = await startBuild(page, director);
  build.print('one');
  await waitForLines(page, 1);
  await page.click('#stop');
  await waitForState(page, 'stream', 'finished');
  await page.waitForSelector('nav [data-state="stopped"]');
  await page.close();
});

// The page says that the server is away, and finds it again. No line that was shown is lost; the build itself has
// ended with its server, and is said to have been interrupted. The next one is a new one.
test('the server is killed in the middle of a log, and comes back', async (t) => {
  const { director, dashboard, cable } = await directed(t);
  const page = await browser.open(cable.address);
  const build = await startBuild(page, director);
  build.print(...Array.from({ length: 500 }, (_, at) => `line ${at + 1}`));
  await waitForLines(page, 100);
  await dashboard.end('SIGKILL');
  await waitForState(page, 'server', 'reconnecting');
  await waitForState(page, 'stream', 'reconnecting');
  const shown = await lines(page);
  const again = await startDashboard({ port: dashboard.port, command: director.command, folder: dashboard.folder });
  t.after(() => again.end('SIGKILL'));
  await waitForState(page, 'server', 'live');
  await waitForState(page, 'stream', 'finished');
  await page.waitForSelector('nav [data-state="interrupted"]');
  const kept = await lines(page);
  assert.ok(kept.length >= shown.length);
  assert.deepEqual(kept, kept.map((_, at) => `line ${at + 1}`));

  await page.reload();
  await waitForState(page, 'stream', 'finished');
  assert.deepEqual(await lines(page), kept);

  const next = await startBuild(page, director);
  next.print('a new beginning');
  await page.waitForSelector('#log div:has-text("a new beginning")');
  assert.equal(await page.textContent('#name'), 'Build 2');
  await page.close();
});

// A site that has its own name lead here is not served, whatever the browser takes its pages for.
test('other names than its own are refused', async (t) => {
  const { dashboard } = await directed(t);
  const statusFor = async (host) => {
    const asked = get({ host: '127.0.0.1', port: dashboard.port, path: '/builds', headers: { Host: host } });
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  };
  assert.equal(await statusFor('evil.example'), 421);
  assert.equal(await statusFor(`evil.example:${dashboard.port}`), 421);
  assert.equal(await statusFor('localhost:3000'), 200);
});

// The build that everybody sees first: the sample project, by CMake and Ninja. Pictures of it are for people to look at.
test('the sample project is built', async (t) => {
  const dashboard = await startDashboard();
  t.after(async () => {
    await dashboard.end('SIGKILL');
    await dashboard.forget();
  });
  const page = await browser.open(`http://127.0.0.1:${dashboard.port}/`);
  await page.setViewportSize({ width: 1100, height: 720 });
  await page.click('#start');
  await page.waitForSelector('#log div:has-text("[8/")', { timeout: 120_000 });
  await page.screenshot({ path: 'dashboard-running.png' });
  await page.waitForFunction(() => document.getElementById('stream').dataset.state === 'finished', null, { timeout: 120_000 });
  const all = await lines(page);
  assert.ok(all.some((line) => /^ok +wrapped/.test(line)), all.join('\n'));
  const steps = all.map((line) => /^\[(\d+)\/\d+\]/.exec(line)?.[1]).filter(Boolean).map(Number);
  assert.deepEqual(steps, steps.map((_, at) => at + 1));
  await page.waitForSelector('nav [data-state="succeeded"]');
  await page.screenshot({ path: 'dashboard-finished.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: 'dashboard-dark.png' });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.screenshot({ path: 'dashboard-phone.png' });
  await page.close();
  assert.equal(await dashboard.end(), 0);
});
