// Three cards, pool, application and database, with their facts and the findings that point at them.
import { el, setAttribute, setText } from './dom.js';
import { clock, count, duration, isNumber, percent, plural, rate, words } from './format.js';
import { levelOf, worst } from './levels.js';
import { list, textOf } from './model.js';
import { createFact } from './table.js';

const causes = {
    application: ['NestedRentDeadlock', 'LeakSuspected'],
    database: ['CircuitIsolated', 'CircuitOpen', 'Unreachable', 'CredentialsRefused', 'SettingsRefused', 'ServerFull', 'DatabaseSaturated', 'SlowQueries'],
};
const causeOf = kind => Object.keys(causes).find(name => causes[name].includes(kind)) ?? 'pool';

/** name → [label, field, explanation] */
const cards = {
    pool: [
        'The pool',
        [
            ['leased', 'counts.leased', 'Rented connections, of the limit'],
            ['idle', 'counts.idle'],
            ['in change', 'changing', 'Opening, being reset, validated or closed'],
            ['waiting', 'counts.waiting'],
            ['longest wait', 'longestWaitSeconds', 'Of the callers that wait now'],
            ['wait p50', 'waitP50Seconds', 'Last minute'],
            ['wait p99', 'waitP99Seconds', 'Last minute'],
            ['rents', 'rentsPerSecond'],
            ['errors', 'errorRate', 'Timeouts, errors and rejections among the rents of the last minute'],
            ['timeouts', 'timeouts', 'Since the start'],
            ['size', 'size', 'Minimum to maximum'],
        ],
    ],
    application: [
        'The application',
        [
            ['most leases', 'topHolder'],
            ['longest held', 'longestHeldSeconds', 'The oldest lease'],
            ['use p50', 'latencies.use.p50Seconds', 'From rent to return, since the start'],
            ['use p99', 'latencies.use.p99Seconds', 'From rent to return, since the start'],
            ['leaks suspected', 'leaksSuspected', 'Since the start'],
            ['abandoned leases', 'leasesAbandoned', 'Since the start'],
        ],
    ],
    database: [
        'The database',
        [
            ['address', 'address', 'Where connections lead'],
            ['circuit', 'circuit'],
            ['connect p50', 'latencies.connect.p50Seconds', 'Since the start'],
            ['connect p99', 'latencies.connect.p99Seconds', 'Since the start'],
            ['failed opens', 'openFailures', 'Since the start'],
            ['lost connections', 'totals.closed.ConnectionLost', 'Since the start'],
            ['last failure', 'lastOpenFailure'],
        ],
    ],
};

/** Returns the call sites that hold leases, most leases first. @param {import('./model.js').Lease[]} leases */
export function holders(leases) {
    const sites = new Map();
    for (const lease of leases) {
        const site = textOf(lease.site) || 'unknown';
        const entry = sites.get(site) ?? { site, leases: 0, longest: 0, suspected: 0 };
        entry.leases++;
        entry.longest = Math.max(entry.longest, isNumber(lease.heldSeconds) ? lease.heldSeconds : 0);
        entry.suspected += lease.isSuspectedLeak ? 1 : 0;
        sites.set(site, entry);
    }
    return [...sites.values()].sort((a, b) => b.leases - a.leases || b.longest - a.longest);
}

