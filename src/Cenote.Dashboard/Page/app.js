// The page's entry: the shown view, the source of its data, and the parts around it.
//
// Hooks that tests and tools may rely on:
//   main[data-view="overview|pool|set|unknown"][data-level]     the view, and its worst health; [data-stale] while its data is old
//   #connection[data-connection="connecting|live|reconnecting|polling|stopped|paused|snapshot"]
//   tr[data-pool="<name>"], tr[data-set="<name>"]               rows of the overview, each with data-level
//                                                               (read their textContent: innerText is empty in rows off the screen, which are not laid out)
//   [data-field="<path in the JSON>"][data-value="<raw>"]       every number and word of the data: "counts.leased", "waitP99Seconds", "totals.rents",
//                                                               "latencies.wait.p99Seconds", "totals.closed.Idle", "slots.Leased"; cells of tables have the field of their row
//   [data-card="pool|application|database"][data-level]         the three cards of a pool; [data-finding="<kind>"] each finding of the diagnosis
//   [data-panel="charts|holders|slots|leaks|statements|events|settings|counters|servers|facts|history"]
//   [data-chart="connections|wait|use|connect|errors|rents|churn"], [data-range="<seconds>"] the buttons of the time range
//   li[data-slot="<id>"] > button[data-state], tr[data-lease="<id>"], tr[data-event="<kind>"], tr[data-setting="<name>"], tr[data-server="<name>"][data-role]
//   [data-action="suspend|resume|resize|validate|clear|drain|isolateCircuit|closeCircuit|revoke|saveSnapshot|openSnapshot|closeSnapshot"]
//   dialog[data-confirm="<action>"] with [data-dialog="confirm|cancel"], .result[data-outcome="done|failed"] in #results, [data-field="readOnly"] why actions are off
//   #filter, #events-filter, #events-level, #settings-filter, #theme, #snapshot-file, #snapshot-banner, #snapshot-problem, #stale, #health-notifier
//   performance measures "cenote-update" around each update of the document
import { getJson } from './api.js';
import { createHealthNotifier } from './health-notifier.js';
import { createConnectionLine } from './connection-line.js';
import { el } from './dom.js';
import { LiveSource } from './live-source.js';
import { levelOf } from './levels.js';
import { measured } from './measure.js';
import { list } from './model.js';
import { createOverview } from './overview.js';
import { createPoolView } from './pool.js';
import { preference, remember } from './preferences.js';
import { createSetView } from './replica-set.js';
import { overviewHref, parseRoute } from './router.js';
import { createSession } from './session.js';
import { createSnapshotControls } from './snapshot-controls.js';

/** @param {string} id @returns {any} */
const byId = id => document.getElementById(id);
const main = byId('main');
const line = createConnectionLine(old => {
    page.old = old;
    page.view?.stale?.(old);
    showTitle();
});
const healthNotifier = createHealthNotifier(byId('health-notifier'));
const session = createSession(() => page.last && page.view?.update(page.last)); // Buttons appear or disappear; the numbers stay.
/** @type {{ overview: any, last: any, view: any, route: any, snapshot: any, connection: string, old: string }} */
const page = { overview: null, last: null, view: null, route: null, snapshot: null, connection: '', old: '' };

const context = {
    session: session.current,
    refreshSession: session.refresh,
    ranges: session.ranges,
    canAct: () => page.snapshot === null && session.canAct(),
    whyReadOnly: () => (page.snapshot === null ? session.whyReadOnly() : 'This is a snapshot: actions are off.'),
    history: (pool, seconds) => (page.snapshot ? page.snapshot.history(pool, seconds) : getJson('history', { pool, seconds })),
};

const live = new LiveSource({
    batch: receive,
    problem: (problem, part) => (part === 'overview' ? line.refused(problem) : page.view?.problem?.(problem, part)),
    state(state) {
        const fresh = state === 'live' || state === 'polling';
        if (fresh && page.connection !== 'live' && page.connection !== 'polling') {
            session.refresh(); // The first connection, or one to a process that may have restarted.
        }
        page.connection = state;
        line.state(state);
    },
});

/** @param {any} batch some of { overview, pool, replicaSet } */
function receive(batch) {
    measured(() => {
        if (batch.overview) {
            page.overview = batch.overview;
            line.data(batch.overview.time);
            healthNotifier.update(batch.overview);
            showTitle();
        }
        page.last = { ...page.last, ...batch };
        page.view?.update(batch);
    });
}

/** The tab's title counts unhealthy pools and sets, so that another tab can stay in front. */
function showTitle() {
    const bad = [...list(page.overview?.pools), ...list(page.overview?.replicaSets)].filter(
        row => levelOf(row.level) === 'unhealthy',
    ).length;
    const text = `${page.old === '' ? '' : 'Not live: '}${bad > 0 ? `(${bad}) ` : ''}${page.view?.title ?? ''} · Cenote`;
    if (document.title !== text) {
        document.title = text;
    }
}

function createUnknown() {
    const heading = el('h1', { tabindex: '-1' }, 'This page does not exist');
    main.append(heading, el('p', {}, 'The address is broken or of another version. ', el('a', { href: overviewHref }, 'All pools')));
    return { title: 'unknown page', heading, update() {}, dispose() {} };
}

const views = { overview: createOverview, pool: createPoolView, set: createSetView, unknown: createUnknown };

function watch() {
    const { view, name } = page.route;
    const watched = { pool: view === 'pool' ? name : null, replicaSet: view === 'set' ? name : null };
    page.last = page.overview === null ? null : { overview: page.overview };
    if (page.snapshot) {
        const batch = page.snapshot.batch(watched);
        receive({ overview: batch.overview });
        receive(batch);
    } else {
        if (page.overview !== null) {
            page.view.update({ overview: page.overview });
        }
        live.watch(watched);
    }
}

/** @param {boolean} focus on the heading of the view, so that a screen reader notices the new view */
function show(focus) {
    const route = parseRoute(location.hash);
    if (route.view === 'pool' && page.route?.view === 'pool' && route.name === page.route.name && focus) {
        page.route = route;
        page.view.go(route.section);
        return;
    }
    page.view?.dispose();
    main.replaceChildren();
    delete main.dataset.level;
    main.dataset.view = route.view;
    page.route = route;
    page.view = views[route.view](main, context, /** @type {any} */ (route));
    page.view.stale?.(page.old);
    showTitle();
    watch();
    scrollTo(0, 0);
    if (focus) {
        page.view.heading.focus({ preventScroll: true });
    }
}

createSnapshotControls(source => {
    page.snapshot = source;
    page.overview = null;
    healthNotifier.reset();
    line.reset();
    if (source) {
        live.stop();
        line.state('snapshot');
    }
    show(false);
    page.connection = '';
    if (!source) {
        live.start();
    }
});
byId('theme').value = preference('theme', 'system');
byId('theme').addEventListener('change', event => {
    remember('theme', event.target.value);
    document.dispatchEvent(new Event('cenote-theme-chosen'));
});
byId('skip').addEventListener('click', event => {
    event.preventDefault(); // The hash belongs to the routes.
    main.focus();
});
addEventListener('hashchange', () => show(true));
show(false);
live.start();
