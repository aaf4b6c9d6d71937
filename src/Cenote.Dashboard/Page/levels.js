// Health as a shape, a word and a rank: colour only repeats what these say.
import { el, setAttribute, setText } from './dom.js';

const shapes = { healthy: '●', degraded: '▲', unhealthy: '■' };
const ranks = { healthy: 1, degraded: 2, unhealthy: 3 };

/** @typedef {'healthy' | 'degraded' | 'unhealthy'} Level */

/** @param {unknown} level @returns {Level | 'unknown'} */
export const levelOf = level =>
    typeof level === 'string' && Object.hasOwn(ranks, level.toLowerCase()) ? /** @type {Level} */ (level.toLowerCase()) : 'unknown';

/** Higher is worse; an unknown level comes after the levels that are known to be bad. @param {unknown} level */
export const rankOf = level => ranks[levelOf(level)] ?? 1.5;

/** The worst of some levels. @param {unknown[]} levels @returns {Level} */
export const worst = levels =>
    /** @type {Level} */ (['unhealthy', 'degraded'].find(level => levels.some(other => levelOf(other) === level)) ?? 'healthy');

export function createBadge() {
    const shape = el('span', { 'class': 'shape', 'aria-hidden': 'true' });
    const word = el('span', { data: { field: 'level' } });
    const node = el('span', { class: 'badge' }, shape, word);
    return {
        node,
        /** @param {unknown} level */
        update(level) {
            const known = levelOf(level);
            setAttribute(node, 'data-level', known);
            setText(shape, shapes[known] ?? '?');
            setText(word, known);
        },
    };
}
