// One pool: the diagnosis, the facts that separate pool, application and database, then every detail.
import { createActionBar, ask } from './actions.js';
import { createCounters } from './counters.js';
import { createDiagnosis } from './diagnosis.js';
import { el, foreign, setAttribute, setText } from './dom.js';
import { createEvents } from './events.js';
import { words } from './format.js';
import { createLanes } from './lanes.js';
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

/** @param {HTMLElement} main @param {any} context @param {{ name: string, section: string | null }} route */
export function createPoolView(main, context, { name, section }) {
    const diagnosis = createDiagnosis('Pool', name);
    const facts = createPoolFacts();
    const bar = createActionBar(name, context);
    /** @type {any} */ let latest = null;
    const leases = createLeases({
        canAct: context.canAct,
        ask: (action, details) => ask(context, name, action, { ...details, row: latest?.row }),
    });
    const charts = createPoolCharts(name, context);
    const lanes = createLanes();
    const parts = [lanes, createSlots(), createLeaks(), createStatements(), createEvents(), createSettings(), createCounters()];
    const panels = [leases.panel, charts.panel, ...parts.map(part => part.panel)]; // Holders are the second thing an operator looks for.
    const jumps = el(
        'nav',
        { 'class': 'jumps', 'aria-label': 'Sections of this pool' },
        ...panels.map(panel => el('a', { href: poolHref(name, panel.id), data: { jump: panel.id } }, panel.title)),
    );
    const laneJump = jumps.querySelector("[data-jump='lanes']");
    const set = el('a', { hidden: true });
    const missing = el('p', { class: 'notice notice-problem', hidden: true, role: 'status' });
    const waiting = el('p', { class: 'empty' }, 'Waiting for data of this pool…');
    const content = el('div', { hidden: true }, facts.root, bar.root, jumps, ...panels.map(panel => panel.root));
    const crumbs = el('nav', { 'class': 'crumbs', 'aria-label': 'Breadcrumb' }, el('a', { href: overviewHref }, '← All pools'), set);
    main.append(crumbs, missing, diagnosis.root, waiting, content);

    function showChips(row) {
        const chips = [
            row.state === 'Running' ? null : words(row.state),
            row.circuit === 'Closed' ? null : `circuit ${words(row.circuit)}`,
        ].filter(Boolean);
        const text = chips.join(', ');
        if (diagnosis.chips.textContent !== text) {
            diagnosis.chips.replaceChildren(...chips.map(chip => el('span', { class: 'chip' }, textOf(chip))));
        }
    }

    function gone(text) {
        missing.hidden = text === '';
        setText(missing, text);
        waiting.hidden = latest !== null || text !== '';
    }

    return {
        title: name,
        heading: diagnosis.heading,
        stale: diagnosis.stale,
        /** @param {string | null} id */
        go: id => panels.find(panel => panel.id === id)?.show(),
        problem: (problem, part) =>
            part === 'pool' && gone(problem.status === 404 ? `Pool “${name}” does not exist (any more). ${problem.detail}` : problem.message),
        update(batch) {
            const inOverview = list(batch.overview?.pools).find(row => row.name === name);
            if (batch.overview && !batch.pool) {
                if (inOverview === undefined) {
                    gone(
                        `Pool “${name}” does not exist (any more): the application has no pool of this name.${latest === null ? '' : ' The data below is old.'}`,
                    );
                } else if (latest === null) {
                    diagnosis.update(null, inOverview);
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
            setAttribute(main, 'data-level', levelOf(latest.diagnosis?.level ?? latest.row?.level));
            diagnosis.update(latest.diagnosis, latest.row);
            showChips(latest.row);
            if (latest.row.replicaSet && set.hidden) {
                set.hidden = false;
                set.href = setHref(latest.row.replicaSet);
                set.append('Replica set ', foreign(latest.row.replicaSet));
            }
            facts.update(latest);
            bar.update(latest.row);
            [leases, ...parts].forEach(part => part.update(latest));
            laneJump?.toggleAttribute('hidden', lanes.panel.root.hidden);
            charts.update(latest);
            if (first && section !== null) {
                this.go(section);
            }
        },
        dispose: charts.dispose,
    };
}
