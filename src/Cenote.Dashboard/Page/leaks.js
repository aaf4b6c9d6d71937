// Leak reports: where the connection was taken that nobody gave back.
import { list, textOf } from './model.js';
import { clock, duration } from './format.js';
import { createStack } from './leases.js';
import { createPanel } from './panel.js';
import { createTable } from './table.js';

const kinds = {
    Suspected: 'suspected: held longer than the threshold',
    Abandoned: 'proven: its holder was collected as garbage without giving it back',
    Revoked: 'revoked: taken back by the pool or by a person',
    ReturnedLate: 'returned after all: slow, but no leak',
};

export function createLeaks() {
    const table = createTable({
        label: 'Leak reports',
        keyOf: leak => `${leak.time} ${leak.kind} ${leak.slot} ${leak.site}`,
        empty: 'No leak was seen.',
        tall: true,
        limit: 50,
        columns: [
            { label: 'Time', field: 'time', value: leak => leak.time, text: leak => clock(leak.time) },
            { label: 'Taken at', field: 'site', value: leak => leak.site, text: leak => textOf(leak.site) || 'unknown', heading: true },
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
