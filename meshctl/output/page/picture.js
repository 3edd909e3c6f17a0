"use strict";
(() => {
  const views = [...document.querySelectorAll(".view")];
  const sizes = new Map();
  const sizeOf = (svg) => {
    if (!sizes.has(svg)) sizes.set(svg, [svg.width.baseVal.value, svg.height.baseVal.value]);
    return sizes.get(svg);
  };
  const scale = (svg, factor) => {
    const [width, height] = sizeOf(svg);
    svg.setAttribute("width", width * factor);
    svg.setAttribute("height", height * factor);
    svg.dataset.scale = factor;
  };
  const zoom = (view, way) => {
    const svg = view.querySelector("svg");
    const canvas = view.querySelector(".canvas");
    const now = Number(svg.dataset.scale ?? 1);
    const fit = Math.min(1, (canvas.clientWidth - 2) / sizeOf(svg)[0]);
    const wanted = { in: now * 1.25, out: now / 1.25, fit: fit || 1 }[way];
    scale(svg, Math.max(0.08, Math.min(4, wanted)));
  };
  for (const view of views) {
    const canvas = view.querySelector(".canvas");
    view.querySelector(".tools").addEventListener("click", (event) => {
      const way = event.target.dataset.zoom;
      if (way) zoom(view, way);
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(view, event.deltaY < 0 ? "in" : "out");
    }, { passive: false });
    let from = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button === 0) from = [event.clientX + canvas.scrollLeft, event.clientY + canvas.scrollTop];
    });
    addEventListener("pointermove", (event) => {
      if (!from) return;
      canvas.scrollLeft = from[0] - event.clientX;
      canvas.scrollTop = from[1] - event.clientY;
    });
    addEventListener("pointerup", () => { from = null; });
  }

  // The node that is chosen stands in the form below, so that table, picture and address agree.
  const form = document.querySelector("form.filters");
  const field = form?.elements.node;
  const nodes = [...document.querySelectorAll(".mesh .node[data-node]")];
  const ways = [...document.querySelectorAll(".mesh .way[data-source]")];
  const show = () => {
    const chosen = field?.value ?? "";
    const near = new Set([chosen]);
    for (const way of ways) {
      const ends = [way.dataset.source, way.dataset.target];
      const isNear = !chosen || ends.includes(chosen);
      way.classList.toggle("dim", !isNear);
      if (isNear && chosen) ends.forEach((end) => near.add(end));
    }
    for (const node of nodes) {
      node.classList.toggle("dim", chosen !== "" && !near.has(node.dataset.node));
      node.classList.toggle("chosen", chosen !== "" && node.dataset.node === chosen);
      if (node.hasAttribute("role")) node.setAttribute("aria-pressed", node.classList.contains("chosen"));
    }
  };
  const choose = (name) => {
    if (!field || ![...field.options].some((option) => option.value === name)) return;
    field.value = field.value === name ? "" : name;
    form.dispatchEvent(new Event("input"));
  };
  for (const node of nodes.filter((one) => one.hasAttribute("role"))) {
    node.addEventListener("click", () => choose(node.dataset.node));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(node.dataset.node);
    });
  }
  const open = () => {
    const part = document.getElementById(location.hash.slice(1));
    if (part?.matches("details.part")) {
      part.open = true;
      part.scrollIntoView();
      zoom(part.querySelector(".view"), "fit");
    }
  };
  form?.addEventListener("input", show);
  form?.addEventListener("reset", () => setTimeout(show));
  addEventListener("hashchange", () => { open(); show(); });
  addEventListener("load", () => setTimeout(open));
  for (const view of views) if (view.closest("details") === null) zoom(view, "fit");
  show();
})();
