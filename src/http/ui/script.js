// Everything here is a convenience: each page does its work without it.

/** How often a live state is asked for, in milliseconds. */
const ASK_EVERY = 2000;

/** How long it is said that something was copied, in milliseconds. */
const SAY_FOR = 2000;

/** For how long something can be undone, in milliseconds. */
const UNDO_FOR = 60_000;

/** Points of a card's picture for each of its own. */
const SHARPNESS = 2;

/** Clocks that differ by more have not run side by side, in milliseconds. */
const SLEPT = 5000;

for (const hidden of document.querySelectorAll('[data-needs-script]')) hidden.hidden = false;
for (const button of document.querySelectorAll('[data-copy], [data-copy-picture]')) {
  button.addEventListener('click', () => void copy(button));
}
for (const details of document.querySelectorAll('details[data-confirm]')) asDialog(details);
for (const element of document.querySelectorAll('[data-countdown]')) countDown(element);
for (const element of document.querySelectorAll('[data-live]')) follow(element);
for (const element of document.querySelectorAll('time')) inOwnZone(element);
for (const form of document.querySelectorAll('form[method="post"]')) sendOnce(form);
for (const place of document.querySelectorAll('.side [aria-current], .tabs [aria-current]')) bringIntoView(place);
for (const button of document.querySelectorAll('[data-card]'))
  button.addEventListener('click', () => void asPicture(button));
for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
for (const form of document.querySelectorAll('[data-undo]')) setTimeout(() => form.remove(), UNDO_FOR);
for (const form of document.querySelectorAll('form[data-keep]')) keepFilledIn(form);
document.querySelector('[data-focus]')?.focus();
closeMenus();
// A page that comes back from the browser's memory is old, and may be of somebody who signed out since.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
if (document.querySelector('[data-countdown]')) afterSleep();

async function copy(button) {
  const status = button.parentElement.querySelector('[role="status"]');
  try {
    await (button.dataset.copyPicture
      ? copyPicture(button.dataset.copyPicture)
      : navigator.clipboard.writeText(button.dataset.copy));
    say(status, button.dataset.copied);
    setTimeout(() => void fade(status), SAY_FOR);
  } catch {
    say(status, button.dataset.failed);
  }
}

/** One at a time. */
function say(status, words) {
  for (const other of document.querySelectorAll('.copy [role="status"]')) other.replaceChildren();
  status.textContent = words;
}

async function fade(status) {
  await status.animate({ opacity: [1, 0] }, 300).finished;
  status.replaceChildren();
}

async function copyPicture(address) {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': drawn(address) })]);
}

