// Which rows the overview shows, in which order. Pools stay with their replica set; the order changes only when what it sorts by does.
import { isNumber } from './format.js';
import { levelOf, rankOf } from './levels.js';
import { textOf } from './model.js';

/** @typedef {import('./model.js').PoolRow} PoolRow @typedef {import('./model.js').SetRow} SetRow */
/** @typedef {{ kind: 'pool', key: string, row: PoolRow } | { kind: 'set', key: string, row: SetRow }} Item */

const byName = (a, b) => textOf(a.name).localeCompare(textOf(b.name), 'en', { numeric: true });
const largest = read => (a, b) => (isNumber(read(b)) ? read(b) : -1) - (isNumber(read(a)) ? read(a) : -1) || byName(a, b);

/** Name of the order → comparison of two rows. A set's row has few numbers: there the name decides. */
export const orders = {
    worst: (a, b) => rankOf(b.level) - rankOf(a.level) || byName(a, b),
    name: byName,
    utilization: largest(row => row.utilization),
    waiting: largest(row => row.counts?.waiting),
    waitP99: largest(row => row.waitP99Seconds),
    errorRate: largest(row => row.errorRate),
    rents: largest(row => row.rentsPerSecond),
};

/** @param {string} filter @param {...unknown} texts */
export const matches = (filter, ...texts) => filter === '' || texts.some(text => textOf(text).toLowerCase().includes(filter));

/**
 * @param {PoolRow[]} pools @param {SetRow[]} sets @param {string} order @param {string} filter
 * @returns {Item[]}
 */
export function arrange(pools, sets, order, filter) {
    const compare = orders[order] ?? orders.worst;
    const wanted = filter.trim().toLowerCase();
    // "healthy" must not find the unhealthy.
    const fits = row => matches(wanted, row.name, row.summary, row.replicaSet, row.state) || levelOf(row.level).startsWith(wanted);
    /** @type {Map<string, { lead: any, set: SetRow | null, pools: PoolRow[] }>} */
    const groups = new Map(sets.map(set => [set.name, { lead: set, set, pools: [] }]));
    const all = [...groups.values()];
    for (const pool of pools) {
        const group = groups.get(pool.replicaSet ?? '\u0000');
        if (group === undefined) {
            all.push({ lead: pool, set: null, pools: [pool] });
        } else {
            group.pools.push(pool);
            group.lead = compare(pool, group.lead) < 0 && order !== 'name' ? pool : group.lead; // A group stands where its first row would.
        }
    }
    all.sort((a, b) => compare(a.lead, b.lead));
    return all.flatMap(({ set, pools: members }) => {
        const shown = set !== null && fits(set) ? members : members.filter(fits);
        /** @type {Item[]} */
        const items = shown.sort(compare).map(row => ({ kind: 'pool', key: `pool ${row.name}`, row }));
        return set !== null && (shown.length > 0 || fits(set)) ? [{ kind: 'set', key: `set ${set.name}`, row: set }, ...items] : items;
    });
}
