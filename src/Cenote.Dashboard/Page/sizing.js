// Decisions about the size of a pool that it remembers, with their evidence: marks on the chart of its connections, and
// a table.
import { el, setText } from './dom.js';
import { createEventTable } from './event-table.js';
import { clock, count, toDate, withLocalTimes } from './format.js';
import { list, textOf } from './model.js';

const kinds = { Resized: 'changed', SizeRecommended: 'recommended' };

/** How many connections more. @param {unknown} message of an event */
function changeOf(message) {
    const [, first, verb, second] = /^(?:resized from |recommends )(\d+) (to|instead of) (\d+)/.exec(textOf(message)) ?? [];
    return first === undefined ? 0 : (Number(second) - Number(first)) * (verb === 'to' ? 1 : -1);
}

/** @param {any} event @returns {import('./marks.js').Mark} */
const markOf = event => ({
    at: (toDate(event.time)?.getTime() ?? NaN) / 1000,
    change: changeOf(event.message),
    isAdvice: event.kind === 'SizeRecommended',
    text: `${clock(event.time)} ${withLocalTimes(event.message)}`,
});

export function createSizing() {
    const table = createEventTable({
        label: 'Sizing decisions',
        message: 'Decision and evidence',
        kinds: [{ label: 'Size', field: 'kind', value: event => event.kind, text: event => kinds[event.kind] }],
    });
    const title = el('span');
    const bound = el('p', { class: 'quiet' }, 'The decisions among the events that the pool remembers (EventHistoryCapacity). Its log has all.');
    const root = el('details', { class: 'chart-table', hidden: true, data: { sizing: 'decisions' } }, el('summary', {}, title), bound, table.root);
    return {
        root,
        /** @param {import('./model.js').Pool} pool @returns {import('./marks.js').Mark[]} in their order */
        update(pool) {
            const decisions = list(pool.events).filter(event => Object.hasOwn(kinds, textOf(event.kind)));
            root.hidden = decisions.length === 0;
            setText(title, `Sizing decisions (${count(decisions.length)})`);
            table.update(decisions);
            return decisions.map(markOf).sort((one, other) => one.at - other.at);
        },
    };
}
