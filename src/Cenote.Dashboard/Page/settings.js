// Every setting with its default, unit and description; changed ones first.
import { el, setAttribute } from './dom.js';
import { list, textOf } from './model.js';
import { matches } from './overview-order.js';
import { createPanel } from './panel.js';
import { createTable } from './table.js';

const differs = setting => textOf(setting.value) !== textOf(setting.default);

export function createSettings() {
    /** @type {any} */ let latest = null;
    const filter = el('input', {
        type: 'search',
        id: 'settings-filter',
        autocomplete: 'off',
        spellcheck: 'false',
        on: { input: () => latest && update(latest) },
    });
    const table = createTable({
        label: 'Settings',
        keyOf: setting => setting.name,
        empty: 'No setting fits the filter.',
        tall: true,
        columns: [
            { label: 'Setting', field: 'name', value: setting => setting.name, sortable: true, heading: true },
            { label: 'Value', field: 'value', value: setting => setting.value },
            { label: 'Default', field: 'default', value: setting => setting.default },
            { label: 'Unit', field: 'unit', value: setting => setting.unit },
            {
                label: 'Note',
                field: 'note',
                value: differs,
                text: setting =>
                    [differs(setting) ? 'changed' : '', setting.canChange ? 'can change while running' : ''].filter(Boolean).join(', '),
                sortable: true,
            },
            { label: 'Description', field: 'description', value: setting => setting.description, className: 'col-message' },
        ],
        row: (node, setting) => {
            setAttribute(node, 'data-setting', textOf(setting.name));
            setAttribute(node, 'data-changed', differs(setting) ? 'true' : null);
        },
    });
    const panel = createPanel('settings', 'Settings', table.root);
    panel.tools.append(el('label', { for: 'settings-filter' }, 'Filter'), filter);

    /** @param {import('./model.js').Pool} pool */
    function update(pool) {
        latest = pool;
        const wanted = filter.value.trim().toLowerCase();
        const all = list(pool.settings).filter(setting => matches(wanted, setting.name, setting.description, setting.value));
        table.update(
            [...all.filter(differs), ...all.filter(setting => !differs(setting))],
            wanted === '' ? 'The pool has no settings to show.' : undefined,
        );
    }

    return { panel, update };
}
