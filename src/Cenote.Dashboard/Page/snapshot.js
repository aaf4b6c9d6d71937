// A saved snapshot: opened from a file and shown in the same views. The content of the file is not trusted.
import { list } from './model.js';

const largest = 256 * 1024 * 1024;

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A snapshot has no members of these names, and an object with one of them cannot be written as text. @param {string} name @param {any} value */
const harmless = (name, value) => (name === '__proto__' || name === 'toString' || name === 'valueOf' ? undefined : value);

/** @param {any} data @returns {string[]} why it cannot be shown; empty for a valid snapshot */
function findProblems(data) {
    if (!isObject(data) || data.format !== 'cenote-snapshot') {
        return ['It is not a snapshot of Cenote: its "format" is not "cenote-snapshot".'];
    }
    if (data.version !== 1) {
        return [
            `Its version is ${JSON.stringify(data.version)}; this page reads version 1. Open it with the dashboard that saved it, or a later one.`,
        ];
    }
    const problems = [];
    const rows = (value, path, test) => {
        if (!Array.isArray(value)) {
            problems.push(`"${path}" is not a list.`);
        } else if (!value.every(test)) {
            problems.push(`"${path}" has invalid entries.`);
        }
    };
    const named = row => isObject(row) && typeof row.name === 'string' && row.name !== '';
    if (Number.isNaN(Date.parse(data.time))) {
        problems.push('"time" is not a time.');
    }
    rows(data.overview?.pools, 'overview.pools', row => named(row) && (row.counts === undefined || isObject(row.counts)));
    rows(data.overview?.replicaSets, 'overview.replicaSets', named);
    rows(data.overview?.budgets ?? [], 'overview.budgets', named);
    rows(data.pools, 'pools', pool => isObject(pool) && named(pool.row));
    rows(data.replicaSets, 'replicaSets', set => isObject(set) && named(set.row));
    rows(
        data.histories ?? [],
        'histories',
        history => isObject(history) && Array.isArray(history.times) && history.times.every(Number.isFinite) && isObject(history.series),
    );
    return problems;
}

/** Drops broken entries from the lists that the views walk through, because one must not hide the others. */
function clean(data) {
    for (const budget of data.overview.budgets ?? []) {
        budget.shares = list(budget.shares).filter(isObject);
    }
    for (const part of [...data.pools, ...data.replicaSets]) {
        for (const name of ['slots', 'leases', 'leaks', 'statements', 'events', 'settings', 'lanes', 'servers', 'topologyChanges']) {
            if (Array.isArray(part[name])) {
                part[name] = part[name].filter(isObject);
            }
        }
        if (isObject(part.diagnosis)) {
            part.diagnosis.findings = list(part.diagnosis.findings).filter(isObject);
        }
    }
    return data;
}

/** @param {File} file @returns {Promise<any>} or an Error with a message for the user */
export async function readSnapshot(file) {
    if (file.size > largest) {
        throw new Error(
            `“${file.name}” is ${Math.round(file.size / 1048576)} MB; snapshots of up to ${largest / 1048576} MB can be opened.`,
        );
    }
    let data;
    try {
        data = JSON.parse(await file.text(), harmless);
    } catch {
        throw new Error(`“${file.name}” is not a snapshot: it is not JSON, or the file is incomplete.`);
    }
    const problems = findProblems(data);
    if (problems.length > 0) {
        throw new Error(`“${file.name}” cannot be shown. ${problems.join(' ')}`);
    }
    return clean(data);
}

/** The data of a snapshot, as the live source would send it. @param {any} data */
export function createSnapshotSource(data) {
    const named = (parts, name) => parts.find(part => part.row.name === name);
    return {
        time: data.time,
        host: data.host,
        /** @param {{ pool?: string | null, replicaSet?: string | null }} watched */
        batch: ({ pool, replicaSet }) => ({
            overview: { time: data.time, ...data.overview },
            ...(pool && { pool: named(data.pools, pool) }),
            ...(replicaSet && { replicaSet: named(data.replicaSets, replicaSet) }),
        }),
        /** Returns the history whose length fits the range best. @param {string} pool @param {number} seconds */
        async history(pool, seconds) {
            const own = list(data.histories).filter(history => history.pool === pool);
            const length = history => history.seconds ?? (history.times.length < 2 ? 0 : history.times.at(-1) - history.times[0]);
            const distance = history => Math.abs(Math.log(Math.max(1, length(history)) / seconds));
            const [best] = [...own].sort((a, b) => distance(a) - distance(b));
            if (best === undefined) {
                throw new Error('the snapshot has no history of this pool.');
            }
            return best;
        },
    };
}