export function createPoolFacts() {
    const facts = {};
    const made = Object.entries(cards).map(([name, [title, rows]]) => {
        const points = el('p', { class: 'card-finding' });
        const node = el(
            'section',
            { 'class': 'card', 'aria-label': title, 'data': { card: name } },
            el('h2', { text: title }),
            points,
            el('dl', {}, .../** @type {any[]} */ (rows).map(([label, field, why]) => (facts[field] = createFact(label, field, why)).node)),
        );
        return { name, node, points };
    });
    const root = el('div', { class: 'cards' }, ...made.map(card => card.node));

    function updateDatabase({ row, latencies, totals, lastOpenFailure: failure, circuit }) {
        const since = circuit?.stateChangedAt && row.circuit !== 'Closed' ? ` since ${clock(circuit.stateChangedAt)}` : '';
        const probe = isNumber(circuit?.secondsUntilNextProbe) ? `, next probe in ${duration(circuit.secondsUntilNextProbe)}` : '';
        facts.address.update(row.address, textOf(row.address));
        facts.circuit.update(
            row.circuit,
            `${words(row.circuit)}${circuit?.isIsolated ? ' (isolated)' : ''}${since}${probe}`,
            row.circuit !== 'Closed',
        );
        for (const [name, latency] of [
            ['connect', latencies?.connect],
            ['use', latencies?.use],
        ]) {
            for (const percentile of ['p50Seconds', 'p99Seconds']) {
                facts[`latencies.${name}.${percentile}`].update(
                    latency?.[percentile],
                    latency?.count === 0 ? 'none yet' : duration(latency?.[percentile]),
                );
            }
        }
        const lost = totals?.closed?.ConnectionLost ?? 0;
        facts['totals.closed.ConnectionLost'].update(lost, count(lost), false);
        facts.openFailures.update(row.openFailures, count(row.openFailures));
        facts.lastOpenFailure.update(
            failure?.kind,
            failure
                ? `${clock(failure.time)}: ${textOf(failure.message)} (${words(failure.kind)}, ${plural(failure.attempts, 'attempt', 'attempts')})`
                : 'none',
        );
    }

    return {
        root,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            const row = pool.row ?? {};
            const counts = row.counts ?? {};
            const marked = levelOf(row.level) !== 'healthy'; // A fully used pool without long waits is healthy.
            for (const { name, node, points } of made) {
                const found = list(pool.diagnosis?.findings).filter(finding => causeOf(finding.kind) === name);
                setAttribute(node, 'data-level', found.length === 0 ? null : levelOf(worst(found.map(finding => finding.level))));
                setText(points, found.map(finding => words(finding.kind)).join(', '));
                points.hidden = found.length === 0;
            }
            facts['counts.leased'].update(
                counts.leased,
                `${count(counts.leased)} of ${count(counts.limit)}`,
                marked && (row.utilization ?? 0) >= 1,
            );
            facts['counts.idle'].update(counts.idle, count(counts.idle));
            const changing = (counts.opening ?? 0) + (counts.resetting ?? 0) + (counts.validating ?? 0) + (counts.closing ?? 0);
            facts.changing.update(changing, count(changing));
            facts['counts.waiting'].update(counts.waiting, count(counts.waiting), marked && counts.waiting > 0);
            for (const name of ['longestWaitSeconds', 'waitP50Seconds', 'waitP99Seconds']) {
                facts[name].update(row[name], duration(row[name]));
            }
            facts.rentsPerSecond.update(row.rentsPerSecond, rate(row.rentsPerSecond));
            facts.errorRate.update(row.errorRate, percent(row.errorRate), (row.errorRate ?? 0) > 0);
            facts.timeouts.update(row.timeouts, count(row.timeouts));
            facts.size.update(row.maxSize, `${count(row.minSize)} to ${count(row.maxSize)}`);
            const [top] = holders(list(pool.leases));
            facts.topHolder.update(
                top?.site,
                top ? `${top.site}: ${count(top.leases)} of ${count(list(pool.leases).length)}` : 'no leases',
            );
            const longest = Math.max(-1, ...list(pool.leases).map(lease => lease.heldSeconds ?? -1));
            facts.longestHeldSeconds.update(longest < 0 ? null : longest, longest < 0 ? '–' : duration(longest));
            facts.leaksSuspected.update(row.leaksSuspected, count(row.leaksSuspected), row.leaksSuspected > 0);
            facts.leasesAbandoned.update(row.leasesAbandoned, count(row.leasesAbandoned), row.leasesAbandoned > 0);
            updateDatabase(pool);
        },
    };
}
