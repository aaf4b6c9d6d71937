// One chart: uPlot draws; the legend holds the same numbers as text (now, highest), and a table has them all.
import uPlot from './uPlot.esm.js';
import { el, setText } from './dom.js';
import { clock, duration, isNumber } from './format.js';
import { drawMarks, marksAtCursor } from './marks.js';

/** @typedef {{ key: string, label: string, color: string, dash?: number[], fill?: boolean, stepped?: boolean }} Line */

const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const namespace = 'http://www.w3.org/2000/svg';
const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888';

/** A piece of the line itself: dashes tell lines apart where colours do not. */
function swatch(line) {
    const svg = document.createElementNS(namespace, 'svg');
    svg.setAttribute('viewBox', '0 0 24 8');
    svg.setAttribute('class', 'swatch');
    svg.setAttribute('aria-hidden', 'true');
    const path = svg.appendChild(document.createElementNS(namespace, 'path'));
    path.setAttribute('d', 'M0 4H24');
    path.setAttribute('stroke-dasharray', (line.dash ?? []).join(' '));
    path.style.stroke = `var(${line.color})`;
    return svg;
}

/** A measurement between two gaps is a point: a line would not show it. */
const isolated = (u, index) =>
    u.data[index].flatMap((value, i, all) => (value !== null && (all[i - 1] ?? null) === null && (all[i + 1] ?? null) === null ? [i] : []));

const stepped = uPlot.paths.stepped?.({ align: 1 });

/**
 * @param {{ id: string, title: string, lines: Line[], format: (value: unknown) => string, top?: number, note?: string,
 *   marked?: { label: string, list: Node } }} options `top`: the least that the scale shows; `marked`: what marks are, and all of them as text
 */
