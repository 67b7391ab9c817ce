// A share link's token in, the public player out.

import { ask } from "./api.js";
import { askedSecond, byId, clock, day } from "./dom.js";
import { Player } from "./player.js";

const base = `/listen/${location.pathname.split("/").at(-1)}`;
const GONE = "The host has deleted this recording. If they restore it, this same link will work again.";

function gone() {
  byId("player").replaceChildren();
  byId("status").textContent = GONE;
}

try {
  const about = await ask(`${base}/about`);
  document.title = `${about.title} · Earwitness`;
  byId("title").textContent = about.title;
  const facts = [`Hosted by ${about.host}`, day(about.opened_ms), clock(about.duration_ms / 1000), `with ${about.speakers.join(", ")}`];
  byId("byline").textContent = facts.join(" · ");
  new Player(byId("player"), {
    base,
    durationS: about.duration_ms / 1000,
    startS: askedSecond(),
    shareLink: async () => location.href.replace(/[?#].*$/, ""),
    onGone: gone,
  });
} catch (problem) {
  byId("status").textContent = problem.reason === "recording_deleted" ? GONE : `It cannot be played: ${problem.message}.`;
}
