// What is ticked in lists is kept in this tab, while one searches and turns pages. Without script a list sends the ticks
// of its page.

const kept = (store) => JSON.parse(sessionStorage.getItem(store) ?? '{}');
const keep = (store, lists) => sessionStorage.setItem(store, JSON.stringify(lists));

for (const done of document.querySelectorAll('[data-selection-done]')) {
  sessionStorage.removeItem(done.dataset.selectionDone);
}
for (const form of document.querySelectorAll('form[data-selection]')) selectable(form);
for (const form of document.querySelectorAll('form[data-resume]')) resume(form);

function selectable(form) {
  const { selection: store, list, field, also } = form.dataset;
  const boxes = [...form.querySelectorAll('[data-tick]')];
  const all = form.querySelector('[data-pick-all]');
  const bar = form.querySelector('[data-bar]');
  const ids = (name) => kept(store)[name] ?? [];
  let last = null;

  const show = () => {
    const chosen = new Set(ids(list));
    for (const box of boxes) box.checked = chosen.has(box.value);
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    for (const count of form.querySelectorAll('[data-count]')) {
      count.textContent = String(ids(count.dataset.count).length);
    }
    bar.hidden = chosen.size === 0 && (also === undefined || ids(also).length === 0);
  };
  const set = (some, isTicked) => {
    const chosen = new Set(ids(list));
    for (const { value } of some) chosen[isTicked ? 'add' : 'delete'](value);
    keep(store, { ...kept(store), [list]: [...chosen] });
    show();
  };

  for (const [at, box] of boxes.entries()) {
    box.addEventListener('click', ({ shiftKey }) => {
      const from = shiftKey && last !== null ? last : at;
      last = at;
      set(boxes.slice(Math.min(from, at), Math.max(from, at) + 1), box.checked);
    });
  }
  all.addEventListener('change', () => set(boxes, all.checked));
  form.querySelector('[data-clear]').addEventListener('click', () => {
    sessionStorage.removeItem(store);
    show();
  });
  form.addEventListener('submit', () => {
    const here = new Set(boxes.map(({ value }) => value));
    send(
      form,
      field,
      ids(list).filter((id) => !here.has(id)),
    );
    if (also !== undefined) send(form, also, ids(also));
  });
  // Browsers restore ticks of their own once a page is loaded.
  addEventListener('pageshow', show);
  show();
}

/** A page that is asked for anew, as by a change of language, goes on with what is chosen. */
function resume(form) {
  const { members = [], accounts = [] } = kept(form.dataset.resume);
  if (members.length + accounts.length === 0 || form.querySelector('[role="alert"]')) return;
  send(form, 'members', members);
  send(form, 'accounts', accounts);
  form.submit();
}

function send(form, name, values) {
  for (const value of values) {
    const field = Object.assign(document.createElement('input'), { type: 'hidden', name, value });
    form.append(field);
  }
}
