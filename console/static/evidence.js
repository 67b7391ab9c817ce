// A room's evidence in, a player that starts without sound out: text comes first.

import { ask, correcting } from "./api.js";
import { askedSecond, byId, day } from "./dom.js";
import { Player } from "./player.js";

const roomId = location.pathname.split("/").at(-1);
const base = `/moderation/rooms/${roomId}`;

try {
  const about = await ask(`${base}/about`);
  document.title = `${about.title} · Evidence · Earwitness`;
  byId("title").textContent = about.title;
  byId("byline").textContent = [`Hosted by ${about.host}`, day(about.opened_ms), `with ${about.speakers.join(", ")}`].join(" · ");
  new Player(byId("player"), { base, durationS: about.duration_ms / 1000, startS: askedSecond(), correct: correcting(roomId), muted: true });
} catch (problem) {
  byId("status").textContent = `It cannot be played: ${problem.message}.`;
}
