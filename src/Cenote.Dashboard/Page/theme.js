// Loaded before the style sheets are used, as a classic script: a page that flashes white at 3 a.m. wakes the wrong people.
(() => {
    'use strict';
    const dark = matchMedia('(prefers-color-scheme: dark)');

    function wanted() {
        try {
            return localStorage.getItem('cenote.theme') ?? 'system';
        } catch {
            return 'system'; // Storage may be forbidden; the system's choice still works.
        }
    }

    function apply() {
        const choice = wanted();
        const theme = choice === 'dark' || choice === 'light' ? choice : dark.matches ? 'dark' : 'light';
        if (document.documentElement.dataset.theme === theme) {
            return;
        }
        document.documentElement.dataset.theme = theme;
        document.dispatchEvent(new Event('cenote-theme')); // Charts are drawn on canvas and must be told.
    }

    dark.addEventListener('change', apply);
    document.addEventListener('cenote-theme-chosen', apply);
    apply();
})();