export function createChart({ id, title, lines, format, top = 1, note = '', marked }) {
    const canvas = el('div', { 'class': 'chart-canvas', 'aria-hidden': 'true' });
    const readings = lines.map(line => ({
        now: el('span', { class: 'reading', data: { field: `${id}.${line.key}` } }),
        highest: el('span', { class: 'reading quiet' }),
    }));
    const markText = el('bdi');
    const tip = el('p', { class: 'chart-tip', hidden: true, data: { field: `${id}.mark` } }, markText);
    const markKey = marked && el('li', { hidden: true, data: { mark: id } }, el('span', { 'class': 'mark-sign', 'aria-hidden': 'true' }, '▲▼'), ` ${marked.label}`);
    const moment = el('span', { class: 'quiet moment' });
    const legend = el(
        'ul',
        { class: 'legend' },
        ...lines.map((line, index) => el('li', {}, swatch(line), ` ${line.label} `, readings[index].now, ' ', readings[index].highest)),
        markKey,
    );
    const asTable = el(
        'details',
        { class: 'chart-table', on: { toggle: fillTable } },
        el('summary', {}, 'As a table', el('span', { class: 'unseen' }, `: ${title}`)),
    );
    const root = el(
        'figure',
        { class: 'chart', data: { chart: id } },
        el('figcaption', {}, el('h3', { text: title }), note === '' ? null : el('span', { class: 'quiet' }, note), moment),
        el('div', { class: 'chart-area' }, canvas, tip),
        legend,
        asTable,
        marked?.list,
    );
    /** @type {import('./marks.js').Mark[]} */ let marks = [];
    /** @type {import('./marks.js').Mark[]} */ let shown = [];
    /** @type {any} */ let history = null;
    /** @type {any} */ let plot = null;
    let span = [0, 1];

    const values = line =>
        line.key.split('.').reduce((from, key) => from?.[key], /** @type {any} */ ({ ...history?.series, closed: history?.closed })) ?? [];

    function make(data) {
        const axis = {
            stroke: () => color('--quiet'),
            grid: { stroke: () => color('--grid'), width: 1 },
            ticks: { show: false },
            font: `12px ${getComputedStyle(document.body).fontFamily}`,
        };
        plot = new /** @type {any} */ (uPlot)(
            {
                width: Math.max(200, canvas.clientWidth),
                height: 160,
                legend: { show: false },
                cursor: { drag: { x: false, y: false }, sync: { key: 'cenote' }, points: { size: 6 }, y: false },
                scales: {
                    x: { range: () => /** @type {any} */ (span) },
                    y: { range: (u, low, high) => [0, Math.max(top, (isNumber(high) ? high : 0) * 1.08)] },
                },
                axes: [
                    { ...axis, values: times, space: 80, size: 28 },
                    { ...axis, values: (u, splits) => splits.map(format), size: 64, space: 32 },
                ],
                series: [
                    {},
                    ...lines.map(line => ({
                        stroke: () => color(line.color),
                        width: 1.75,
                        dash: line.dash,
                        fill: line.fill ? () => `${color(line.color)}26` : undefined,
                        paths: line.stepped ? stepped : undefined,
                        points: { show: true, filter: isolated, size: 4, fill: () => color(line.color) },
                    })),
                ],
                hooks: { setCursor: [read], draw: [u => drawMarks(u, shown, color('--mark'), color('--card'))] },
            },
            data,
            canvas,
        );
    }

    /** Seconds are noise on an axis of hours. */
    function times(u, splits) {
        const format = span[1] - span[0] > 900 ? minutes : seconds;
        return splits.map(second => format.format(second * 1000));
    }

    /** What the legend says: at the cursor, or else the latest. */
    function read() {
        const at = plot?.cursor.idx;
        const pointed = at !== null && at !== undefined && plot.cursor.left >= 0;
        setText(moment, pointed ? `at ${clock(plot.data[0][at] * 1000)}` : '');
        const near = marksAtCursor(plot, shown);
        tip.hidden = near.length === 0;
        setText(markText, near.map(mark => mark.text).join('\n'));
        lines.forEach((line, index) => {
            const series = plot.data[index + 1];
            const value = pointed ? series[at] : series.findLast(isNumber);
            const all = series.filter(isNumber);
            setText(readings[index].now, format(value));
            setText(readings[index].highest, all.length === 0 ? '' : `(highest ${format(Math.max(...all))})`);
        });
    }

    /** The last step of the history has only begun when something happens in it. */
    function placeMarks() {
        shown = marks.filter(mark => mark.at > span[0]).map(mark => ({ ...mark, at: Math.min(mark.at, span[1]) }));
        markKey?.toggleAttribute('hidden', shown.length === 0);
    }

    function fillTable() {
        asTable.querySelector('.scroll')?.remove();
        if (asTable.open && history !== null) {
            const data = lines.map(values);
            const rows = history.times.map((time, index) =>
                el(
                    'tr',
                    {},
                    el('th', { scope: 'row' }, clock(time * 1000)),
                    ...data.map(series => el('td', { class: 'number' }, format(series[index]))),
                ),
            );
            asTable.append(
                el(
                    'div',
                    { 'class': 'scroll tall', 'tabindex': '0', 'role': 'region', 'aria-label': `${title} as a table` },
                    el(
                        'table',
                        {},
                        el(
                            'caption',
                            {},
                            `Every ${duration(history.stepSeconds)}, newest first, as of ${clock(history.times.at(-1) * 1000)}`,
                        ),
                        el(
                            'thead',
                            {},
                            el(
                                'tr',
                                {},
                                el('th', { scope: 'col' }, 'Time'),
                                ...lines.map(line => el('th', { scope: 'col', class: 'number' }, line.label)),
                            ),
                        ),
                        el('tbody', {}, ...rows.reverse()),
                    ),
                ),
            );
        }
    }

    const sizes = new ResizeObserver(() => plot?.setSize({ width: Math.max(200, canvas.clientWidth), height: 160 }));
    const redraw = () => plot?.redraw(false, true);
    sizes.observe(canvas);
    document.addEventListener('cenote-theme', redraw);
    return {
        root,
        /** @param {import('./marks.js').Mark[]} next in their order */
        mark(next) {
            const isNew = next.length !== marks.length || next.at(-1)?.text !== marks.at(-1)?.text;
            marks = next;
            if (isNew) {
                placeMarks();
                redraw();
            }
        },
        /** @param {import('./model.js').History} next @param {number} range in seconds */
        update(next, range) {
            history = next;
            const end = next.times.at(-1) ?? Date.now() / 1000;
            span = [end - range, end];
            placeMarks();
            const data = [
                next.times,
                ...lines.map(values).map(series => next.times.map((_, index) => (isNumber(series[index]) ? series[index] : null))),
            ];
            if (plot === null) {
                make(data);
            } else {
                plot.setData(/** @type {any} */ (data));
            }
            read();
        },
        dispose() {
            sizes.disconnect();
            document.removeEventListener('cenote-theme', redraw);
            plot?.destroy();
        },
    };
}