/** What unfolds in place without script is a dialog with it. */
function asDialog(details) {
  const dialog = document.createElement('dialog');
  const sheet = details.querySelector('[data-sheet]');
  dialog.setAttribute('aria-labelledby', sheet.dataset.sheet);
  dialog.append(sheet);
  details.after(dialog);
  const summary = details.querySelector('summary');
  summary.setAttribute('aria-haspopup', 'dialog');
  summary.addEventListener('click', (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  for (const close of dialog.querySelectorAll('[data-close]')) {
    close.hidden = false;
    close.addEventListener('click', () => dialog.close());
  }
  dialog.addEventListener('close', () => summary.focus());
}

/** Times come in UTC; here they are put into the zone of whoever reads, and what they were stays as the title. */
function inOwnZone(element) {
  const at = new Date(element.dateTime);
  const day = { year: 'numeric', month: 'short', day: 'numeric' };
  const minute = { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' };
  const { lang } = document.documentElement;
  const written = (form) => {
    const format = new Intl.DateTimeFormat(lang, form);
    if (form === day || !lang.startsWith('zh')) return format.format(at);
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${written(day)} ${parts.hour}:${parts.minute}（${parts.timeZoneName}）`;
  };
  element.title = element.dataset.form === 'day' ? written(minute) : element.textContent;
  element.textContent = written(element.dataset.form === 'day' ? day : minute);
}

/** Where places stand in a row that is wider than the screen, the one that is shown is in sight. */
function bringIntoView(place) {
  const row = place.closest('.side, .tabs');
  row.scrollLeft += place.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 4;
}

/** Counts from when the answer came, by a clock that nobody sets: the time of day here may be hours off. */
function countDown(element) {
  const [{ responseStart } = { responseStart: 0 }] = performance.getEntriesByType('navigation');
  const end = Number(element.dataset.countdown) * 1000 + responseStart;
  const remaining = element.querySelector('[data-remaining]');
  element.hidden = false;
  const show = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    remaining.textContent = seconds === 0 ? element.dataset.over : clock(seconds);
    if (seconds > 0) setTimeout(show, 1000);
  };
  show();
}

function clock(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Loads the page anew once the state is another than the one that it shows. */
function follow(element) {
  const ask = async () => {
    const isSeen = document.visibilityState === 'visible';
    const state = isSeen ? await stateAt(element.dataset.live) : null;
    for (const lost of document.querySelectorAll('[data-offline]')) lost.hidden = !isSeen || state !== null;
    if (state !== null && state !== element.dataset.state && !isFilledIn()) location.reload();
    else setTimeout(() => void ask(), ASK_EVERY);
  };
  setTimeout(() => void ask(), ASK_EVERY);
}

/** Whether somebody types or has chosen something, which a page that loads itself anew would lose. */
function isFilledIn() {
  return document.activeElement?.matches('input:not([readonly], [type="checkbox"]), textarea, select') === true;
}

/** Null while it cannot be learned. */
async function stateAt(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    // Whoever may not see it any more is told so by the page itself.
    if (answer.status === 401 || answer.status === 403 || answer.status === 404 || answer.redirected) return 'GONE';
    return answer.ok ? (await answer.json()).state : null;
  } catch {
    return null;
  }
}

/** A drawing as a picture of points, with the fonts of this machine. */
async function drawn(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth * SHARPNESS, image.naturalHeight * SHARPNESS];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** Saves the card as a picture of points; where that cannot be drawn, as it is. */
async function asPicture(button) {
  try {
    const address = URL.createObjectURL(await drawn(button.dataset.card));
    Object.assign(document.createElement('a'), { href: address, download: button.dataset.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), UNDO_FOR);
  } catch {
    location.assign(button.dataset.card);
  }
}

/** What is filled in outlives a change of language, in this tab. */
function keepFilledIn(form) {
  const name = `filled-in:${location.pathname}`;
  const fields = () =>
    [...form.elements].filter((it) => it.name !== '' && it.type !== 'hidden' && it.type !== 'submit');
  const kept = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  if (kept !== null) {
    const left = JSON.parse(kept);
    for (const field of fields()) {
      if (field.type === 'checkbox' || field.type === 'radio') {
        field.checked = left.some(([key, value]) => key === field.name && value === field.value);
      } else field.value = left.find(([key]) => key === field.name)?.[1] ?? field.value;
    }
  }
  for (const other of document.querySelectorAll('form[data-language]')) {
    other.addEventListener('submit', () => {
      const left = fields().filter((it) => (it.type !== 'checkbox' && it.type !== 'radio') || it.checked);
      sessionStorage.setItem(name, JSON.stringify(left.map((it) => [it.name, it.value])));
    });
  }
}

/** A second click sends nothing. */
function sendOnce(form) {
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
    for (const button of form.querySelectorAll('button')) button.setAttribute('aria-disabled', 'true');
  });
}

/** Whether a page slept, on a phone or in a closed lid, is told by two clocks, of which one stands still meanwhile. */
function afterSleep() {
  const apart = () => Date.now() - performance.now();
  const before = apart();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Math.abs(apart() - before) > SLEPT) location.reload();
  });
}

/** Menus close when something else is clicked, and with Escape. */
function closeMenus() {
  const menus = () => document.querySelectorAll('details.menu[open]');
  document.addEventListener('click', ({ target }) => {
    for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
}
