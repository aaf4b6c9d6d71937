// All pools and replica sets, one row each, the worst first: what is wrong must be read before anything is clicked.
import { createBudgets } from './budgets.js';
import { el, keyed, setAttribute, setText } from './dom.js';
import { count, plural } from './format.js';
import { levelOf, worst } from './levels.js';
import { measured } from './measure.js';
import { list } from './model.js';
import { arrange, orders } from './overview-order.js';
import { createPoolRow, createSetRow } from './overview-rows.js';
import { preference, remember } from './preferences.js';

const atOnce = 60; // Rows that are built in one go; more come with the next frames, so that the page answers meanwhile.

/** label, what it sorts by (null: nothing), class, explanation */
const columns = [
    ['Health', 'worst', 'col-health', 'The worst first'],
    ['Pool', 'name', 'col-name', 'By name'],
    ['Last minute', null, 'col-spark', ''],
    ['In use', 'utilization', 'col-meter', 'Leased connections of the limit'],
    ['Waiting', 'waiting', 'number', 'Callers that wait now, and the longest wait among them'],
    ['Wait p50', null, 'number', ''],
    ['Wait p99', 'waitP99', 'number', 'Of the last minute: 99 of 100 callers waited less'],
    ['Errors', 'errorRate', 'number', 'Timeouts, errors and rejections among all rents of the last minute'],
    ['Circuit', null, 'col-circuit', ''],
    ['Rents', 'rents', 'number', 'Connections rented per second'],
];

/** The whole fleet in one sentence. */
export function headline(pools, sets) {
    const rows = [...pools, ...sets];
    const bad = level => rows.filter(row => levelOf(row.level) === level).length;
    if (rows.length === 0) {
        return 'No pools yet';
    }
    const subject =
        sets.length === 0 ? plural(pools.length, 'pool') : `${plural(pools.length, 'pool')} and ${plural(sets.length, 'replica set')}`;
    const [unhealthy, degraded] = [bad('unhealthy'), bad('degraded')];
    if (unhealthy + degraded === 0) {
        return rows.length === 1 ? 'The pool is healthy' : `All healthy: ${subject}`;
    }
    return [unhealthy > 0 ? `${count(unhealthy)} unhealthy` : '', degraded > 0 ? `${count(degraded)} degraded` : '', `of ${subject}`]
        .filter(Boolean)
        .join(', ')
        .replace(', of', ' of');
}

const lowered = text => text.slice(0, 1).toLowerCase() + text.slice(1);

/** @param {HTMLElement} main */
export function createOverview(main) {
    let order = preference('order', 'worst');
    order = Object.hasOwn(orders, order) ? order : 'worst';
    /** @type {any} */ let latest = null;
    let built = atOnce;
    let frame = 0;
    let old = ''; // That what is shown is not of now, in words.
    const heading = el('h1', { tabindex: '-1', class: 'headline' });
    const filter = el('input', {
        type: 'search',
        id: 'filter',
        placeholder: 'name, health, words of the summary',
        autocomplete: 'off',
        spellcheck: 'false',
        on: { input: () => latest && update(latest) },
    });
    const shown = el('p', { class: 'quiet shown', role: 'status' });
    const headers = columns.map(([label, by, className, title]) => {
        const button =
            by === null
                ? label
                : el('button', { type: 'button', class: 'sort', title, data: { sort: by }, on: { click: () => choose(by) } }, label);
        return el('th', { role: 'columnheader', scope: 'col', class: className }, button);
    });
    const body = el('tbody', { role: 'rowgroup' });
    const table = el(
        'table',
        { 'role': 'table', 'class': 'overview-table', 'aria-label': 'Pools and replica sets' },
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...headers)),
        body,
    );
    const empty = el('p', { class: 'empty', hidden: true });
    const budgets = createBudgets();
    main.append(
        el(
            'div',
            { class: 'overview-top' },
            heading,
            el('div', { class: 'filter' }, el('label', { for: 'filter' }, 'Filter'), filter, shown),
        ),
        table,
        empty,
        budgets.root,
    );

    function choose(by) {
        order = by;
        remember('order', by);
        if (latest !== null) {
            update(latest);
        }
    }

    function update(batch) {
        const overview = batch.overview;
        if (!overview) {
            return;
        }
        latest = batch;
        const [pools, sets] = [list(overview.pools), list(overview.replicaSets)];
        const items = arrange(pools, sets, order, filter.value);
        setText(heading, old === '' ? headline(pools, sets) : `${old} (then: ${lowered(headline(pools, sets))})`);
        setAttribute(main, 'data-level', worst([...pools, ...sets].map(row => row.level)));
        headers.forEach((header, index) =>
            setAttribute(header, 'aria-sort', columns[index][1] === order ? (order === 'name' ? 'ascending' : 'descending') : null),
        );
        keyed(
            body,
            items.slice(0, built),
            item => item.key,
            item => /** @type {any} */ (item.kind === 'set' ? createSetRow(item.row) : createPoolRow(item.row)),
        );
        if (items.length > built) {
            cancelAnimationFrame(frame);
            frame = requestAnimationFrame(buildMore);
        }
        budgets.update(list(overview.budgets));
        const all = pools.length + sets.length;
        setText(shown, filter.value === '' ? '' : `${count(items.length)} of ${count(all)} rows`);
        empty.hidden = items.length > 0;
        table.hidden = items.length === 0;
        setText(
            empty,
            all === 0
                ? 'No pool is registered. The dashboard shows the pools of the container (AddConnectionPool) and those of DashboardOptions.Pools.'
                : `Nothing fits the filter “${filter.value}”.`,
        );
    }

    function dispose() {
        cancelAnimationFrame(frame);
        keyed(
            body,
            [],
            () => '',
            () => createPoolRow(/** @type {any} */ ({})),
        );
    }

    function buildMore() {
        built += atOnce;
        measured(() => update(latest));
    }

    /** @param {string} text empty when what is shown is of now */
    function stale(text) {
        old = text;
        if (latest !== null) {
            update(latest);
        }
    }

    return { title: 'all pools', heading, update, stale, dispose };
}
