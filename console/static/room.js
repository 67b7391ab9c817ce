// A room's live feed in, its captions as they come out; once the recording is there, its player.

import { ask, correcting } from "./api.js";
import { showDelay } from "./delay.js";
import { askedSecond, byId, clock, colours, day, h } from "./dom.js";
import { Player } from "./player.js";

const roomId = location.pathname.split("/").at(-1);
const base = `/rooms/${roomId}`;
const colour = colours();
const spoken = new Map();
const NOTES = {
  preparing: "The room has ended. The recording and its captions are being prepared; this page will turn into the player.",
  ended: "The room has ended. It was not recorded, and nothing of it was kept.",
  deleted: "The host has deleted this recording.",
  purged: "This recording has been purged.",
};
const CLOCKS = { public_until: "Public until", report_until: "Can be reported until", purge_at: "Kept until" };
const AGAIN_MS = 2000;
let player = null;
let trimStartS = 0; // listeners begin here, and their seconds count from here

// --- captions ----------------------------------------------------------------------------------------------------

function line(caption) {
  return h("li", { class: "line" },
    h("span", { class: "stamp" }, clock(caption.start_ms / 1000)),
    h("span", { class: colour(caption.speaker) }, caption.speaker),
    h("span", { class: "words" }, ...words(caption)));
}

// The settled beginning of a draft is not expected to change any more; `settled` counts characters, not UTF-16 units.
function words(caption) {
  if (caption.status === "final" || !caption.settled) return [caption.text];
  const letters = [...caption.text];
  const settled = h("span", { class: "settled" }, letters.slice(0, caption.settled).join(""));
  return [settled, letters.slice(caption.settled).join("")];
}

// A draft is replaced by the next record of its id; a final moves into the log and stays. An empty one takes its draft
// back: that was no speech.
function hear(caption) {
  spoken.get(caption.caption_id)?.remove();
  spoken.delete(caption.caption_id);
  if (!caption.text) return;
  const item = line(caption);
  spoken.set(caption.caption_id, item);
  const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 120;
  byId(caption.status === "final" ? "said" : "drafts").append(item);
  if (atEnd) item.scrollIntoView({ block: "end" });
}

// --- the room ----------------------------------------------------------------------------------------------------

function show(room) {
  document.title = `${room.title} · Earwitness`;
  byId("title").textContent = room.title;
  trimStartS = room.trim_start_ms / 1000;
  const speakers = [...new Set(room.tracks.map((track) => track.speaker))];
  const facts = [`Hosted by ${room.host}`, day(room.opened_ms)];
  if (room.duration_ms) facts.push(clock(room.duration_ms / 1000));
  if (speakers.length) facts.push(`with ${speakers.join(", ")}`);
  byId("byline").textContent = facts.join(" · ");
  const quiet = room.state === "live" && !spoken.size;
  byId("status").textContent = NOTES[room.state] ?? (quiet ? "Captions appear here as people speak." : "");
  if (room.state !== "live") showDelay(byId("delay"), { delayed: false });
  byId("live").hidden = !["live", "preparing"].includes(room.state);
  byId("unscreened").hidden = room.screened_by_model !== false || room.state === "purged";
  showSign(room);
  showKeeping(room);
  showContinuity(room);
  if (room.state === "deleted" || room.state === "purged") closePlayer();
  else if (room.links.recording && room.links.captions_json) openPlayer(room);
}

function showSign(room) {
  const sign = byId("sign");
  const text = room.record ? (room.state === "live" ? "Recording" : "Recorded") : "Not recorded";
  if (sign.textContent === text) return;
  sign.className = room.recording ? "sign recording" : "sign";
  sign.replaceChildren(h("span", { class: "dot", "aria-hidden": "true" }), text);
}

function showKeeping(room) {
  const known = Object.entries(CLOCKS).filter(([name]) => room.clocks[name]);
  byId("keeping").hidden = !known.length || room.state === "purged";
  byId("clocks").replaceChildren(...known.flatMap(([name, label]) => [
    h("dt", {}, label),
    h("dd", {}, day(room.clocks[name].at_ms), h("span", { class: "note" }, room.clocks[name].reason)),
  ]));
  byId("delete").hidden = room.state === "deleted";
  byId("restore").hidden = room.state !== "deleted";
}

// --- how much came how far -----------------------------------------------------------------------------------------

const STAGES = ["captured_ms", "received_ms", "stored_ms", "recorded_ms", "captioned_ms"];

function hole(each) {
  const length = each.ms ? `, about ${clock(each.ms / 1000)}` : "";
  return `chunks ${each.first_sequence}–${each.last_sequence}${length}: ${each.reason.replaceAll("_", " ")}`;
}

function showContinuity(room) {
  const known = room.continuity.filter((track) => track.received_ms != null);
  byId("complete").hidden = !known.length || room.state === "purged";
  byId("continuity").replaceChildren(...known.map((track) => h("tr", {},
    h("th", { scope: "row" }, track.speaker),
    ...STAGES.map((stage) => h("td", {}, track[stage] == null ? "–" : clock(track[stage] / 1000))),
    h("td", {}, track.holes.map(hole).join("; ") || "none"))));
}

// --- the player --------------------------------------------------------------------------------------------------

function openPlayer(room) {
  byId("live").hidden = true;
  byId("player").hidden = false;
  byId("status").textContent = "";
  if (player) return;
  player = new Player(byId("player"), {
    base,
    durationS: room.duration_ms / 1000,
    startS: askedSecond(),
    shareFromS: () => trimStartS,
    shareLink: async () => (await ask(`${base}/share`, { method: "POST" })).url,
    correct: correcting(roomId),
    onGone: refresh,
  });
}

function closePlayer() {
  player?.audio.pause();
  player = null;
  byId("player").replaceChildren();
  byId("player").hidden = true;
}

// --- what the host can do ----------------------------------------------------------------------------------------

async function change(method, address) {
  try {
    show(await ask(`${base}${address}`, { method }));
  } catch (problem) {
    byId("status").textContent = `That did not work: ${problem.message}.`;
  }
}

byId("delete").addEventListener("click", () => {
  if (confirm("Delete this recording? Its link stops working at once.")) change("DELETE", "/recording");
});
byId("restore").addEventListener("click", () => change("POST", "/recording/restore"));

// --- the feed ----------------------------------------------------------------------------------------------------

async function refresh() {
  show(await ask(base));
}

function listen() {
  const feed = new EventSource(`${base}/live`);
  feed.addEventListener("room", (event) => {
    const told = JSON.parse(event.data);
    told.captions.forEach(hear);
    show(told.room);
    if (told.room.state === "ended" || player) feed.close();
  });
  feed.addEventListener("caption", (event) => {
    hear(JSON.parse(event.data));
    byId("status").textContent = "";
  });
  feed.addEventListener("open", () => showDelay(byId("delay"), { delayed: false }));
  feed.addEventListener("delay", (event) => showDelay(byId("delay"), JSON.parse(event.data)));
  // A broken line is taken up by the browser itself, a refusal (503) is not.
  feed.addEventListener("error", () => {
    if (feed.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
}

const room = await ask(base);
show(room);
if (["live", "preparing"].includes(room.state)) listen();
