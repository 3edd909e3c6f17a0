"use strict";
(() => {
  const root = document.documentElement;
  const form = document.querySelector("form.filters");
  root.classList.add("js");
  const lists = [...document.querySelectorAll("[data-filtered]")];
  const items = lists.flatMap((list) => [...list.children]);
  const texts = new Map();
  // The form counts what comes right after it.
  const counted = lists.find(
    (list) => form && form.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };
  const summaries = () =>
    items.filter((item) => !item.hidden).map((item) => item.querySelector("summary")).filter(Boolean);

  // What is asked for: {text: [words], severity: [values], ...}; an empty list doesn't narrow.
  const asked = () => {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (value !== "") (found[name] ??= []).push(value);
    }
    return found;
  };
  // A list whose items don't have a kind of value is not filtered by it.
  const known = new Map();
  const knows = (list, name) => {
    const key = `${list.id} ${lists.indexOf(list)} ${name}`;
    if (!known.has(key)) known.set(key, list.querySelector(`:scope > [data-${name}]`) !== null);
    return known.get(key);
  };
  const fits = (item, wanted) =>
    Object.entries(wanted).every(([name, values]) => {
      if (name === "sort") return true;
      if (name === "text") {
        return values[0].toLowerCase().split(/\s+/).every((word) => textOf(item).includes(word));
      }
      const own = item.dataset[name];
      if (own === undefined) return !knows(item.parentElement, name);
      return own.split("\n").some((one) => values.includes(one));
    });

  const sort = (key) => {
    for (const list of lists) {
      const own = [...list.children];
      const sorted = items.filter((item) => item.parentElement === list);
      if (key) {
        const rank = (item) => item.dataset[key] ?? "";
        sorted.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
      }
      if (sorted.some((item, index) => item !== own[index])) list.append(...sorted);
    }
  };
  const apply = () => {
    const wanted = asked();
    let shown = 0;
    let all = 0;
    for (const item of items) {
      item.hidden = !fits(item, wanted);
      if (item.parentElement === counted) {
        all += 1;
        shown += item.hidden ? 0 : 1;
      }
    }
    sort(wanted.sort?.[0]);
    form.querySelector("output").textContent = `${shown} of ${all} ${form.dataset.noun}`;
  };
  const remember = () => {
    const state = new URLSearchParams();
    for (const [name, values] of Object.entries(asked())) {
      for (const value of values) state.append(name, value);
    }
    history.replaceState(null, "", `#${state}`);
  };
  const restore = () => {
    const hash = location.hash.slice(1);
    if (document.getElementById(hash)) return;
    const state = new URLSearchParams(hash);
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = state.getAll(field.name).includes(field.value);
      else if (field.name) field.value = state.get(field.name) ?? "";
      if (field.tagName === "SELECT" && field.selectedIndex < 0) field.selectedIndex = 0;
    }
  };
  // A link to one finding opens it, and takes filters away that would hide it.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !items.includes(target)) return;
    if (target.hidden) {
      form.reset();
      apply();
    }
    const details = target.querySelector("details");
    if (details) details.open = true;
    target.scrollIntoView({ block: "center" });
    target.querySelector("summary")?.focus({ preventScroll: true });
  };

  if (form) {
    form.addEventListener("input", () => { apply(); remember(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
    addEventListener("hashchange", () => { restore(); apply(); open(); });
    restore();
    apply();
    // The browser goes to the anchor by itself after this, and would take the focus away.
    addEventListener("load", () => setTimeout(open));
  }

  const step = (by) => {
    const several = summaries();
    const at = several.indexOf(document.activeElement);
    several[at < 0 ? 0 : Math.max(0, Math.min(several.length - 1, at + by))]?.focus();
  };
  addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping) event.target.blur();
    if (isTyping) return;
    if (event.key === "/" && form) { form.elements.text.focus(); event.preventDefault(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((one) => !one.closest("[hidden]"));
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });
  root.dataset.ready = String(items.length);
})();
