// The table of events, which the panel of all events and the one of sizing decisions have in common.
import { setAttribute } from './dom.js';
import { clock, exactTime, withLocalTimes } from './format.js';
import { createTable } from './table.js';

/**
 * Each event with its time, its message and its actor.
 * @param {{ label: string, message: string, kinds: import('./table.js').Column<any>[], places?: import('./table.js').Column<any>[],
 *   row?: (node: HTMLElement, event: any) => void }} options the label of the message, and the columns before and after it
 */
export const createEventTable = ({ label, message, kinds, places = [], row }) =>
    createTable({
        label,
        keyOf: event => event.sequence,
        empty: '',
        tall: true,
        limit: 50,
        columns: [
            { label: 'Time', field: 'time', value: event => event.time, text: event => clock(event.time), className: 'col-time' },
            ...kinds,
            {
                label: message,
                field: 'message',
                value: event => event.message,
                text: event => withLocalTimes(event.message),
                heading: true,
                className: 'col-message',
            },
            ...places,
            { label: 'By', field: 'actor', value: event => event.actor },
        ],
        row: (node, event) => {
            setAttribute(node, 'title', exactTime(event.time));
            row?.(node, event);
        },
    });
