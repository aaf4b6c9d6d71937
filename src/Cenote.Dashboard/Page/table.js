// A table that follows a list: sortable by its headers, one row a key, a "show more" below long ones.
import { el, keyed, setAttribute, setField, setText } from './dom.js';
import { count, isNumber } from './format.js';
import { textOf } from './model.js';

/**
 * @template T
 * @typedef {object} Column
 * @property {string} label
 * @property {string} field for `data-field`
 * @property {(item: T) => any} [value] raw: sorts, and is `data-value`
 * @property {(item: T) => string} [text] what people read; without it, the value
 * @property {() => { node: Node, update: (item: T) => void }} [cell] instead of `text`: a cell of its own kind
 * @property {string} [className]
 * @property {string} [title]
 * @property {boolean} [sortable]
 * @property {boolean} [heading] the cell that names its row
 */

const compare = (a, b) =>
    isNumber(a) && isNumber(b) ? a - b : isNumber(a) ? 1 : isNumber(b) ? -1 : textOf(a).localeCompare(textOf(b), 'en', { numeric: true });

/**
 * @template T
 * @param {{ label: string, columns: Column<T>[], keyOf: (item: T) => any, empty: string, sort?: { field: string, descending: boolean } | null, tall?: boolean,
 *   limit?: number, row?: (node: HTMLElement, item: T) => void }} options
 */
export function createTable({ label, columns, keyOf, empty, sort = null, tall = false, limit = 200, row }) {
    /** @type {T[]} */ let items = [];
    let allowed = limit;
    const headers = columns.map(column =>
        el(
            'th',
            { role: 'columnheader', scope: 'col', class: column.className, title: column.title },
            column.sortable
                ? el('button', { type: 'button', class: 'sort', on: { click: () => choose(column) } }, column.label)
                : column.label,
        ),
    );
    const body = el('tbody', { role: 'rowgroup' });
    // On a phone each row is a card. The roles say that it is a table all the same.
    const table = el(
        'table',
        { 'role': 'table', 'aria-label': label },
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...headers)),
        body,
    );
    // A long one scrolls: without a tab stop the keyboard could not.
    const scroll = el(
        'div',
        { 'class': tall ? 'scroll tall' : 'scroll', 'tabindex': '0', 'role': 'region', 'aria-label': `${label}, as a table that scrolls` },
        table,
    );
    const nothing = el('p', { class: 'empty', text: empty });
    const more = el('button', {
        type: 'button',
        class: 'more',
        on: {
            click: () => {
                allowed *= 4;
                draw();
            },
        },
    });
    const root = el('div', {}, scroll, nothing, more);

    function choose(column) {
        sort = {
            field: column.field,
            descending: sort !== null && sort.field === column.field ? !sort.descending : column.className === 'number',
        };
        draw();
    }

    function createRow() {
        const cells = columns.map(column => {
            const custom = column.cell?.();
            const inner = custom?.node ?? el(column.className === 'number' ? 'span' : 'bdi');
            const holder = el(
                column.heading ? 'th' : 'td',
                {
                    role: column.heading ? 'rowheader' : 'cell',
                    class: column.className,
                    scope: column.heading ? 'row' : null,
                    data: { field: column.field, label: column.label },
                },
                inner,
            );
            return { column, custom, inner, holder };
        });
        const node = el('tr', { role: 'row' }, ...cells.map(cell => cell.holder));
        return {
            node,
            /** @param {T} item */
            update(item) {
                for (const { column, custom, inner, holder } of cells) {
                    const value = column.value?.(item);
                    if (custom === undefined) {
                        const text = column.text ? column.text(item) : textOf(value);
                        setText(inner, text);
                        setAttribute(holder, 'data-blank', text === '' ? 'true' : null);
                    } else {
                        custom.update(item);
                    }
                    setAttribute(holder, 'data-value', value ?? null);
                }
                row?.(node, item);
            },
        };
    }

    function draw() {
        const by = columns.find(column => column.field === sort?.field);
        const sign = sort?.descending ? -1 : 1;
        const sorted = by?.value ? [...items].sort((a, b) => sign * compare(by.value?.(a), by.value?.(b))) : items;
        headers.forEach((header, index) =>
            setAttribute(header, 'aria-sort', by === columns[index] ? (sort?.descending ? 'descending' : 'ascending') : null),
        );
        keyed(body, sorted.slice(0, allowed), keyOf, createRow);
        scroll.hidden = items.length === 0;
        nothing.hidden = items.length > 0;
        more.hidden = items.length <= allowed;
        setText(more, `Show more of ${count(items.length)}`);
    }

    return {
        root,
        /** @param {T[]} next @param {string} [whyEmpty] */
        update(next, whyEmpty) {
            items = next;
            setText(nothing, whyEmpty ?? empty);
            draw();
        },
    };
}

/** A column of numbers that sorts by them. `format` makes the text. */
export const numberColumn = (label, field, format, title) => ({
    label,
    field,
    title,
    value: record => record[field],
    text: record => format(record[field]),
    className: 'number',
    sortable: true,
});

/** A value that a table of facts shows: term and data. @param {string} label @param {string} name @param {string} [title] */
export function createFact(label, name, title) {
    const value = el('dd', { data: { field: name } });
    return {
        node: el('div', { class: 'fact', title }, el('dt', { text: label }), value),
        /** @param {any} raw @param {string} text @param {boolean} [alert] */ update(raw, text, alert = false) {
            setField(value, raw, text);
            setAttribute(value, 'data-alert', alert ? 'true' : null);
        },
    };
}
