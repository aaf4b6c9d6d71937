// Who holds what, since when, from which line.
import { el, keyed, setAttribute, setText } from './dom.js';
import { clock, count, duration, exactTime, plural } from './format.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';
import { holders } from './pool-facts.js';
import { createTable } from './table.js';

/** A stack that unfolds; nothing when there is none. @param {string} title */
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
            { label: 'Since', field: 'since', value: lease => lease.since, text: lease => clock(lease.since), sortable: true },
            { label: 'Slot', field: 'slot', value: lease => lease.slot, className: 'number', sortable: true },
            { label: 'Lease', field: 'id', value: lease => lease.id },
            { label: 'Thread', field: 'thread', value: lease => lease.thread },
            {
                label: 'Suspicion',
                field: 'isSuspected',
                value: lease => lease.isSuspected,
                text: lease => (lease.isSuspected ? '▲ leak suspected' : ''),
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
            setAttribute(node, 'data-level', lease.isSuspected ? 'degraded' : null);
            setAttribute(node, 'title', lease.file ? `${lease.file}:${lease.line}, since ${exactTime(lease.since)}` : null);
        },
    });
    const panel = createPanel('holders', 'Who holds connections', summary, table.root);
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
