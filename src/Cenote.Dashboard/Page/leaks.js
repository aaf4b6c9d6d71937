// Leak reports: where the connection was rented that was not returned in time.
import { list, textOf } from './model.js';
import { clock, duration } from './format.js';
import { createStack } from './leases.js';
import { createPanel } from './panel.js';
import { createTable } from './table.js';

const kinds = {
    Suspected: 'suspected: held longer than the threshold',
    Abandoned: 'abandoned: collected by the garbage collector without being returned',
    Revoked: 'revoked by the pool or an operator',
    ReturnedLate: 'returned late: slow, but not a leak',
};

export function createLeaks() {
    const table = createTable({
        label: 'Leak reports',
        keyOf: leak => `${leak.time} ${leak.kind} ${leak.slot} ${leak.site}`,
        empty: 'No leak was detected.',
        tall: true,
        limit: 50,
        columns: [
            { label: 'Time', field: 'time', value: leak => leak.time, text: leak => clock(leak.time) },
            { label: 'Rented at', field: 'site', value: leak => leak.site, text: leak => textOf(leak.site) || 'unknown', heading: true },
            { label: 'What', field: 'kind', value: leak => leak.kind, text: leak => kinds[leak.kind] ?? textOf(leak.kind) },
            {
                label: 'Held for',
                field: 'heldSeconds',
                value: leak => leak.heldSeconds,
                text: leak => duration(leak.heldSeconds),
                className: 'number',
            },
            { label: 'Slot', field: 'slot', value: leak => leak.slot, className: 'number' },
            {
                label: 'Stack',
                field: 'stack',
                cell: () => {
                    const stack = createStack();
                    return { node: stack.node, update: leak => stack.set(leak.stack) };
                },
            },
        ],
    });
    return {
        panel: createPanel('leaks', 'Leaks', table.root),
        /** @param {import('./model.js').Pool} pool */ update: pool => table.update(list(pool.leaks)),
    };
}
