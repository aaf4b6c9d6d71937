// What happened to the pool, newest first, and what people did to it.
import { el, setAttribute } from './dom.js';
import { createEventTable } from './event-table.js';
import { words } from './format.js';
import { list, textOf } from './model.js';
import { matches } from './overview-order.js';
import { createPanel } from './panel.js';

const levels = { Information: '● information', Warning: '▲ warning', Error: '■ error' };
const ranks = { Information: 0, Warning: 1, Error: 2 };

export function createEvents() {
    /** @type {any} */ let latest = null;
    const redraw = () => latest && update(latest);
    const filter = el('input', { type: 'search', id: 'events-filter', autocomplete: 'off', spellcheck: 'false', on: { input: redraw } });
    const from = el(
        'select',
        { id: 'events-level', on: { change: redraw } },
        el('option', { value: 'Information' }, 'all'),
        el('option', { value: 'Warning' }, 'warnings and errors'),
        el('option', { value: 'Error' }, 'errors only'),
    );
    const table = createEventTable({
        label: 'Events',
        message: 'Message',
        kinds: [
            {
                label: 'Level',
                field: 'level',
                value: event => event.level,
                text: event => levels[event.level] ?? textOf(event.level),
                className: 'col-time',
            },
            { label: 'What', field: 'kind', value: event => event.kind, text: event => words(event.kind) },
        ],
        places: [
            { label: 'Slot', field: 'slot', value: event => event.slot, className: 'number' },
            { label: 'Place in the code', field: 'site', value: event => event.site },
        ],
        row: (node, event) => {
            setAttribute(node, 'data-event', textOf(event.kind));
            setAttribute(node, 'data-event-level', textOf(event.level));
        },
    });
    const panel = createPanel('events', 'Events', table.root);
    panel.tools.append(el('label', { for: 'events-filter' }, 'Filter'), filter, el('label', { for: 'events-level' }, 'Level'), from);

    /** @param {import('./model.js').Pool} pool */
    function update(pool) {
        latest = pool;
        const wanted = filter.value.trim().toLowerCase();
        const least = ranks[from.value] ?? 0;
        const all = list(pool.events);
        table.update(
            all.filter(
                event =>
                    (ranks[event.level] ?? 2) >= least &&
                    matches(wanted, event.message, event.kind, words(event.kind), event.site, event.actor),
            ),
            all.length === 0 ? 'Nothing has happened yet.' : 'No event fits the filter.',
        );
    }

    return { panel, update };
}
