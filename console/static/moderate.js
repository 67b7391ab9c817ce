// Words in, passages out, each of which plays at its second; below them the cases and their decisions.

import { ask } from "./api.js";
import { byId, clock, h } from "./dom.js";

const asked = new URLSearchParams(location.search);

// --- search ------------------------------------------------------------------------------------------------------

function marked(hit) {
  return hit.pieces.map((piece) => (piece.match ? h("mark", {}, piece.text) : piece.text));
}

function passage(hit) {
  return h("li", { class: "card" },
    h("a", { class: "hit", href: hit.listen_url },
      h("span", { class: "stamp" }, clock(hit.start_ms / 1000)),
      h("span", { class: "words" }, ...marked(hit))),
    h("p", { class: "byline" }, [hit.speaker, hit.title].filter(Boolean).join(" · ")));
}

async function search() {
  byId("found").hidden = false;
  byId("status").textContent = "Searching …";
  try {
    const { hits } = await ask(`/search?${asked}`);
    byId("hits").replaceChildren(...hits.map(passage));
    byId("status").textContent = hits.length ? `${hits.length} ${hits.length === 1 ? "passage" : "passages"}` : "Nothing found. Fewer words may help.";
  } catch (problem) {
    byId("status").textContent = `The search did not work: ${problem.message}.`;
  }
}

// --- cases -------------------------------------------------------------------------------------------------------

function heading(found) {
  const category = found.category.charAt(0).toUpperCase() + found.category.slice(1);
  return `${category} ${found.start_ms === null ? "in the whole recording" : `at ${clock(found.start_ms / 1000)}`}`;
}

function decided(found) {
  return h("p", { class: "note" }, found.violation ? "Decided: a violation" : "Decided: no violation");
}

function decision(view) {
  const note = h("input", { id: `note-${view.case.case_id}`, maxlength: 2000 });
  const say = (violation) => () => decide(view, violation, note.value);
  return h("div", { class: "decision" },
    h("label", { for: note.id }, "Note"), note,
    h("button", { type: "button", class: "danger", onclick: say(true) }, "Violation"),
    h("button", { type: "button", onclick: say(false) }, "No violation"));
}

function caseCard(view) {
  const found = view.case;
  const source = found.source === "report" ? "Reported by a listener" : `Found by screening, score ${found.score.toFixed(2)}`;
  return h("li", { class: "card" },
    h("div", { class: "title" },
      h("h3", {}, h("a", { href: view.listen_url }, heading(found))),
      found.urgent ? h("span", { class: "badge recording" }, "Urgent") : null),
    h("p", { class: "byline" }, `${view.title} · ${source}`),
    found.decided_ms === null ? decision(view) : decided(found));
}

async function decide(view, violation, note) {
  try {
    await ask(`/cases/${view.room_id}/${view.case.case_id}/decision`, { method: "POST", body: { violation, note } });
    await showCases();
  } catch (problem) {
    byId("cases-status").textContent = `That did not work: ${problem.message}.`;
  }
}

async function showCases() {
  const { cases } = await ask("/cases");
  const open = cases.filter((view) => view.case.decided_ms === null).length;
  byId("cases-status").textContent = cases.length ? `${open} open, ${cases.length - open} decided` : "There are no cases.";
  byId("cases").replaceChildren(...cases.map(caseCard));
}

byId("q").value = asked.get("q") ?? "";
byId("speaker").value = asked.get("speaker") ?? "";
byId("phrase").checked = asked.get("phrase") === "true";
if (asked.get("q")) search();
showCases();
