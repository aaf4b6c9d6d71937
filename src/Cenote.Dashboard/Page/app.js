// The page's entry: which view is shown, where its data comes from, and what is written around it.
import { ApiError, getJson } from './api.js';
import { createAnnouncer } from './announcer.js';
import { createConnectionLine } from './connection-line.js';
import { el, setText } from './dom.js';
import { LiveSource } from './live-source.js';
import { list } from './model.js';
import { levelOf } from './levels.js';
import { createOverview } from './overview.js';
import { preference, remember } from './preferences.js';
import { parseRoute } from './router.js';

/** @param {string} id @returns {any} */
const byId = id => document.getElementById(id);
const main = byId('main');
const line = createConnectionLine();
const announcer = createAnnouncer(byId('verdict-announcer'));
const page = { session: null, overview: null, view: null };

const live = new LiveSource({
  batch: receive,
  state: line.state,
  problem: (problem, part) => page.view?.problem?.(problem, part),
});

/** @param {any} batch some of { overview, pool, replicaSet } */
function receive(batch) {
  const start = performance.now();
  if (batch.overview) {
    page.overview = batch.overview;
    line.data(batch.overview.time);
    announcer.update(batch.overview);
    title();
  }
  page.view?.update(batch);
  measure(start);
}

/** What an update costs the main thread; the browser tests read it. Old measures go: a page on a wall runs for months. */
function measure(start) {
  if (performance.getEntriesByName('cenote-update').length > 300) {
    performance.clearMeasures('cenote-update');
  }
  performance.measure('cenote-update', { start, end: performance.now() });
}

/** The tab's title counts what is wrong: it is read from the other end of the desk. */
function title() {
  const bad = [...list(page.overview?.pools), ...list(page.overview?.replicaSets)].filter(row => levelOf(row.level) === 'unhealthy').length;
  const text = `${bad > 0 ? `(${bad}) ` : ''}${page.view?.title ?? ''} · Cenote`;
  if (document.title !== text) {
    document.title = text;
  }
}

function show(first) {
  const route = parseRoute(location.hash);
  page.view?.dispose();
  main.replaceChildren();
  main.removeAttribute('data-level');
  main.dataset.view = route.view;
  page.view = createOverview(main);
  if (page.overview !== null) {
    page.view.update({ overview: page.overview });
  }
  title();
  live.watch({});
  if (!first) {
    page.view.heading.focus();
  }
}

byId('theme').value = preference('theme', 'system');
byId('theme').addEventListener('change', event => {
  remember('theme', event.target.value);
  document.dispatchEvent(new Event('cenote-theme-chosen'));
});
byId('skip').addEventListener('click', event => {
  event.preventDefault(); // The hash belongs to the routes.
  main.focus();
});
addEventListener('hashchange', () => show(false));
show(true);
live.start();
