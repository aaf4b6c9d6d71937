// One row of the overview: a pool, or a replica set above its pools. A row touches only what changed.
import { el, field, foreign, setAttribute, setField } from './dom.js';
import { count, duration, isNumber, percent, plural, rate, unknown, withLocalTimes, words } from './format.js';
import { createBadge, levelOf } from './levels.js';
import { textOf } from './model.js';
import { poolHref, setHref } from './router.js';
import { createSparkline } from './sparkline.js';

// Roles are explicit, because the phone's layout removes the table display and the roles that browsers derive from it.
const cell = (label, className, ...children) => el('td', { role: 'cell', class: className, data: { label } }, ...children);

/** A cell of numbers. */
const numbers = (label, ...children) => cell(label, 'number', el('div', { class: 'value' }, ...children));

function createName(row, href) {
    const link = el('a', { href, class: 'row-link' }, foreign(row.name));
    const summary = el('bdi', { class: 'row-summary', data: { field: 'summary' } });
    const address = row.address ? [el('bdi', { class: 'row-address', data: { field: 'address' }, text: textOf(row.address) })] : [];
    return { node: el('th', { role: 'rowheader', scope: 'row', class: 'col-name' }, link, ...address, summary), summary };
}

/** @param {import('./model.js').PoolRow} first */
export function createPoolRow(first) {
    const badge = createBadge();
    const name = createName(first, poolHref(textOf(first.name)));
    const spark = createSparkline();
    const bar = el('span', { class: 'meter-fill' });
    const leased = field('counts.leased');
    const limit = field('counts.limit');
    const waiting = field('counts.waiting');
    const longest = field('longestWaitSeconds');
    const p50 = field('waitP50Seconds');
    const p99 = field('waitP99Seconds');
    const errors = field('errorRate');
    const circuit = field('circuit');
    const rents = field('rentsPerSecond');
    const waitingCell = numbers('waiting', waiting, el('span', { class: 'longest' }, ' · ', longest));
    const node = el(
        'tr',
        { role: 'row', class: 'pool-row', data: { pool: textOf(first.name) } },
        cell('health', 'col-health', badge.node),
        name.node,
        cell('last minute', 'col-spark', spark.node),
        cell(
            'in use',
            'col-meter',
            el('span', { 'class': 'meter', 'aria-hidden': 'true' }, bar),
            el('div', { class: 'value meter-text' }, leased, ' of ', limit),
        ),
        waitingCell,
        numbers('wait p50', p50),
        numbers('wait p99', p99),
        numbers('errors', errors),
        cell('circuit', 'col-circuit', circuit),
        numbers('rents', rents),
    );
    return {
        node,
        /** @param {{ row: import('./model.js').PoolRow }} item */
        update({ row }) {
            const counts = row.counts ?? {};
            setAttribute(node, 'data-level', levelOf(row.level));
            setAttribute(node, 'data-member', row.replicaSet ? 'true' : null);
            setAttribute(node, 'data-state', textOf(row.state));
            badge.update(row.level);
            setField(name.summary, row.summary, withLocalTimes(row.summary));
            spark.update(row.sparkline, counts.limit);
            const used = isNumber(row.utilization) ? Math.max(0, Math.min(1, row.utilization)) : 0;
            const scale = `scaleX(${Math.round(used * 200) / 200})`;
            if (bar.style.transform !== scale) {
                bar.style.transform = scale;
            }
            setField(leased, counts.leased, count(counts.leased));
            setField(limit, counts.limit, count(counts.limit));
            setField(waiting, counts.waiting, count(counts.waiting));
            setField(longest, row.longestWaitSeconds, duration(row.longestWaitSeconds));
            // Short queues are normal in a busy pool. The cell is marked only when the diagnosis is not healthy.
            setAttribute(waitingCell, 'data-alert', counts.waiting > 0 && levelOf(row.level) !== 'healthy' ? 'true' : null);
            setField(p50, row.waitP50Seconds, duration(row.waitP50Seconds));
            setField(p99, row.waitP99Seconds, duration(row.waitP99Seconds));
            setField(errors, row.errorRate, percent(row.errorRate));
            setAttribute(errors, 'data-alert', isNumber(row.errorRate) && row.errorRate > 0 ? 'true' : null);
            setField(circuit, row.circuit, words(row.circuit));
            setAttribute(circuit, 'data-alert', row.circuit === 'Closed' ? null : 'true');
            setField(rents, row.rentsPerSecond, rate(row.rentsPerSecond));
        },
        dispose: spark.dispose,
    };
}

/** @param {import('./model.js').SetRow} first */
export function createSetRow(first) {
    const badge = createBadge();
    const name = createName(first, setHref(textOf(first.name)));
    const primary = el('bdi', { data: { field: 'primary' } });
    const serving = field('serving');
    const lag = field('maxLagSeconds');
    const failovers = field('failovers');
    const facts = el(
        'td',
        { role: 'cell', class: 'set-facts', colspan: 8 },
        el('span', {}, 'primary ', primary),
        el('span', {}, serving),
        el('span', {}, 'lag up to ', lag),
        el('span', {}, failovers),
    );
    const node = el(
        'tr',
        { role: 'row', class: 'set-row', data: { set: textOf(first.name) } },
        cell('health', 'col-health', badge.node),
        name.node,
        facts,
    );
    return {
        node,
        /** @param {{ row: import('./model.js').SetRow }} item */
        update({ row }) {
            setAttribute(node, 'data-level', levelOf(row.level));
            badge.update(row.level);
            setField(name.summary, row.summary, withLocalTimes(row.summary));
            setField(primary, row.primary, row.primary ?? 'none');
            setField(serving, row.serving, `${count(row.serving)} of ${plural(row.servers, 'server')} serving`);
            setField(lag, row.maxLagSeconds, duration(row.maxLagSeconds));
            setField(
                failovers,
                row.failovers,
                row.failovers === 0 ? 'no failover' : isNumber(row.failovers) ? plural(row.failovers, 'failover') : unknown,
            );
        },
    };
}
