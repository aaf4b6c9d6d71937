// The leases: the line of each holder, since when.
import { el, keyed, setAttribute, setText } from './dom.js';
import { clock, count, duration, exactTime, plural } from './format.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';
import { holders } from './pool-facts.js';
import { createTable } from './table.js';

/** A stack that unfolds; hidden without a stack. @param {string} title */
export function createStack(title = 'stack') {
    const text = el('pre', { tabindex: '0' });
    const node = el('details', {}, el('summary', { text: title }), text);
    return {
        node,
        /** @param {string | null} stack */
        set(stack) {
            node.hidden = !stack;
            setText(text, stack ?? '');
        },
    };
}

/** @param {{ canAct: () => boolean, ask: (action: string, details: object) => void }} context */
export function createLeases(context) {
    const summary = el('ul', { 'class': 'holders', 'aria-label': 'Holders by place in the code' });
    const table = createTable({
        label: 'Leases',
        keyOf: lease => lease.id,
        empty: 'No connection is rented now.',
        tall: true,
        sort: { field: 'heldSeconds', descending: true },
        columns: [
            {
                label: 'Place in the code',
                field: 'site',
                value: lease => lease.site,
                text: lease => textOf(lease.site) || 'unknown',
                sortable: true,
                heading: true,
            },
            {
                label: 'Held for',
                field: 'heldSeconds',
                value: lease => lease.heldSeconds,
                text: lease => duration(lease.heldSeconds),
                className: 'number',
                sortable: true,
            },
            { label: 'At the server', field: 'session', value: lease => lease.session },
            { label: 'Rented', field: 'rentedAt', value: lease => lease.rentedAt, text: lease => clock(lease.rentedAt), sortable: true },
            { label: 'Slot', field: 'slot', value: lease => lease.slot, className: 'number', sortable: true },
            { label: 'Lease', field: 'id', value: lease => lease.id },
            { label: 'Thread', field: 'thread', value: lease => lease.thread },
            {
                label: 'Leak',
                field: 'isSuspectedLeak',
                value: lease => lease.isSuspectedLeak,
                text: lease => (lease.isSuspectedLeak ? '▲ suspected leak' : ''),
            },
            {
                label: 'Stack',
                field: 'stack',
                cell: () => {
                    const stack = createStack();
                    return { node: stack.node, update: lease => stack.set(lease.stack) };
                },
            },
            {
                label: 'Action',
                field: 'action',
                cell: () => {
                    let current = null;
                    const button = el(
                        'button',
                        {
                            type: 'button',
                            class: 'danger',
                            data: { action: 'revoke' },
                            on: { click: () => context.ask('revoke', { lease: current }) },
                        },
                        'Revoke…',
                    );
                    return {
                        node: button,
                        update: lease => {
                            current = lease;
                            button.hidden = !context.canAct();
                            setAttribute(button, 'aria-label', `Revoke lease ${lease.id}`);
                        },
                    };
                },
            },
        ],
        row: (node, lease) => {
            setAttribute(node, 'data-lease', textOf(lease.id));
            setAttribute(node, 'data-level', lease.isSuspectedLeak ? 'degraded' : null);
            setAttribute(node, 'title', lease.file ? `${lease.file}:${lease.line}, rented at ${exactTime(lease.rentedAt)}` : null);
        },
    });
    const panel = createPanel('holders', 'Leases', summary, table.root);
    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            const leases = list(pool.leases);
            table.root.classList.toggle('read-only', !context.canAct());
            keyed(
                summary,
                holders(leases).slice(0, 5),
                holder => holder.site,
                holder => {
                    const number = el('strong');
                    const rest = el('span');
                    return {
                        node: el('li', {}, number, ' ', el('bdi', { text: holder.site }), rest),
                        update: now => {
                            setText(number, count(now.leases));
                            setText(
                                rest,
                                `, longest ${duration(now.longest)}${now.suspected > 0 ? `, ${plural(now.suspected, 'suspected leak')}` : ''}`,
                            );
                        },
                    };
                },
            );
            table.update(leases);
        },
    };
}
