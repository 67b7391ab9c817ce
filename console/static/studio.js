// A microphone and a room in; the microphone's chunks on their way into the room, and what became of them, out.

import { ask } from "./api.js";
import { byId, clock, h } from "./dom.js";
import { Line } from "./line.js";
import { contentType, Microphone } from "./microphone.js";

const LEVEL_MS = 100;
const LINES = {
  connecting: "The line has dropped. What you say is kept here and sent as soon as it is back.",
  paused: "The console is busy. What you say is kept here and sent in a moment.",
};
let live = null; // while somebody speaks: { room, track, line, microphone, timer }

// --- choosing a room -----------------------------------------------------------------------------------------------

async function listRooms() {
  const asked = new URLSearchParams(location.search).get("room");
  const { rooms } = await ask("/rooms");
  const open = rooms.filter((room) => room.state === "live");
  byId("room").append(...open.map((room) => h("option", { value: room.room_id, selected: room.room_id === asked }, room.title)));
  showChoice();
}

function showChoice() {
  const fresh = !byId("room").value;
  byId("fresh").hidden = !fresh;
  byId("title-of-room").required = fresh;
}

async function chosenRoom(speaker) {
  const chosen = byId("room").value;
  if (chosen) return ask(`/rooms/${chosen}`);
  const body = { title: byId("title-of-room").value, host: speaker, record: byId("record").checked };
  return ask("/rooms", { method: "POST", body });
}

// --- speaking ------------------------------------------------------------------------------------------------------

async function join() {
  const speaker = byId("speaker").value;
  const type = contentType();
  if (!type) throw new Error("this browser cannot record Opus in WebM or Ogg");
  const microphone = await Microphone.open();
  try {
    const room = await chosenRoom(speaker);
    const track = room.record ? await ask(`/rooms/${room.room_id}/tracks`, { method: "POST", body: { speaker, content_type: type } }) : null;
    enter(room, track, microphone, type);
  } catch (problem) {
    microphone.stop();
    throw problem;
  }
}

// Of a room that is not recorded nothing is sent: there is only the level to see.
function enter(room, track, microphone, type) {
  live = { room, track, microphone, spokenMs: 0 };
  if (track) {
    const address = `${location.origin.replace("http", "ws")}/rooms/${room.room_id}/tracks/${track.track_id}/socket`;
    live.line = new Line(address, showLine);
    microphone.start(type, speak, leave);
  }
  live.timer = setInterval(() => (byId("level").value = microphone.level()), LEVEL_MS);
  byId("join").hidden = true;
  byId("studio").hidden = false;
  byId("title").textContent = room.title;
  byId("page").href = `/room/${room.room_id}`;
  sign(track ? "Recording" : "Not recorded", Boolean(track));
  byId("sums").hidden = !track;
  say(track ? "" : "This room is not recorded: nothing of what you say is sent or kept.");
}

function speak(chunk) {
  live.spokenMs += chunk.duration_ms;
  if (live.line.state === "refused") return;
  if (live.line.take(chunk)) return;
  live.microphone.stop();
  say("The line has been away for half an hour. The recording has stopped here; leave this page open until the line is back.");
}

function showLine(line) {
  if (!live) return;
  byId("spoken").textContent = clock(live.spokenMs / 1000);
  byId("acknowledged").textContent = `${clock(line.acknowledgedMs / 1000)} (${line.acknowledged} chunks)`;
  byId("waiting").textContent = `${line.next - line.acknowledged} chunks`;
  if (line.state === "refused") refused(line.problem);
  else if (line.next) say(LINES[line.state] ?? "");
}

function refused(problem) {
  live.microphone.stop();
  byId("leave").hidden = true;
  sign("Stopped", false);
  say(`Your sound was refused and is not recorded any more: ${problem.detail} (${problem.reason}).`);
}

// --- leaving -------------------------------------------------------------------------------------------------------

async function leave() {
  if (!live) return;
  const { room, track, line, timer } = live;
  clearInterval(timer);
  byId("level").value = 0;
  if (line.state !== "refused") sign("Finishing", false);
  if (!(await line.settled())) return;
  line.close();
  live = null;
  sign("Recorded", false);
  say("Everything you said has arrived.");
  byId("leave").hidden = true;
  await ask(`/rooms/${room.room_id}/tracks/${track.track_id}`, { method: "DELETE" });
  byId("end").hidden = false;
  byId("end").onclick = () => attempt(async () => {
    await ask(`/rooms/${room.room_id}/close`, { method: "POST" });
    location.assign(`/room/${room.room_id}`);
  });
}

function sign(text, recording) {
  byId("sign").className = recording ? "sign recording" : "sign";
  byId("sign").replaceChildren(h("span", { class: "dot", "aria-hidden": "true" }), text);
}

function say(text) {
  if (byId("status").textContent !== text) byId("status").textContent = text;
}

async function attempt(action) {
  try {
    await action();
  } catch (problem) {
    say(`That did not work: ${problem.message}.`);
  }
}

byId("room").addEventListener("change", showChoice);
byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(join);
});
byId("leave").addEventListener("click", () => {
  live.microphone.stop();
  if (!live.track) location.assign(`/room/${live.room.room_id}`);
});
addEventListener("beforeunload", (event) => {
  if (live?.line?.state !== "refused" && live?.line?.waiting.length) event.preventDefault();
});
attempt(listRooms);
