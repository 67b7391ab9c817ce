// The rooms that there are in, one card for each out; asked again every few seconds.

import { ask } from "./api.js";
import { byId, clock, day, h } from "./dom.js";

const AGAIN_MS = 5000;
const STATES = {
  live: "Live",
  preparing: "Being prepared",
  ready: "Ready to play",
  ended: "Ended, not recorded",
  deleted: "Deleted by the host",
  purged: "Purged",
};

function sign(room) {
  if (room.state !== "live") return h("span", { class: `badge ${room.state}` }, STATES[room.state]);
  const text = room.recording ? "Live · Recording" : "Live · Not recorded";
  return h("span", { class: room.recording ? "badge recording" : "badge" }, h("span", { class: "dot", "aria-hidden": "true" }), text);
}

function card(room) {
  const speakers = [...new Set(room.tracks.map((track) => track.speaker))];
  const facts = [room.host, day(room.opened_ms)];
  if (room.duration_ms) facts.push(clock(room.duration_ms / 1000));
  const title = room.state === "purged" ? h("span", {}, `Room ${room.room_id}`) : h("a", { href: `/room/${room.room_id}` }, room.title);
  return h("li", { class: "card" },
    h("div", { class: "title" }, h("h2", {}, title), sign(room)),
    h("p", { class: "byline" }, facts.filter(Boolean).join(" · ")),
    speakers.length ? h("p", { class: "note" }, `With ${speakers.join(", ")}`) : null,
    room.open_cases ? h("p", { class: "note" }, h("a", { href: "/moderate" }, `${room.open_cases} open ${room.open_cases === 1 ? "case" : "cases"}`)) : null);
}

let shown = "";

async function show() {
  try {
    const { rooms } = await ask("/rooms");
    byId("status").textContent = rooms.length ? "" : "No rooms yet. The first one will show here as soon as it opens.";
    const told = JSON.stringify(rooms);
    if (told !== shown) byId("rooms").replaceChildren(...rooms.map(card));
    shown = told;
  } catch {
    byId("status").textContent = "The rooms cannot be listed just now; this page keeps trying.";
  }
  setTimeout(show, AGAIN_MS);
}

show();
