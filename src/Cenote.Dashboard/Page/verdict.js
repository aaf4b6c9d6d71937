// The verdict: what is wrong, how one can tell, what to do. It stands first, since it is what somebody at 3 a.m. came for.
import { el, foreign, keyed, setAttribute, setField, setText } from './dom.js';
import { createExplanation } from './explanations.js';
import { withLocalTimes, words } from './format.js';
import { createBadge, levelOf } from './levels.js';
import { list, textOf } from './model.js';

/** @param {() => string} told what the verdict says already: one finding alone need not repeat it */
function createFinding(told) {
    const badge = createBadge();
    const kind = el('span', { data: { field: 'kind' } });
    let address = '';
    const explanation = createExplanation(() => address);
    const [summary, evidence, remedy] = ['summary', 'evidence', 'remedy'].map(name => el('bdi', { data: { field: name } }));
    const node = el(
        'li',
        { class: 'finding' },
        el('h3', {}, badge.node, ' ', kind, ' ', summary),
        el('p', {}, el('span', { class: 'label' }, 'Evidence '), evidence),
        el('p', {}, el('span', { class: 'label' }, 'What to do '), remedy),
        explanation,
    );
    return {
        node,
        /** @param {import('./model.js').Finding} finding */
        update(finding) {
            setAttribute(node, 'data-level', levelOf(finding.level));
            setAttribute(node, 'data-finding', textOf(finding.kind));
            badge.update(finding.level);
            setField(summary, finding.summary, withLocalTimes(finding.summary));
            summary.hidden = finding.summary === told();
            const name = words(finding.kind);
            setText(kind, `${name.slice(0, 1).toUpperCase()}${name.slice(1)}${summary.hidden ? '' : ':'}`);
            setField(evidence, finding.evidence, withLocalTimes(finding.evidence));
            setText(remedy, textOf(finding.remedy));
            address = textOf(finding.helpLink);
            explanation.hidden = address === '';
        },
    };
}

/** The head of a view: name, health, summary, findings. @param {string} kind "Pool" or "Replica set" @param {string} name */
export function createVerdict(kind, name) {
    const badge = createBadge();
    const heading = el('h1', { tabindex: '-1' }, el('span', { class: 'unseen' }, `${kind} `), foreign(name));
    let told = '';
    const chips = el('span', { class: 'chips' });
    const old = el('strong', { class: 'old', hidden: true });
    const summary = el('bdi', { data: { field: 'summary' } });
    const findings = el('ul', { class: 'findings' });
    const title = el('h2', { class: 'unseen', text: 'Findings' });
    const root = el(
        'div',
        { class: 'verdict' },
        el('div', { class: 'verdict-head' }, heading, badge.node, chips),
        el('p', { class: 'verdict-summary' }, old, summary),
        title,
        findings,
    );
    return {
        root,
        heading,
        chips,
        /** @param {string} text that what is shown is not of now; empty when it is */
        stale(text) {
            old.hidden = text === '';
            setText(old, text === '' ? '' : `${text}. Then: `);
        },
        /** @param {import('./model.js').Verdict | null | undefined} verdict @param {any} row */
        update(verdict, row) {
            const level = verdict?.level ?? row?.level;
            badge.update(level);
            setAttribute(root, 'data-level', levelOf(level));
            told = textOf(verdict?.summary ?? row?.summary);
            setField(summary, told, withLocalTimes(told));
            const found = list(verdict?.findings);
            keyed(
                findings,
                found,
                finding => textOf(finding.kind),
                () => createFinding(() => told),
            );
            findings.hidden = title.hidden = found.length === 0;
        },
    };
}
