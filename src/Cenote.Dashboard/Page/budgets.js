// The budgets of connections that pools share: what is used, who has it and who waits for it. Nothing is shown without a budget.
import { el, foreign, keyed, setAttribute, setField, setText } from './dom.js';
import { count, plural } from './format.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';
import { poolHref } from './router.js';
import { createTable, numberColumn } from './table.js';

function createPoolLink() {
    const link = el('a', {}, el('bdi'));
    return {
        node: link,
        update(share) {
            setAttribute(link, 'href', poolHref(textOf(share.pool)));
            setText(link.firstChild, textOf(share.pool));
        },
    };
}

const columns = [
    { label: 'Pool', field: 'pool', value: share => share.pool, cell: createPoolLink, heading: true, sortable: true },
    numberColumn('Connections', 'connections', count, 'Open, being opened or closed, and dedicated ones'),
    numberColumn('Idle', 'idle', count, 'Of its connections; they make room for other pools'),
    numberColumn('Guaranteed', 'guaranteedSize', count, 'Kept free for the pool while it does not use them'),
    numberColumn('Waits for', 'wantedConnections', count),
    numberColumn('Waits', 'waits', count, 'How often it began to wait, since its start'),
];

function createBudget(first) {
    const name = textOf(first.name);
    const fill = el('span', { class: 'meter-fill' });
    const [used, limit, waiting] = ['connections', 'maxConnections', 'waitingPools'].map(field => el('span', { data: { field } }));
    const facts = el('span', { class: 'quiet' });
    const shares = createTable({
        label: `Shares of budget ${name}`,
        keyOf: share => share.pool,
        empty: 'No pool uses it.',
        tall: true,
        limit: 20,
        columns,
    });
    const node = el(
        'div',
        { class: 'budget', data: { budget: name } },
        el('h3', {}, foreign(name)),
        el(
            'p',
            { class: 'budget-facts' },
            el('span', { 'class': 'meter', 'aria-hidden': 'true' }, fill),
            el('span', {}, used, ' of ', limit, ' connections'),
            waiting,
            facts,
        ),
        shares.root,
    );
    return {
        node,
        update(budget) {
            const share = budget.maxConnections > 0 ? budget.connections / budget.maxConnections : 0;
            fill.style.transform = `scaleX(${Math.max(0, Math.min(1, share || 0))})`;
            setAttribute(node, 'data-level', budget.waitingPools > 0 ? 'degraded' : null);
            setField(used, budget.connections, count(budget.connections));
            setField(limit, budget.maxConnections, count(budget.maxConnections));
            setField(
                waiting,
                budget.waitingPools,
                budget.waitingPools > 0 ? `${plural(budget.waitingPools, 'pool')} waiting for ${count(budget.wantedConnections)}` : 'no pool waits',
            );
            setText(
                facts,
                `${plural(budget.pools, 'pool')}, ${count(budget.guaranteedConnections)} guaranteed, at most ${count(budget.mostConnections)} so far, ` +
                    `${count(budget.reclaimed)} closed to make room`,
            );
            shares.update(list(budget.shares));
        },
    };
}

export function createBudgets() {
    const body = el('div', {});
    const panel = createPanel('budgets', 'Budgets', body);
    panel.root.hidden = true;
    return {
        root: panel.root,
        /** @param {any[]} budgets */
        update(budgets) {
            panel.root.hidden = budgets.length === 0;
            keyed(body, budgets, budget => budget.name, createBudget);
        },
    };
}
