// Solara's page has no language and forbids to zoom.
document.documentElement.lang = 'en';
document.querySelector('meta[name=viewport]').content = 'width=device-width, initial-scale=1';
