// Slow and failing statements, by text; or how to have them counted.
import { el, setText } from './dom.js';
import { clock, count, duration } from './format.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';
import { createTable, numberColumn } from './table.js';

const inFull = 180; // A longer statement unfolds.

function createText() {
    const [short, start, whole] = [el('code'), el('code'), el('pre', { tabindex: '0' })];
    const folded = el('details', {}, el('summary', {}, start), whole);
    return {
        node: el('div', { class: 'statement' }, short, folded),
        update({ text: raw }) {
            const text = textOf(raw);
            const long = text.length > inFull;
            short.hidden = long;
            folded.hidden = !long;
            setText(short, long ? '' : text);
            setText(start, long ? `${text.slice(0, inFull)}…` : '');
            setText(whole, long ? text : '');
        },
    };
}

const time = (label, field) => numberColumn(label, field, duration);
const number = (label, field) => numberColumn(label, field, count);

export function createStatements() {
    const table = createTable(
        /** @type {any} */ ({
            label: 'Statements',
            keyOf: statement => statement.text,
            empty: 'No statement has run through this pool since the start.',
            tall: true,
            limit: 50,
            sort: { field: 'totalSeconds', descending: true },
            columns: [
                { label: 'Statement (without its literals)', field: 'text', className: 'col-statement', heading: true, cell: createText },
                number('Runs', 'count'),
                number('Errors', 'errors'),
                time('Total', 'totalSeconds'),
                time('Average', 'averageSeconds'),
                time('p50', 'p50Seconds'),
                time('p99', 'p99Seconds'),
                time('Maximum', 'maxSeconds'),
                {
                    label: 'Last error',
                    field: 'lastError',
                    className: 'col-error',
                    value: statement => statement.lastError,
                    text: statement => (statement.lastError ? `${clock(statement.lastErrorTime)}: ${statement.lastError}` : ''),
                },
            ],
        }),
    );
    const off = el(
        'p',
        { class: 'empty', data: { field: 'statements-off' } },
        'Statements are not counted. To see slow and failing ones here, set ',
        el('code', { text: 'options.StatementStatistics = new StatementStatisticsOptions()' }),
        ' for this pool: it counts runs, errors and times of what goes through PooledConnection, by text without literals.',
    );
    const panel = createPanel('statements', 'Statements', off, table.root);
    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            const counted = Array.isArray(pool.statements);
            off.hidden = counted;
            table.root.hidden = !counted;
            table.update(list(pool.statements));
        },
    };
}
