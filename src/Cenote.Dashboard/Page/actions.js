// What a person may do to a pool: each says what it does before it is done, and what was done afterwards.
import { postAction } from './api.js';
import { el } from './dom.js';
import { clock } from './format.js';
import { askPerson } from './dialog.js';

/** action → [label, what it does, is it dangerous] */
export const actions = {
    suspend: [
        'Suspend',
        'New callers queue until somebody resumes the pool, or until their timeout. Connections that are out are not touched; nothing is closed.',
        true,
    ],
    resume: ['Resume', 'The pool lends again, and the callers that queue are served.', false],
    resize: [
        'Resize',
        'Changes how many connections the pool keeps and may hold, until the process ends or the configured sizes change. Connections above the new maximum close as they come back.',
        false,
    ],
    validate: ['Validate idle', 'Tests every idle connection now and replaces the broken ones.', false],
    retireAll: [
        'Retire all',
        'Replaces every connection: idle ones now, leased ones as they come back. Use it after a change at the database. Expect a burst of new connections.',
        true,
    ],
    drain: [
        'Drain',
        'New callers queue or time out; idle connections close now, leased ones as they come back. The pool stays empty until somebody resumes it.',
        true,
    ],
    openCircuit: [
        'Open breaker',
        'Forces the breaker open: no caller gets a connection, and waiting callers are refused, until it is closed by hand. Rented connections are not touched.',
        true,
    ],
    closeCircuit: ['Close breaker', 'Forces the breaker closed: the pool tries to connect again at once.', false],
    revoke: [
        'Revoke lease',
        'Takes the connection from its holder and closes it. The code that holds it gets an exception at its next use, and what it did not commit is lost.',
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
 * Asks, does, tells.
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
        facts: lease ? [`Lease ${lease.id} of slot ${lease.slot}, taken at ${clock(lease.since)} by ${lease.site ?? 'unknown'}.`] : [],
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
        await context.refreshSession(); // The token may be of a process that is gone, or the right may have been taken.
    }
}

/** The buttons, or why there are none. @param {string} pool @param {any} context */
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
