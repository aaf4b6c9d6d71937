// The lanes of a pool: what each has, and who waits in it. Nothing is shown of a pool without lanes.
import { count, duration, isNumber, percent } from './format.js';
import { list } from './model.js';
import { createPanel } from './panel.js';
import { createTable, numberColumn } from './table.js';

const number = (label, field, title) => numberColumn(label, field, count, title);
const time = (label, field, title) => numberColumn(label, field, duration, title);

export function createLanes() {
    let weights = 0;
    const table = createTable({
        label: 'Lanes',
        keyOf: lane => lane.name,
        empty: 'The pool has no lanes.',
        columns: [
            { label: 'Lane', field: 'name', value: lane => lane.name, heading: true, sortable: true },
            {
                label: 'Connections',
                field: 'inUse',
                value: lane => lane.inUse,
                text: lane => `${count(lane.inUse)}${isNumber(lane.maxSize) ? ` of ${count(lane.maxSize)}` : ''}`,
                className: 'number',
                sortable: true,
                title: 'Leased by its callers, or not yet free since; of its maximum',
            },
            number('Reserved', 'reserve', 'Connections that other lanes leave to it'),
            {
                label: 'Weight',
                field: 'weight',
                value: lane => lane.weight,
                text: lane => `${count(lane.weight)} (${percent(lane.weight / weights)})`,
                className: 'number',
                sortable: true,
                title: 'Its share of the time of the connections while every lane waits',
            },
            number('Waiting', 'waiting'),
            time('Longest wait', 'longestWaitSeconds', 'Of the callers that wait now'),
            number('Rents', 'rents', 'Since the start'),
            time('Wait p50', 'waitP50Seconds', 'Since the start; rents that did not wait count as zero'),
            time('Wait p99', 'waitP99Seconds', 'Since the start; rents that did not wait count as zero'),
            number('Timeouts', 'timeouts', 'Since the start'),
            number('Rejected', 'overloadRejections', 'Since the start, because too many waited, or for too long'),
        ],
    });
    const panel = createPanel('lanes', 'Lanes', table.root);
    panel.root.hidden = true;
    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            const lanes = list(pool.lanes);
            weights = Math.max(1, lanes.reduce((sum, lane) => sum + (isNumber(lane.weight) ? lane.weight : 0), 0));
            panel.root.hidden = lanes.length === 0;
            table.update(lanes);
        },
    };
}
