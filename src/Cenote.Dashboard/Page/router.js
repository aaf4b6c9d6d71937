// Routes live in the hash: a link to a pool can be shared whatever the page's base path is, and the server needs no route for it.

/** @typedef {{ view: 'overview' } | { view: 'pool', name: string, section: string | null } | { view: 'set', name: string } | { view: 'unknown' }} Route */

export const overviewHref = '#/';

/** A file that was opened may hold half of a surrogate pair, for which encodeURIComponent throws. @param {string} name */
const encode = name => encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, '\ufffd'));

/** @param {string} name @param {string} [section] */
export const poolHref = (name, section) => `#/pool/${encode(name)}${section ? `/${section}` : ''}`;

/** @param {string} name */
export const setHref = name => `#/set/${encode(name)}`;

/** @param {string} hash @returns {Route} */
export function parseRoute(hash) {
    if (hash === '' || hash === '#' || hash === '#/') {
        return { view: 'overview' };
    }
    const parts = hash.replace(/^#\//, '').split('/');
    try {
        const name = decodeURIComponent(parts[1] ?? '');
        if (parts[0] === 'pool' && name !== '' && parts.length <= 3) {
            return { view: 'pool', name, section: parts[2] ?? null };
        }
        if (parts[0] === 'set' && name !== '' && parts.length === 2) {
            return { view: 'set', name };
        }
    } catch {
        // A hash with a broken escape is an unknown route.
    }
    return { view: 'unknown' };
}
