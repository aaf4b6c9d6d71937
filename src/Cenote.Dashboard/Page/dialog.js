// Asks a person, in a modal dialog: the browser keeps the focus in it, closes it on Escape and gives the focus back.
import { el, setText } from './dom.js';

/**
 * @param {{ title: string, effect: string, confirm: string, danger: boolean, action: string, facts: string[],
 *   numbers: { name: string, label: string, value: number | undefined, least: number }[], check: (numbers: any) => string }} question
 * @returns {Promise<Record<string, number> | null>} the numbers; null: do not do it
 */
export function askPerson({ title, effect, confirm, danger, action, facts, numbers, check }) {
    return new Promise(resolve => {
        const opener = document.activeElement;
        const problem = el('p', { class: 'problem', role: 'alert' });
        const inputs = numbers.map(({ name, value, least }) =>
            el('input', { type: 'number', name, value, min: least, max: 2147483647, step: 1, required: true, inputmode: 'numeric' }),
        );
        const cancel = el('button', { type: 'button', data: { dialog: 'cancel' }, on: { click: () => dialog.close() } }, 'Cancel');
        const form = el(
            'form',
            { novalidate: true, on: { submit } },
            el('h2', { id: 'dialog-title' }, el('bdi', { text: title })),
            el('p', { id: 'dialog-effect', text: effect }),
            ...facts.map(fact => el('p', {}, el('bdi', { text: fact }))),
            numbers.length === 0
                ? null
                : el('div', { class: 'fields' }, ...numbers.map(({ label }, index) => el('label', {}, label, inputs[index]))),
            problem,
            el(
                'div',
                { class: 'dialog-buttons' },
                cancel,
                el('button', { type: 'submit', class: danger ? 'danger' : 'primary', data: { dialog: 'confirm' } }, confirm),
            ),
        );
        const dialog = el(
            'dialog',
            { 'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-effect', 'data': { confirm: action } },
            form,
        );
        let answer = null;

        function submit(event) {
            event.preventDefault(); // form-action is 'none': nothing is ever submitted by the browser.
            const wrong = inputs.find(input => !input.checkValidity());
            const values = Object.fromEntries(inputs.map(input => [input.name, input.valueAsNumber]));
            const text = wrong
                ? `${wrong.name === 'minSize' ? 'Minimum' : 'Maximum'}: a whole number of at least ${wrong.min}.`
                : check(values);
            if (text !== '') {
                setText(problem, text);
                (wrong ?? inputs[0])?.focus();
                return;
            }
            answer = values;
            dialog.close();
        }

        dialog.addEventListener('close', () => {
            dialog.remove();
            if (opener instanceof HTMLElement && opener.isConnected) {
                opener.focus();
            }
            resolve(answer);
        });
        document.body.append(dialog);
        dialog.showModal();
        (inputs[0] ?? cancel).focus(); // The safe button: Enter out of habit must not drain a pool.
    });
}
