// Notifies screen readers of changes of health, not of every tick.
import { withLocalTimes } from './format.js';
import { list } from './model.js';
import { levelOf } from './levels.js';

/** @param {HTMLElement} region a live region */
export function createHealthNotifier(region) {
    /** @type {Map<string, string> | null} */
    let known = null;
    return {
        reset: () => (known = null),
        /** @param {import('./model.js').Overview} overview */
        update(overview) {
            const now = new Map([...list(overview.pools), ...list(overview.replicaSets)].map(row => [row.name, levelOf(row.level)]));
            const changed =
                known === null
                    ? []
                    : [...list(overview.pools), ...list(overview.replicaSets)].filter(
                          row => known?.has(row.name) && known.get(row.name) !== levelOf(row.level),
                      );
            known = now;
            if (changed.length > 0) {
                const told = changed.slice(0, 3).map(row => `${row.name} is now ${levelOf(row.level)}: ${withLocalTimes(row.summary)}`);
                region.textContent = [...told, ...(changed.length > 3 ? [`and ${changed.length - 3} more changed`] : [])].join('. ');
            }
        },
    };
}
