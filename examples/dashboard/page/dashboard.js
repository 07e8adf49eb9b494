// SPDX-License-Identifier: BSL-1.0
import { Connection } from './connection.js';
import { Log } from './log.js';

const at = (id) => document.getElementById(id);
const log = new Log(at('log'), at('newest'));
const builds = new Map(); // id -> { id, state, command, seconds, seen, entry }: the newest known of each, and its button
let watched; // { id, connection }
let meanwhile; // what events tell while a list is on its way: the list may be older

// All builds: a short text for each change, for everybody.

new Connection('builds/events', {
  onState: (state) => {
    show(at('server'), state);
    // Changes that came before this stream opened are in the list; later ones come through the stream.
    if (state === 'live') loadBuilds();
  },
  listeners: { build: (data) => changed(JSON.parse(data)), 'tidings-reset': loadBuilds },
});

async function loadBuilds() {
  const told = (meanwhile = []);
  const list = await fetchBuilds();
  if (meanwhile !== told) return; // a newer list is on its way
  meanwhile = undefined;
  if (!list) return; // it comes when the stream is back
  builds.forEach(({ entry }) => entry.remove());
  builds.clear();
  list.forEach(update);
  told.forEach(update);
  at('empty').hidden = builds.size > 0;
  if (!watched) watch(idInAddress() ?? list.at(-1)?.id);
}

async function fetchBuilds() {
  try {
    return await (await fetch('builds')).json();
  } catch {
    return undefined;
  }
}

function update(build) {
  const entry = builds.get(build.id)?.entry ?? addEntry(build.id);
  builds.set(build.id, { ...build, seen: performance.now(), entry });
  show(entry.querySelector('.badge'), build.state);
  drawTimes();
  drawWatched();
}

function changed(build) {
  meanwhile?.push(build);
  update(build);
  if (!watched) watch(build.id);
}

// One build: all of it from its start, then what comes, until its result.

function watch(id) {
  if (id === undefined || id === watched?.id) return;
  watched?.connection.close();
  log.clear();
  showProgress({ done: 0, total: 0 });
  at('build').hidden = false;
  at('name').textContent = `Build ${id}`;
  history.replaceState(null, '', `#${id}`);

  const connection = new Connection(`builds/${id}/events`, {
    onState: (state) => {
      show(at('stream'), state);
      if (state === 'gone') watched = undefined;
    },
    mayRetry: async () => {
      const list = await fetchBuilds();
      return !list || list.some((build) => build.id === id);
    },
    listeners: {
      line: (text) => log.append(text),
      progress: (data) => showProgress(JSON.parse(data)),
      result: () => connection.finish(),
      'tidings-reset': () => {
        log.clear();
        connection.restart();
      },
    },
  });
  watched = { id, connection };
  drawWatched();
}

function showProgress({ done, total }) {
  const bar = at('bar');
  bar.setAttribute('aria-valuenow', done);
  bar.setAttribute('aria-valuemax', total);
  bar.firstElementChild.style.width = total ? `${(100 * done) / total}%` : '0';
  at('steps').textContent = total ? `${done} / ${total}` : '';
}

// Buttons.

at('start').addEventListener('click', async () => {
  const build = await post('builds');
  if (build) watch(build.id);
});
at('stop').addEventListener('click', () => post(`builds/${watched.id}/stop`));
window.addEventListener('hashchange', () => watch(idInAddress()));

async function post(url) {
  try {
    const answer = await fetch(url, { method: 'POST' });
    notice(answer.ok ? '' : await answer.text());
    return answer.ok ? await answer.json() : undefined;
  } catch {
    notice('The server cannot be reached.');
  }
}

function notice(text) {
  at('notice').textContent = text;
  at('notice').hidden = !text;
}

// Drawing.

const idInAddress = () => Number(location.hash.slice(1)) || undefined;

function show(badge, state) {
  badge.dataset.state = state;
  badge.textContent = state;
}

function duration(build) {
  if (build.state === 'interrupted') return ''; // nobody was there when it ended
  const seconds = build.seconds + (build.state === 'running' ? (performance.now() - build.seen) / 1000 : 0);
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function drawTimes() {
  for (const build of builds.values()) build.entry.querySelector('.duration').textContent = duration(build);
  if (builds.has(watched?.id)) at('duration').textContent = duration(builds.get(watched.id));
}

function drawWatched() {
  builds.forEach(({ entry }, id) => entry.firstElementChild.setAttribute('aria-current', id === watched?.id));
  const build = builds.get(watched?.id);
  if (!build) return;
  show(at('state'), build.state);
  at('bar').dataset.state = build.state;
  at('command').textContent = at('command').title = build.command;
  at('stop').hidden = build.state !== 'running';
  document.title = `Build ${build.id}: ${build.state}`;
}

// The newest build stands first.
function addEntry(id) {
  const entry = at('entry').content.cloneNode(true).firstElementChild;
  entry.querySelector('.name').textContent = `Build ${id}`;
  entry.firstElementChild.addEventListener('click', () => watch(id));
  at('builds').prepend(entry);
  at('empty').hidden = true;
  return entry;
}

setInterval(drawTimes, 1000);
