// Makes a part of the page like a fresh one, element by element, so that focus, selection and what is typed stay.
// Elements with the same id, data-id or formaction are the same; the one with the focus is never moved.
const key = (node) => node.nodeType === 1 && (node.id || node.dataset.id || node.getAttribute("formaction"));
const alike = (one, other) => one.nodeName === other.nodeName && !key(one) && !key(other);

export function patch(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.tagName === "INPUT") return; // what is typed is the person's
  for (const { name, value } of fresh.attributes) {
    // Scripts hide and show.
    if (name !== "hidden" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "hidden" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  patchChildren(old, fresh);
}

function patchChildren(old, fresh) {
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = find(at, wanted);
    if (!match) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (match !== at) bring(old, match, at);
    patch(match, wanted);
    at = match.nextSibling;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function find(at, wanted) {
  if (!key(wanted)) return at && alike(at, wanted) ? at : null;
  for (let node = at; node; node = node.nextSibling) {
    if (key(node) === key(wanted) && node.nodeName === wanted.nodeName) return node;
  }
  return null;
}

// `match` before `at`; where it has the focus, those between go behind it instead.
function bring(old, match, at) {
  if (!match.contains(document.activeElement)) {
    old.insertBefore(match, at);
    return;
  }
  const after = match.nextSibling;
  for (let node = at; node !== match; ) {
    const next = node.nextSibling;
    old.insertBefore(node, after);
    node = next;
  }
}
