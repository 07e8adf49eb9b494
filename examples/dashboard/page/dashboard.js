// SPDX-License-Identifier: BSL-1.0
import { Connection } from './connection.js';
import { Log } from './log.js';

const at = (id) => document.getElementById(id);
const log = new Log(at('log'), at('newest'));
const builds = new Map(); // id -> { id, state, command, seconds, seen }, newest known state
let watched; // { id, connection }

// All builds: a short text for each change, for everybody.

new Connection('builds/events', {
  onState: (state) => {
    show(at('server'), state);
    // Changes that came before this stream opened are in the list; later ones come through the stream.
    if (state === 'live') loadBuilds();
  },
  listeners: { build: (data) => update(JSON.parse(data)), 'tidings-reset': loadBuilds },
});

async function loadBuilds() {
  const list = await (await fetch('builds')).json();
  builds.clear();
  list.forEach((build) => builds.set(build.id, { ...build, seen: performance.now() }));
  draw();
  if (!watched) watch(idInAddress() ?? list.at(-1)?.id);
}

function update(build) {
  builds.set(build.id, { ...build, seen: performance.now() });
  draw();
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
    onState: (state) => show(at('stream'), state),
    mayRetry: async () => {
      const list = await fetch('builds').then((answer) => answer.json(), () => undefined);
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
  draw();
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
  const seconds = build.seconds + (build.state === 'running' ? (performance.now() - build.seen) / 1000 : 0);
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function draw() {
  at('empty').hidden = builds.size > 0;
  at('builds').replaceChildren(...[...builds.values()].sort((a, b) => b.id - a.id).map(entry));
  const build = builds.get(watched?.id);
  if (!build) return;
  at('bar').dataset.state = build.state;
  at('command').textContent = at('command').title = build.command;
  at('stop').hidden = build.state !== 'running';
  at('duration').textContent = duration(build);
  document.title = `Build ${build.id}: ${build.state}`;
}

function entry(build) {
  const button = document.createElement('button');
  button.setAttribute('aria-current', build.id === watched?.id);
  button.addEventListener('click', () => watch(build.id));
  const name = document.createElement('span');
  name.textContent = `Build ${build.id}`;
  const time = document.createElement('span');
  time.className = 'duration';
  time.textContent = duration(build);
  const state = document.createElement('span');
  state.className = 'badge';
  show(state, build.state);
  button.append(name, time, state);
  const item = document.createElement('li');
  item.append(button);
  return item;
}

setInterval(draw, 1000);
