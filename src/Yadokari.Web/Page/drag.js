// A job is dragged onto a host: with the mouse or a pen. Fingers scroll; they have the Move button.

import { state, host as hostOf } from "./state.js";
import { element } from "./format.js";

const far = 6;

export function setUpDrag(onDrop) {
  const body = document.getElementById("rows");
  let from = null, job = null, ghost = null, over = null;

  body.addEventListener("pointerdown", event => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const row = event.target.closest("tr");
    if (!row) return;
    from = [event.clientX, event.clientY];
    job = row.dataset.job;
  });
  window.addEventListener("pointermove", event => {
    if (!job) return;
    if (!ghost) {
      if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) < far) return;
      ghost = element("div", { class: "ghost" }, state.jobs.get(job)?.name ?? job);
      document.body.append(ghost);
      document.body.classList.add("dragging");
    }
    ghost.style.left = `${event.clientX}px`;
    ghost.style.top = `${event.clientY}px`;
    mark(document.elementFromPoint(event.clientX, event.clientY)?.closest(".host"));
  });
  window.addEventListener("pointerup", event => {
    const target = over, what = job, was = ghost !== null;
    end();
    if (was && target && may(what, target.dataset.host)) onDrop(what, target.dataset.host);
    if (was) event.preventDefault();
  });
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", event => { if (event.key === "Escape" && ghost) { event.stopPropagation(); end(); } }, true);

  function may(id, name) { return hostOf(name)?.answers && state.jobs.get(id)?.host !== name; }

  function mark(row) {
    if (over === row) return;
    over?.classList.remove("target", "forbidden");
    over = row ?? null;
    over?.classList.add(may(job, over.dataset.host) ? "target" : "forbidden");
  }

  function end() {
    mark(null);
    ghost?.remove();
    document.body.classList.remove("dragging");
    from = job = ghost = null;
  }
}
