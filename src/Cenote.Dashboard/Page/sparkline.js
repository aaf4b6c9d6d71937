// The last minute as a line in a table's row. SVG follows the theme by itself, and its path costs nothing while the row is not visible.
import { isNumber } from './format.js';

const width = 120;
const height = 26;
const namespace = 'http://www.w3.org/2000/svg';

/** @type {WeakMap<Element, (visible: boolean) => void>} */
const watchers = new WeakMap();
const observer = new IntersectionObserver(
    entries => {
        for (const entry of entries) {
            watchers.get(entry.target)?.(entry.isIntersecting);
        }
    },
    { rootMargin: '150px' },
);

/** @param {unknown[]} values oldest first @param {number} top @param {boolean} closed down to the base line, for the area */
export function sparkPath(values, top, closed) {
    const step = width / Math.max(1, values.length - 1);
    let path = '';
    let pen = 'M';
    let first = 0;
    let last = 0;
    values.forEach((value, index) => {
        if (!isNumber(value)) {
            pen = closed ? pen : 'M';
            return;
        }
        const x = Math.round(index * step * 10) / 10;
        first = pen === 'M' && path === '' ? x : first;
        last = x;
        path += `${pen}${x} ${Math.round((height - 1 - Math.min(1, value / top) * (height - 3)) * 10) / 10}`;
        pen = 'L';
    });
    return path !== '' && closed ? `${path}L${last} ${height}L${first} ${height}Z` : path;
}

export function createSparkline() {
    const node = document.createElementNS(namespace, 'svg');
    node.setAttribute('class', 'sparkline');
    node.setAttribute('viewBox', `0 0 ${width} ${height}`);
    node.setAttribute('preserveAspectRatio', 'none');
    node.setAttribute('aria-hidden', 'true'); // The numbers beside it say the same.
    const area = node.appendChild(document.createElementNS(namespace, 'path'));
    const line = node.appendChild(document.createElementNS(namespace, 'path'));
    area.setAttribute('class', 'spark-area');
    line.setAttribute('class', 'spark-line');
    let visible = false;
    /** @type {{ values: any[], limit: unknown } | null} */
    let pending = null;
    let drawn = '';

    function draw() {
        if (visible && pending !== null) {
            const { values, limit } = pending;
            const top = Math.max(1, isNumber(limit) ? limit : 0, ...values.filter(isNumber));
            const path = sparkPath(values, top, false);
            if (path !== drawn) {
                drawn = path;
                line.setAttribute('d', path);
                area.setAttribute('d', sparkPath(values, top, true));
            }
            pending = null;
        }
    }

    watchers.set(node, now => {
        visible = now;
        draw();
    });
    observer.observe(node);
    return {
        node,
        /** @param {unknown} values @param {unknown} limit the full height */
        update(values, limit) {
            pending = { values: Array.isArray(values) ? values.slice(-300) : [], limit };
            draw();
        },
        dispose: () => observer.unobserve(node),
    };
}
