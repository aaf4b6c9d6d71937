// A replica set: the primary, the share of reads and the lag of each server, and the failovers so far.
import { createDiagnosis } from './diagnosis.js';
import { el, setAttribute, setText } from './dom.js';
import { clock, count, duration, percent, plural, rate, words } from './format.js';
import { createBadge, levelOf } from './levels.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';
import { overviewHref, poolHref } from './router.js';
import { createFact, createTable, numberColumn } from './table.js';

const roles = { Primary: '★ primary', Replica: '○ replica', Unknown: '? unknown' };
const serves = server =>
    server.state === 'Serving' ? 'healthy' : server.state === 'Unreachable' || server.state === 'ConflictingPrimary' ? 'unhealthy' : 'degraded';

function createName() {
    const link = el('a', {}, el('bdi'));
    return {
        node: link,
        update(server) {
            setAttribute(link, 'href', poolHref(textOf(server.pool)));
            setText(link.firstChild, textOf(server.name));
        },
    };
}

function createState() {
    const badge = createBadge();
    const [state, reason] = [el('span', { data: { field: 'state' } }), el('bdi', { class: 'quiet' })];
    badge.node.lastChild.replaceWith(state);
    return {
        node: el('div', {}, badge.node, ' ', reason),
        update(server) {
            badge.update(serves(server));
            setText(state, words(server.state));
            setText(reason, textOf(server.reason));
        },
    };
}

function createShare() {
    const [fill, text] = [el('span', { class: 'meter-fill' }), el('span')];
    return {
        node: el('div', { class: 'share' }, el('span', { 'class': 'meter', 'aria-hidden': 'true' }, fill), text),
        update(server) {
            fill.style.transform = `scaleX(${Math.max(0, Math.min(1, Number(server.readShare) || 0))})`;
            setText(
                text,
                `${percent(server.readShare)}, ${rate(server.readsPerSecond)}${server.trafficShare < 1 ? `, slow start (${percent(server.trafficShare)})` : ''}`,
            );
        },
    };
}

const seconds = (label, field, title) => numberColumn(label, field, duration, title);
const number = (label, field) => numberColumn(label, field, count);
const columns = [
    { label: 'Server', field: 'name', value: server => server.name, cell: createName, heading: true, sortable: true },
    {
        label: 'Role',
        field: 'role',
        value: server => server.role,
        text: server => roles[server.role] ?? textOf(server.role),
        sortable: true,
    },
    { label: 'State', field: 'state', value: server => server.state, cell: createState },
    { label: 'Share of the reads', field: 'readShare', title: 'Last minute', value: server => server.readShare, cell: createShare },
    seconds('Lag', 'lagSeconds', 'How far the server is behind the primary'),
    seconds('Latency', 'latencySeconds', 'Average of the probes'),
    number('Weight', 'weight'),
    { label: 'Position', field: 'position', value: server => server.position },
    { label: 'Timeline', field: 'timeline', value: server => server.timeline },
    number('Probes', 'probes'),
    number('Failed', 'probeFailures'),
    number('Evictions', 'evictions'),
    { label: 'Last failure', field: 'lastProbeFailure', value: server => server.lastProbeFailure },
];
const changes = {
    PrimaryChanged: change => `${textOf(change.server)} became the primary${change.formerPrimary ? `, after ${change.formerPrimary}` : ''}`,
    PrimaryLost: change => `the primary ${textOf(change.server ?? change.formerPrimary)} was lost`,
    PrimaryRecovered: change => `the primary ${textOf(change.server)} recovered`,
    ReplicaJoined: change => `${textOf(change.server)} takes reads`,
    ReplicaEvicted: change => `${textOf(change.server)} was evicted`,
    ConflictingPrimaryFound: change => `${textOf(change.server)} claims to be a primary, too`,
    ServerUnsuitable: change => `${textOf(change.server)} cannot be used`,
    MultipleServersFound: change => `the address of ${textOf(change.server)} leads to multiple servers`,
};

