// All counters and percentiles since the start of the pool, to compare with metrics and logs.
import { count, duration, unknown, words } from './format.js';
import { el, keyed, setText } from './dom.js';
import { createPanel } from './panel.js';
import { createFact } from './table.js';

const latencyNames = { wait: 'wait', use: 'use', connect: 'connect' };
const parts = /** @type {const} */ ([
    ['averageSeconds', 'average'],
    ['p50Seconds', 'p50'],
    ['p95Seconds', 'p95'],
    ['p99Seconds', 'p99'],
    ['maximumSeconds', 'maximum'],
]);

export function createCounters() {
    const totals = el('dl', { class: 'counters' });
    const body = el('tbody');
    const table = el(
        'table',
        { 'aria-label': 'Latencies since the start', 'class': 'latencies' },
        el(
            'thead',
            {},
            el(
                'tr',
                {},
                el('th', { scope: 'col' }, 'Latency'),
                el('th', { scope: 'col', class: 'number' }, 'samples'),
                ...parts.map(([, label]) => el('th', { scope: 'col', class: 'number' }, label)),
            ),
        ),
        body,
    );
    const panel = createPanel(
        'counters',
        'Counters since the start',
        totals,
        el('div', { 'class': 'scroll', 'tabindex': '0', 'role': 'region', 'aria-label': 'Latencies, as a table that scrolls' }, table),
    );

    function createLatency({ name }) {
        /** @type {[string, (value: unknown) => string][]} */
        const fields = [['count', count], ...parts.map(([field]) => /** @type {[string, typeof duration]} */ ([field, duration]))];
        const cells = fields.map(([field, format]) => ({
            field,
            format,
            node: el('td', { class: 'number', data: { field: `latencies.${name}.${field}` } }),
        }));
        return {
            node: el('tr', {}, el('th', { scope: 'row' }, latencyNames[name]), ...cells.map(cell => cell.node)),
            update: ({ latency }) =>
                cells.forEach(({ field, format, node }) => {
                    node.dataset.value = latency?.[field] ?? '';
                    setText(node, latency?.count === 0 && field !== 'count' ? unknown : format(latency?.[field]));
                }),
        };
    }

    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update({ totals: numbers, latencies }) {
            const { closed, ...others } = numbers ?? {};
            const entries = [
                ...Object.entries(others).map(([name, value]) => ({ label: words(name), name: `totals.${name}`, value })),
                ...Object.entries(closed ?? {}).map(([reason, value]) => ({
                    label: `closed: ${words(reason)}`,
                    name: `totals.closed.${reason}`,
                    value,
                })),
            ];
            keyed(
                totals,
                entries,
                entry => entry.name,
                entry => {
                    const fact = createFact(entry.label, entry.name);
                    return { node: fact.node, update: ({ value }) => fact.update(value, count(value)) };
                },
            );
            keyed(
                body,
                Object.keys(latencyNames).map(name => ({ name, latency: latencies?.[name] })),
                row => row.name,
                createLatency,
            );
        },
    };
}
