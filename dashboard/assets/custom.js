// Solara's page has no language and forbids to zoom.
document.documentElement.lang = 'en';
document.querySelector('meta[name=viewport]').content = 'width=device-width, initial-scale=1';

// Vuetify's select is a button around a text field, which a screen reader cannot enter: the field itself is the box
// that opens the list.
new MutationObserver(() => {
  document.querySelectorAll('.v-select .v-input__slot[aria-haspopup], .v-select .v-input__slot[aria-expanded]').forEach(slot => {
    const field = slot.querySelector('input:not([type=hidden])');
    field.setAttribute('role', 'combobox');
    [['aria-haspopup', 'aria-haspopup'], ['aria-expanded', 'aria-expanded'], ['aria-owns', 'aria-controls']].forEach(([from, to]) => {
      if (slot.hasAttribute(from)) field.setAttribute(to, slot.getAttribute(from));
      slot.removeAttribute(from);
    });
    slot.removeAttribute('role');
  });
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-expanded'] });

// On a phone the strip of tabs is wider than the window: it is moved so that the present tab is in sight. It is the
// strip alone that moves; bringing the tab into view would take the keyboard's place on the page along.
const shown = strip => {
  const tab = strip.querySelector('.gm-tab-now');
  if (!tab) return;
  const own = tab.getBoundingClientRect(), box = strip.getBoundingClientRect();
  strip.scrollLeft += (own.left + own.right - box.left - box.right) / 2;
};
let tabs = null;
new MutationObserver(() => {
  const strip = document.querySelector('.gm-tabs');
  if (!strip || strip === tabs) return;
  tabs = strip;
  new MutationObserver(() => shown(strip)).observe(strip, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  new ResizeObserver(() => shown(strip)).observe(strip);
}).observe(document.documentElement, { subtree: true, childList: true });
