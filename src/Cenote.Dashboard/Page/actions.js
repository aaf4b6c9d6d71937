// The actions of an operator. Each describes its effect before it runs, and its result afterwards.
import { postAction } from './api.js';
import { el } from './dom.js';
import { clock } from './format.js';
import { askPerson } from './dialog.js';

/** action → [label, effect, is it dangerous] */
export const actions = {
    suspend: [
        'Suspend',
        'New callers queue until the pool is resumed, or until their timeout. Rented connections are not touched; no connection is closed.',
        true,
    ],
    resume: ['Resume', 'Connections can be rented again, and queued callers are served.', false],
    resize: [
        'Resize',
        'Changes the minimum and maximum size, until the process ends or the configured sizes change. Connections above the new maximum close when they are returned.',
        false,
    ],
    validate: ['Validate idle', 'Tests every idle connection now and replaces the broken ones.', false],
    clear: [
        'Clear',
        'Replaces every connection: idle ones now, leased ones when they are returned. Use it after a change at the database. Expect a burst of new connections.',
        true,
    ],
    drain: [
        'Drain',
        'New callers queue or time out; idle connections close now, leased ones when they are returned. The pool stays empty until it is resumed.',
        true,
    ],
    isolateCircuit: [
        'Isolate circuit',
        'Keeps the circuit open: no caller gets a connection, and waiting callers are rejected, until the circuit is closed here. Rented connections are not touched.',
        true,
    ],
    closeCircuit: ['Close circuit', 'Closes the circuit: the pool tries to connect again immediately.', false],
    revoke: [
        'Revoke lease',
        'Takes the connection from its holder and closes it. The holder gets an exception at its next use, and uncommitted work is lost.',
        true,
    ],
};

/** @param {string} text @param {'done' | 'failed'} outcome */
export function showResult(text, outcome) {
    const node = el('div', { class: 'result', data: { outcome } });
    node.append(
        el('p', {}, el('strong', {}, outcome === 'done' ? 'Done: ' : 'Failed: '), el('bdi', { text })),
        el('button', { 'type': 'button', 'aria-label': 'Dismiss this result', 'on': { click: () => node.remove() } }, '✕'),
    );
    document.getElementById('results')?.append(node);
    if (outcome === 'done') {
        setTimeout(() => node.remove(), 20_000);
    }
}

/**
 * Asks the operator, runs the action, shows the result.
 * @param {{ session: () => any, refreshSession: () => Promise<void> }} context
 * @param {string} pool @param {string} action @param {{ lease?: import('./model.js').Lease, row?: import('./model.js').PoolRow }} details
 */
export async function ask(context, pool, action, { lease, row }) {
    const [label, effect, danger] = actions[action];
    const values = await askPerson({
        title: `${label}: ${pool}`,
        effect,
        confirm: label,
        danger,
        action,
        facts: lease ? [`Lease ${lease.id} of slot ${lease.slot}, rented at ${clock(lease.rentedAt)} by ${lease.site ?? 'unknown'}.`] : [],
        numbers:
            action === 'resize'
                ? [
                      { name: 'minSize', label: 'Minimum', value: row?.minSize, least: 0 },
                      { name: 'maxSize', label: 'Maximum', value: row?.maxSize, least: 1 },
                  ]
                : [],
        check: numbers =>
            numbers.minSize > numbers.maxSize ? `The minimum (${numbers.minSize}) is larger than the maximum (${numbers.maxSize}).` : '',
    });
    if (values === null) {
        return;
    }
    const body = { pool, action, ...values, ...(lease && { lease: lease.id }) };
    try {
        const { message } = await postAction(context.session(), body);
        showResult(message, 'done');
    } catch (error) {
        showResult(/** @type {Error} */ (error).message, 'failed');
        await context.refreshSession(); // The token may be of an ended process, or the permission may be revoked.
    }
}

/** The buttons, or the reason without them. @param {string} pool @param {any} context */
export function createActionBar(pool, context) {
    /** @type {import('./model.js').PoolRow | undefined} */
    let row;
    const buttons = Object.entries(actions)
        .filter(([action]) => action !== 'revoke')
        .map(([action, [label, effect, danger]]) =>
            el(
                'button',
                {
                    type: 'button',
                    class: danger ? 'danger' : null,
                    title: effect,
                    data: { action },
                    on: { click: () => ask(context, pool, action, { row }) },
                },
                `${label}…`,
            ),
        );
    const group = el('div', { 'class': 'action-buttons', 'role': 'group', 'aria-label': 'Actions' }, ...buttons);
    const why = el('p', { class: 'quiet', data: { field: 'readOnly' } });
    return {
        root: el('div', { class: 'actions' }, group, why),
        /** @param {import('./model.js').PoolRow} next */
        update(next) {
            row = next;
            const [can, running] = [context.canAct(), next?.state === 'Running'];
            group.hidden = !can;
            why.hidden = can;
            why.textContent = can ? '' : context.whyReadOnly();
            for (const button of buttons) {
                const { action } = button.dataset;
                button.hidden =
                    (action === 'resume' && running) ||
                    (['suspend', 'drain'].includes(action) &&
                        next?.state === action[0].toUpperCase() + action.slice(1) + (action === 'drain' ? 'ing' : 'ed'));
                button.disabled = next?.state === 'Closed';
            }
        },
    };
}
