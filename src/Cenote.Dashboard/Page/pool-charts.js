// The pool over time. A new history is asked for when its next step is due: a chart of a day does not change every second.
import { el, setAttribute, setText } from './dom.js';
import { createChart } from './chart.js';
import { count, duration, isNumber, percent, rate, words } from './format.js';
import { createPanel } from './panel.js';
import { preference, remember } from './preferences.js';
import { createSizing } from './sizing.js';

/** @typedef {import('./chart.js').Line} Line */

const rangeNames = { 60: '1 min', 300: '5 min', 900: '15 min', 3600: '1 h', 21600: '6 h', 86400: '24 h' };
const percentiles = name => [
    { key: `${name}P50`, label: 'p50', color: '--p50' },
    { key: `${name}P99`, label: 'p99', color: '--p99', dash: [6, 3] },
];
const reasonColors = ['--waiting', '--p99', '--limit', '--active', '--errors'];
const reasonDashes = [
    [6, 3],
    [2, 3],
    [8, 3, 2, 3],
    [12, 4],
    [4, 2],
];
const atLeastMillisecond = 0.001;

/** @type {Parameters<typeof createChart>[0][]} */
const fixed = [
    {
        id: 'connections',
        title: 'Connections',
        format: count,
        lines: [
            { key: 'limit', label: 'limit', color: '--limit', dash: [2, 3], stepped: true },
            { key: 'active', label: 'active', color: '--active', fill: true },
            { key: 'idle', label: 'idle', color: '--idle', dash: [8, 3, 2, 3] },
            { key: 'waiting', label: 'waiting', color: '--waiting', dash: [6, 3] },
        ],
    },
    { id: 'wait', title: 'Wait for a connection', format: duration, top: atLeastMillisecond, lines: percentiles('wait') },
    { id: 'use', title: 'Use, from rent to return', format: duration, top: atLeastMillisecond, lines: percentiles('use') },
    { id: 'connect', title: 'Connect to the database', format: duration, top: atLeastMillisecond, lines: percentiles('connect') },
    {
        id: 'errors',
        title: 'Error rate',
        format: percent,
        top: 0.01,
        lines: [{ key: 'errorRate', label: 'failed rents', color: '--errors', fill: true }],
    },
    {
        id: 'rents',
        title: 'Rents',
        format: rate,
        lines: [
            { key: 'rents', label: 'rents', color: '--active' },
            { key: 'waits', label: 'of them had to wait', color: '--waiting', dash: [6, 3] },
        ],
    },
];

/** Opens, and closes by those reasons that occur in the range. @param {import('./model.js').History} history @returns {Line[]} */
function churnLines(history) {
    const reasons = Object.entries(history.closed ?? {})
        .filter(([, values]) => Array.isArray(values) && values.some(value => isNumber(value) && value > 0))
        .map(([reason]) => reason);
    return [
        { key: 'opened', label: 'opened', color: '--idle', stepped: true },
        ...reasons.map((reason, index) => ({
            key: `closed.${reason}`,
            label: `closed: ${words(reason)}`,
            color: reasonColors[index % reasonColors.length],
            dash: reasonDashes[index % reasonDashes.length],
            stepped: true,
        })),
    ];
}

/** How far back the history has anything, as far as its range tells. @param {import('./model.js').History} history */
export function knownSeconds(history) {
    const times = history.times ?? [];
    const first = times.findIndex((_, index) => Object.values(history.series ?? {}).some(series => isNumber(series?.[index])));
    return first < 0 ? 0 : times[times.length - 1] - times[first] + (history.stepSeconds ?? 1);
}

/** The shortest range that shows all of it, up to the usual one: two minutes after the start a quarter of an hour is mostly empty. */
export function fittingRange(ranges, usual, known) {
    return ranges.find(range => range >= known && range <= usual) ?? usual;
}

/** @param {string} pool @param {{ history: (pool: string, seconds: number) => Promise<import('./model.js').History>, ranges: () => number[] }} context */
export function createPoolCharts(pool, context) {
    const ranges = context.ranges();
    let range = Number(preference('range', '0'));
    let isChosen = ranges.includes(range); // Otherwise it grows with what there is to see.
    const usual = ranges[Math.min(2, ranges.length - 1)];
    range = isChosen ? range : usual;
    const sizing = createSizing();
    const charts = fixed.map(chart =>
        createChart(chart.id === 'connections' ? { ...chart, marked: { label: 'sizing decision', list: sizing.root } } : chart),
    );
    const grid = el('div', { class: 'charts' }, ...charts.map(chart => chart.root));
    const problem = el('p', { class: 'empty', role: 'status', hidden: true });
    const choices = ranges.map(seconds =>
        el(
            'button',
            { type: 'button', data: { range: String(seconds) }, on: { click: () => choose(seconds) } },
            rangeNames[seconds] ?? duration(seconds),
        ),
    );
    const panel = createPanel('charts', 'Over time', problem, grid);
    panel.tools.append(el('div', { 'class': 'choices', 'role': 'group', 'aria-label': 'Time range' }, ...choices));
    /** @type {any} */ let churn = null;
    let churnKeys = '';
    let due = 0;
    let asking = 0;
    let disposed = false;

    function choose(seconds) {
        range = seconds;
        isChosen = true;
        remember('range', String(seconds));
        mark();
        load();
    }

    function mark() {
        choices.forEach((button, index) => setAttribute(button, 'aria-pressed', String(ranges[index] === range)));
    }

    async function load() {
        const mine = ++asking;
        due = Infinity;
        try {
            const history = await context.history(pool, range);
            if (mine !== asking || disposed) {
                return;
            }
            problem.hidden = true;
            grid.hidden = false;
            const fitting = isChosen ? range : fittingRange(ranges, usual, knownSeconds(history));
            if (fitting !== range) {
                range = fitting;
                mark();
                load();
                return;
            }
            draw(history);
            due = performance.now() + 1000 * Math.min(30, Math.max(1, history.stepSeconds || 1)) - 100;
        } catch (error) {
            if (mine === asking && !disposed) {
                due = performance.now() + 2_000;
                problem.hidden = false;
                setText(problem, `No history: ${/** @type {Error} */ (error).message}`);
            }
        }
    }

    function draw(history) {
        const start = performance.now();
        const lines = churnLines(history);
        const keys = lines.map(line => line.key).join();
        if (keys !== churnKeys) {
            churn?.dispose();
            churn?.root.remove();
            churn = createChart({ id: 'churn', title: 'Opened and closed', note: 'per second, by reason', format: rate, top: 0.5, lines });
            churnKeys = keys;
            grid.append(churn.root);
        }
        for (const chart of [...charts, churn]) {
            chart.update(history, range);
        }
        setAttribute(grid, 'data-range', String(range));
        performance.measure('cenote-charts', { start, end: performance.now() });
        performance.clearMeasures('cenote-charts');
    }

    mark();
    load();
    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            charts[0].mark(sizing.update(pool));
            if (performance.now() >= due) {
                load();
            }
        },
        dispose() {
            disposed = true;
            [...charts, churn].forEach(chart => chart?.dispose());
        },
    };
}
