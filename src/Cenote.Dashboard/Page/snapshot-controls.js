// "Open snapshot": a file that is chosen or dropped, the line that says that what is shown is old, and the way back.
import { el } from './dom.js';
import { exactTime, clock } from './format.js';
import { textOf } from './model.js';
import { createSnapshotSource, readSnapshot } from './snapshot.js';

/** @param {(source: ReturnType<typeof createSnapshotSource> | null) => void} show null: back to live data */
export function createSnapshotControls(show) {
    const notices = /** @type {HTMLElement} */ (document.getElementById('notices'));
    const file = /** @type {HTMLInputElement} */ (document.getElementById('snapshot-file'));
    const save = /** @type {HTMLElement} */ (document.getElementById('snapshot-save'));
    const text = el('bdi', { data: { field: 'snapshot' } });
    const back = el('button', { type: 'button', data: { action: 'closeSnapshot' }, on: { click: close } }, 'Back to live');
    const banner = el('p', { class: 'notice notice-snapshot', hidden: true, id: 'snapshot-banner' }, text, back);
    const problemText = el('bdi');
    const problem = el(
        'p',
        { class: 'notice notice-problem', hidden: true, id: 'snapshot-problem', role: 'alert' },
        problemText,
        el('button', { type: 'button', on: { click: () => (problem.hidden = true) } }, 'Dismiss'),
    );
    notices.append(banner, problem);

    function close() {
        banner.hidden = true;
        save.hidden = false;
        show(null);
        document.getElementById('snapshot-open')?.focus();
    }

    /** @param {File | null | undefined} chosen */
    async function open(chosen) {
        if (!chosen) {
            return;
        }
        try {
            const source = createSnapshotSource(await readSnapshot(chosen));
            problem.hidden = true;
            text.textContent = `Snapshot of ${clock(source.time)} (${exactTime(source.time)})${source.host ? ` on ${textOf(source.host)}` : ''}, from “${chosen.name}”. Nothing here is live, and actions are off.`;
            banner.hidden = false;
            save.hidden = true;
            show(source);
        } catch (error) {
            problemText.textContent = /** @type {Error} */ (error).message;
            problem.hidden = false;
        } finally {
            file.value = ''; // The same file can be chosen again.
        }
    }

    document.getElementById('snapshot-open')?.addEventListener('click', () => file.click());
    file.addEventListener('change', () => open(file.files?.[0]));
    const carriesFile = event => event.dataTransfer?.types.includes('Files');
    addEventListener('dragover', event => {
        if (carriesFile(event)) {
            event.preventDefault();
            document.documentElement.classList.add('dropping');
        }
    });
    addEventListener('dragleave', event => event.relatedTarget === null && document.documentElement.classList.remove('dropping'));
    addEventListener('drop', event => {
        document.documentElement.classList.remove('dropping');
        if (carriesFile(event)) {
            event.preventDefault();
            open(event.dataTransfer?.files[0]);
        }
    });
}