/** label, field, how to read it from the data, how to format it @type {[string, string, (data: any) => any, (value: any, data: any) => string][]} */
const facts = [
    ['primary', 'primary', data => data.row?.primary, value => value ?? 'none'],
    ['serving', 'serving', data => data.row?.serving, (value, data) => `${count(value)} of ${plural(data.row?.servers, 'server')}`],
    ['largest lag', 'maxLagSeconds', data => data.row?.maxLagSeconds, duration],
    ['failovers', 'failovers', data => data.row?.failovers, count],
    ['reads on the primary', 'readsOnPrimary', data => data.readsOnPrimary, count],
    ['currently on the primary', 'currentReadsOnPrimary', data => data.currentReadsOnPrimary, count],
    ['reads rejected', 'readsRefused', data => data.readsRefused, count],
    ['writes rejected', 'writesRefused', data => data.writesRefused, count],
    ['immediate causal reads', 'causal.immediate', data => data.causal?.immediate, count],
    ['causal reads after a wait', 'causal.afterWait', data => data.causal?.afterWait, count],
    ['causal reads on the primary', 'causal.onPrimary', data => data.causal?.onPrimary, count],
];

/** @param {HTMLElement} main @param {any} context @param {{ name: string }} route */
export function createSetView(main, context, { name }) {
    const diagnosis = createDiagnosis('Replica set', name);
    const shown = facts.map(([label, field, read, text]) => ({ fact: createFact(label, field), read, text }));
    const servers = createTable({
        label: 'Servers',
        keyOf: server => server.name,
        empty: 'The set has no server.',
        columns,
        row: (node, server) => {
            setAttribute(node, 'data-server', textOf(server.name));
            setAttribute(node, 'data-role', textOf(server.role));
            setAttribute(node, 'data-level', serves(server) === 'healthy' ? null : serves(server));
        },
    });
    const history = createTable({
        label: 'Changes of the topology',
        keyOf: change => `${change.time} ${change.change} ${change.server}`,
        empty: 'Nothing has changed since the start.',
        tall: true,
        columns: [
            { label: 'Time', field: 'time', value: change => change.time, text: change => clock(change.time) },
            {
                label: 'Change',
                field: 'change',
                value: change => change.change,
                text: change => changes[change.change]?.(change) ?? words(change.change),
                heading: true,
            },
            { label: 'Reason', field: 'reason', value: change => change.reason, className: 'col-message' },
        ],
    });
    const missing = el('p', { class: 'notice notice-problem', hidden: true, role: 'status' });
    const content = el(
        'div',
        { hidden: true },
        createPanel('servers', 'Servers', servers.root).root,
        createPanel('facts', 'Reads and writes', el('dl', { class: 'counters' }, ...shown.map(({ fact }) => fact.node))).root,
        createPanel('history', 'Failovers and other changes', history.root).root,
    );
    main.append(
        el('nav', { 'class': 'crumbs', 'aria-label': 'Breadcrumb' }, el('a', { href: overviewHref }, '← All pools')),
        missing,
        diagnosis.root,
        content,
    );

    const gone = text => {
        missing.hidden = text === '';
        setText(missing, text);
    };
    return {
        title: name,
        heading: diagnosis.heading,
        stale: diagnosis.stale,
        problem: (problem, part) =>
            part === 'replicaSet' &&
            gone(problem.status === 404 ? `Replica set “${name}” does not exist (any more). ${problem.detail}` : problem.message),
        update(batch) {
            if (batch.overview && !batch.replicaSet) {
                const row = list(batch.overview.replicaSets).find(other => other.name === name);
                gone(row === undefined ? `Replica set “${name}” does not exist (any more).` : '');
            }
            const data = batch.replicaSet;
            if (data && data.row?.name === name) {
                gone('');
                content.hidden = false;
                setAttribute(main, 'data-level', levelOf(data.diagnosis?.level ?? data.row.level));
                diagnosis.update(data.diagnosis, data.row);
                servers.update([...list(data.servers)].sort((a, b) => Number(b.role === 'Primary') - Number(a.role === 'Primary')));
                history.update(list(data.topologyChanges));
                shown.forEach(({ fact, read, text }) => fact.update(read(data), text(read(data), data)));
            }
        },
        dispose() {},
    };
}
