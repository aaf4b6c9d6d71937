// Every slot as a cell with the letter and colour of its state, its age, lease count and holder. One tab stop; arrows move among the cells.
import { el, keyed, setAttribute, setText } from './dom.js';
import { count, duration, isNumber, plural, words } from './format.js';
import { list, textOf } from './model.js';
import { createPanel } from './panel.js';

const letters = { Leased: 'L', Idle: 'I', Opening: 'O', Resetting: 'R', Validating: 'V', Closing: 'C', Empty: 'E' };

/** @param {import('./model.js').Slot} slot */
export function describeSlot(slot) {
    const parts = [`Slot ${slot.id}: ${words(slot.state)}`];
    if (slot.holder) {
        parts.push(`${isNumber(slot.heldSeconds) ? `for ${duration(slot.heldSeconds)} ` : ''}by ${slot.holder}`);
    }
    if (slot.isSuspectedLeak) {
        parts.push('suspected leak');
    }
    if (isNumber(slot.ageSeconds)) {
        parts.push(`connection ${duration(slot.ageSeconds)} old`);
    }
    return [...parts, plural(slot.leaseCount ?? 0, 'lease')].join(', ');
}

export function createSlots() {
    const cells = el('ul', { 'class': 'slots', 'aria-label': 'Slots; the arrow keys move among them', 'on': { keydown: move } });
    const legend = el('ul', { class: 'slot-legend' });
    const detail = el('p', { class: 'slot-detail', data: { field: 'slot-detail' } });
    const panel = createPanel('slots', 'Slots', legend, cells, detail);
    let chosen = null;
    let latest = [];

    function move(event) {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
        const buttons = [...cells.querySelectorAll('button')];
        const at = buttons.indexOf(document.activeElement);
        if (step !== undefined && at >= 0) {
            event.preventDefault();
            buttons[Math.max(0, Math.min(buttons.length - 1, at + step))].focus();
        }
    }

    function choose(id) {
        chosen = id;
        const slot = latest.find(other => other.id === id);
        setText(detail, slot ? describeSlot(slot) : 'Point at a slot, or move to it with the arrow keys, to read it in full.');
    }

    function createCell(first) {
        const [letter, name, time, holder] = ['slot-letter', 'slot-id', 'slot-time', 'slot-holder'].map(className =>
            el('span', { 'class': className, 'aria-hidden': 'true' }),
        );
        const spoken = el('span', { class: 'unseen' }); // For screen readers, instead of the letter.
        const button = el(
            'button',
            {
                type: 'button',
                class: 'slot',
                on: { focus: () => pick(first.id), mouseenter: () => choose(first.id), click: () => pick(first.id) },
            },
            el('span', { class: 'slot-top' }, letter, name),
            time,
            holder,
            spoken,
        );
        return {
            node: el('li', { data: { slot: String(first.id) } }, button),
            update(slot) {
                setAttribute(button, 'data-state', textOf(slot.state));
                setAttribute(button, 'data-suspected', slot.isSuspectedLeak ? 'true' : null);
                setAttribute(button, 'tabindex', slot.id === (chosen ?? latest[0]?.id) ? '0' : '-1');
                setText(spoken, describeSlot(slot));
                setText(letter, `${letters[slot.state] ?? '?'}${slot.isSuspectedLeak ? '!' : ''}`);
                setText(name, `#${slot.id}`);
                setText(
                    time,
                    isNumber(slot.heldSeconds)
                        ? `held ${duration(slot.heldSeconds)}`
                        : isNumber(slot.ageSeconds)
                          ? `age ${duration(slot.ageSeconds)}`
                          : words(slot.state),
                );
                setText(holder, slot.holder ?? (slot.state === 'Empty' ? '' : plural(slot.leaseCount ?? 0, 'lease')));
            },
        };
    }

    function pick(id) {
        choose(id);
        for (const cell of cells.children) {
            setAttribute(
                /** @type {any} */ (cell).firstElementChild,
                'tabindex',
                /** @type {any} */ (cell).dataset.slot === String(id) ? '0' : '-1',
            );
        }
    }

    return {
        panel,
        /** @param {import('./model.js').Pool} pool */
        update(pool) {
            latest = list(pool.slots);
            chosen = latest.some(slot => slot.id === chosen) ? chosen : null;
            cells.classList.toggle('dense', latest.length > 60);
            keyed(cells, latest, slot => slot.id, createCell);
            const tally = Object.entries(letters).map(([state, letter]) => ({
                state,
                letter,
                slots: latest.filter(slot => slot.state === state).length,
            }));
            keyed(
                legend,
                tally,
                entry => entry.state,
                ({ state, letter }) => {
                    const number = el('span', { data: { field: `slots.${state}` } });
                    return {
                        node: el(
                            'li',
                            {},
                            el('span', { 'class': 'slot-key', 'aria-hidden': 'true', 'data': { state } }, letter),
                            ` ${words(state)} `,
                            number,
                        ),
                        update: entry => setText(number, count(entry.slots)),
                    };
                },
            );
            choose(chosen);
        },
    };
}
