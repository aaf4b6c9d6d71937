// One pool: the verdict, the facts that tell pool, application and database apart, then everything in detail.
import { createActionBar, ask } from './actions.js';
import { createCounters } from './counters.js';
import { el, foreign, setAttribute, setText } from './dom.js';
import { createEvents } from './events.js';
import { words } from './format.js';
import { createLeaks } from './leaks.js';
import { createLeases } from './leases.js';
import { levelOf } from './levels.js';
import { list, textOf } from './model.js';
import { createPoolCharts } from './pool-charts.js';
import { createPoolFacts } from './pool-facts.js';
import { overviewHref, poolHref, setHref } from './router.js';
import { createSettings } from './settings.js';
import { createSlots } from './slots.js';
import { createStatements } from './statements.js';
import { createVerdict } from './verdict.js';

/** @param {HTMLElement} main @param {any} context @param {{ name: string, section: string | null }} route */
export function createPoolView(main, context, { name, section }) {
    const verdict = createVerdict('Pool', name);
    const facts = createPoolFacts();
    const bar = createActionBar(name, context);
    /** @type {any} */ let latest = null;
    const leases = createLeases({
        canAct: context.canAct,
        ask: (action, details) => ask(context, name, action, { ...details, row: latest?.row }),
    });
    const charts = createPoolCharts(name, context);
    const parts = [createSlots(), createLeaks(), createStatements(), createEvents(), createSettings(), createCounters()];
    const panels = [leases.panel, charts.panel, ...parts.map(part => part.panel)]; // Who holds the connections is the second question of the night.
    const jumps = el(
        'nav',
        { 'class': 'jumps', 'aria-label': 'Sections of this pool' },
        ...panels.map(panel => el('a', { href: poolHref(name, panel.id), data: { jump: panel.id } }, panel.title)),
    );
    const set = el('a', { hidden: true });
    const missing = el('p', { class: 'notice notice-problem', hidden: true, role: 'status' });
    const waiting = el('p', { class: 'empty' }, 'Waiting for data of this pool…');
    const content = el('div', { hidden: true }, facts.root, bar.root, jumps, ...panels.map(panel => panel.root));
    const crumbs = el('nav', { 'class': 'crumbs', 'aria-label': 'Breadcrumb' }, el('a', { href: overviewHref }, '← All pools'), set);
    main.append(crumbs, missing, verdict.root, waiting, content);

    function showChips(row) {
        const chips = [
            row.state === 'Running' ? null : words(row.state),
            row.circuit === 'Closed' ? null : `breaker ${words(row.circuit)}`,
        ].filter(Boolean);
        const text = chips.join(', ');
        if (verdict.chips.textContent !== text) {
            verdict.chips.replaceChildren(...chips.map(chip => el('span', { class: 'chip' }, textOf(chip))));
        }
    }

    function gone(text) {
        missing.hidden = text === '';
        setText(missing, text);
        waiting.hidden = latest !== null || text !== '';
    }

    return {
        title: name,
        heading: verdict.heading,
        stale: verdict.stale,
        /** @param {string | null} id */
        go: id => panels.find(panel => panel.id === id)?.show(),
        problem: (problem, part) =>
            part === 'pool' && gone(problem.status === 404 ? `There is no pool “${name}” (any more). ${problem.detail}` : problem.message),
        update(batch) {
            const inOverview = list(batch.overview?.pools).find(row => row.name === name);
            if (batch.overview && !batch.pool) {
                if (inOverview === undefined) {
                    gone(
                        `There is no pool “${name}” (any more): it is not among those that the application has now.${latest === null ? '' : ' What is shown below is old.'}`,
                    );
                } else if (latest === null) {
                    verdict.update(null, inOverview);
                    setAttribute(main, 'data-level', levelOf(inOverview.level));
                }
            }
            if (!batch.pool || batch.pool.row?.name !== name) {
                return;
            }
            const first = latest === null;
            latest = batch.pool;
            gone('');
            content.hidden = false;
            setAttribute(main, 'data-level', levelOf(latest.verdict?.level ?? latest.row?.level));
            verdict.update(latest.verdict, latest.row);
            showChips(latest.row);
            if (latest.row.replicaSet && set.hidden) {
                set.hidden = false;
                set.href = setHref(latest.row.replicaSet);
                set.append('Replica set ', foreign(latest.row.replicaSet));
            }
            facts.update(latest);
            bar.update(latest.row);
            [leases, ...parts].forEach(part => part.update(latest));
            charts.update();
            if (first && section !== null) {
                this.go(section);
            }
        },
        dispose: charts.dispose,
    };
}
