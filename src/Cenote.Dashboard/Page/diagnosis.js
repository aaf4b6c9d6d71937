// The diagnosis: what is wrong, its evidence and a recommendation. It comes first, because it is what an operator looks for at 3 a.m.
import { el, foreign, keyed, setAttribute, setField, setText } from './dom.js';
import { createExplanation } from './explanations.js';
import { withLocalTimes, words } from './format.js';
import { createBadge, levelOf } from './levels.js';
import { list, textOf } from './model.js';

/** @param {() => string} shown the summary of the diagnosis, which a single finding does not repeat */
function createFinding(shown) {
    const badge = createBadge();
    const kind = el('span', { data: { field: 'kind' } });
    let address = '';
    const explanation = createExplanation(() => address);
    const [summary, evidence, recommendation] = ['summary', 'evidence', 'recommendation'].map(name => el('bdi', { data: { field: name } }));
    const node = el(
        'li',
        { class: 'finding' },
        el('h3', {}, badge.node, ' ', kind, ' ', summary),
        el('p', {}, el('span', { class: 'label' }, 'Evidence '), evidence),
        el('p', {}, el('span', { class: 'label' }, 'Recommendation '), recommendation),
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
            summary.hidden = finding.summary === shown();
            const name = words(finding.kind);
            setText(kind, `${name.slice(0, 1).toUpperCase()}${name.slice(1)}${summary.hidden ? '' : ':'}`);
            setField(evidence, finding.evidence, withLocalTimes(finding.evidence));
            setText(recommendation, textOf(finding.recommendation));
            address = textOf(finding.helpLink);
            explanation.hidden = address === '';
        },
    };
}

/** The head of a view: name, health, summary, findings. @param {string} kind "Pool" or "Replica set" @param {string} name */
export function createDiagnosis(kind, name) {
    const badge = createBadge();
    const heading = el('h1', { tabindex: '-1' }, el('span', { class: 'unseen' }, `${kind} `), foreign(name));
    let shown = '';
    const chips = el('span', { class: 'chips' });
    const old = el('strong', { class: 'old', hidden: true });
    const summary = el('bdi', { data: { field: 'summary' } });
    const findings = el('ul', { class: 'findings' });
    const title = el('h2', { class: 'unseen', text: 'Findings' });
    const root = el(
        'div',
        { class: 'diagnosis' },
        el('div', { class: 'diagnosis-head' }, heading, badge.node, chips),
        el('p', { class: 'diagnosis-summary' }, old, summary),
        title,
        findings,
    );
    return {
        root,
        heading,
        chips,
        /** @param {string} text why the shown data is old; empty while it is current */
        stale(text) {
            old.hidden = text === '';
            setText(old, text === '' ? '' : `${text}. Then: `);
        },
        /** @param {import('./model.js').Diagnosis | null | undefined} diagnosis @param {any} row */
        update(diagnosis, row) {
            const level = diagnosis?.level ?? row?.level;
            badge.update(level);
            setAttribute(root, 'data-level', levelOf(level));
            shown = textOf(diagnosis?.summary ?? row?.summary);
            setField(summary, shown, withLocalTimes(shown));
            const found = list(diagnosis?.findings);
            keyed(
                findings,
                found,
                finding => textOf(finding.kind),
                () => createFinding(() => shown),
            );
            findings.hidden = title.hidden = found.length === 0;
        },
    };
}
