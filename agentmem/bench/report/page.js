"use strict";
// Everything on the page can be read without this: it sorts, filters, lights up and says what is pointed at.
(() => {
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const body = document.body, legend = document.getElementById("legend"), table = document.getElementById("table");
  document.documentElement.classList.add("js");

  // Sorting: numbers the largest first, words from A; a second click turns it round.
  const sort = (head) => {
    const sorted = head.closest("table"), column = head.cellIndex, words = head.dataset.kind === "text";
    const down = head.ariaSort ? head.ariaSort === "ascending" : !words;
    const rows = sorted.id === "table" ? [...sorted.tBodies] : [...sorted.tBodies[0].rows];
    const by = (a, b) => words ? a.localeCompare(b, undefined, {numeric: true}) : a - b;
    const read = sorted.id === "table" ? (row) => row.rows[0].cells[column].dataset.value : (row) => row.cells[column].dataset.value;
    rows.sort((a, b) => by(read(a), read(b)) * (down ? -1 : 1));
    all("th[aria-sort]", sorted.tHead).forEach((one) => one.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    (sorted.id === "table" ? sorted : sorted.tBodies[0]).append(...rows);
  };
  all(".sortable thead th:not([data-kind=none])").forEach((head) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(head));
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(head); });
  });

  // The legend: one memory is lit while it is pointed at; a click hides it everywhere, a double click all others.
  const chips = legend ? all(".chip", legend) : [];
  const show = () => {
    chips.forEach((chip) => body.classList.toggle("hide" + chip.dataset.memory, !chip.firstElementChild.checked));
    document.getElementById("every").hidden = chips.every((chip) => chip.firstElementChild.checked);
    count();
  };
  const only = (wanted) => { chips.forEach((chip) => { chip.firstElementChild.checked = wanted(chip); }); show(); };
  chips.forEach((chip) => chip.addEventListener("dblclick", () => only((one) => one === chip)));
  legend?.addEventListener("change", show);
  document.getElementById("every")?.addEventListener("click", () => only(() => true));
  const number = (node) => node?.closest?.(".chip,figure .s")?.getAttribute("class").match(/\bm(\d+)\b/)?.[1];
  const light = (event) => {
    const lit = number(event.target);
    if (lit === undefined) delete body.dataset.lit; else body.dataset.lit = lit;
  };
  document.addEventListener("pointerover", light);
  document.addEventListener("focusin", light);

  // What a point says, at once; browsers wait a second with a title.
  const tip = document.getElementById("tip");
  all("figure title").forEach((title) => {
    title.parentNode.dataset.tip = title.textContent;
    title.parentNode.setAttribute("aria-label", title.textContent);
    title.remove();
  });
  document.addEventListener("pointermove", (event) => {
    const said = event.target.closest?.("[data-tip]")?.dataset.tip;
    tip.hidden = !said;
    if (!said) return;
    tip.textContent = said;
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = Math.max(event.clientY - tip.offsetHeight - 10, 4) + "px";
  });

  // The cells: filtered by what is typed and chosen, or by where a figure leads.
  const filter = document.getElementById("filter"), counted = document.getElementById("counted");
  function count() {
    if (!table) return;
    const shown = all("tbody", table).filter((row) => !row.classList.contains("off") && !body.classList.contains("hide" + row.dataset.memory));
    counted.textContent = `${shown.length} of ${table.tBodies.length} cells`;
  }
  function apply() {
    const {text, memory, task, state} = Object.fromEntries(new FormData(filter));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of table.tBodies) {
      const said = row.textContent.toLowerCase(), bad = row.classList.contains("bad");
      const is = (!memory || row.dataset.memory === memory) && (!task || row.dataset.task === task)
        && (!state || bad === (state === "failed")) && words.every((word) => said.includes(word));
      row.classList.toggle("off", !is);
    }
    count();
  }
  function follow() {
    const [kind, ...which] = location.hash.slice(1).split("-");
    if (kind === "group" || kind === "memory") {
      filter.reset();
      filter.elements.memory.value = which.pop();
      filter.elements.task.value = which.pop() ?? "";
      apply();
      document.getElementById("cells").scrollIntoView();
    } else if (kind === "cell") {
      const row = document.getElementById(location.hash.slice(1));
      if (row?.classList.contains("off")) { filter.reset(); apply(); }
      row?.scrollIntoView({block: "center"});
    }
  }
  if (table) {
    filter.hidden = false;
    filter.addEventListener("input", apply);
    filter.addEventListener("submit", (event) => event.preventDefault());
    filter.addEventListener("reset", () => setTimeout(apply));
    table.addEventListener("click", (event) => {
      if (event.target.closest("a.open")) event.preventDefault();
      if (event.target.closest("a:not(.open),button,.detail,thead")) return;
      event.target.closest("tbody").classList.toggle("opened");
    });
    addEventListener("hashchange", follow);
    follow();
    count();
  }
  if (navigator.clipboard) all(".copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "copied";
    });
  });
})();
