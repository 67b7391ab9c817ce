// An address of a recording in, a player out: own controls around <audio>, and captions that follow.

import { ask } from "./api.js";
import { correctable } from "./correcting.js";
import { clock, colours, h, spoken } from "./dom.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const REMEMBERED = "earwitness.speed";
const STEP_S = 10;
const CAPTIONS_RETRY_MS = 4000;

function rememberedSpeed() {
  const kept = Number.parseFloat(localStorage.getItem(REMEMBERED));
  return SPEEDS.includes(kept) ? kept : 1;
}

const icons = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
  back: "M12 5V1.8L7.2 6 12 10.2V7a5.5 5.5 0 1 1-5.5 5.5h-2A7.5 7.5 0 1 0 12 5z",
  on: "M12 5V1.8L16.8 6 12 10.2V7a5.5 5.5 0 1 0 5.5 5.5h2A7.5 7.5 0 1 1 12 5z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", icons[name]);
  drawing.append(path);
  return drawing;
}

export class Player {
  // base: the address under which the media lie; durationS: known length; shareLink: async () => address, or null;
  // correct: async (caption, text) => the corrected caption, or null for those who may only read.
  constructor(place, { base, durationS, shareLink = null, shareFromS = () => 0, correct = null, startS = null, muted = false, onGone = null }) {
    this.base = base;
    this.shareLink = shareLink;
    this.shareFromS = shareFromS;
    this.correct = correct;
    this.durationS = durationS ?? 0;
    this.lines = [];
    this.peaks = [];
    this.startS = startS;
    this.colour = colours();
    this.build(place, muted);
    this.wire(onGone);
    if (startS !== null) this.seekTo(startS);
    this.loadCaptions();
    this.loadWaveform();
  }

  build(place, muted) {
    this.audio = h("audio", { preload: "metadata", src: `${this.base}/recording.m4a` });
    this.audio.muted = muted;
    this.audio.playbackRate = rememberedSpeed();
    this.audio.defaultPlaybackRate = rememberedSpeed();
    this.wave = h("canvas", { class: "wave", "aria-hidden": "true", width: 1200, height: 112 });
    this.seek = h("input", { type: "range", min: 0, max: this.durationS, step: 0.1, "aria-label": "Position" });
    this.seek.value = 0;
    this.toggle = h("button", { type: "button", class: "round", "aria-label": "Play" }, icon("play"));
    this.time = h("span", { class: "time" });
    this.speed = h("select", { id: "speed" }, ...SPEEDS.map((rate) => h("option", { value: rate }, `${rate}×`)));
    this.speed.value = String(rememberedSpeed());
    this.status = h("p", { class: "note", role: "status" });
    this.captions = h("ol", { class: "lines follow", "aria-label": "Captions", tabindex: "0" });
    const jump = (seconds, name, label) =>
      h("button", { type: "button", class: "quiet", "aria-label": label, onclick: () => this.seekTo(this.at() + seconds) }, icon(name));
    const controls = h("div", { class: "controls" },
      jump(-STEP_S, "back", `Back ${STEP_S} seconds`),
      this.toggle,
      jump(STEP_S, "on", `On ${STEP_S} seconds`),
      this.time,
      h("span", { class: "spring" }),
      muted ? this.soundButton() : null,
      h("label", { class: "choice", for: "speed" }, "Speed ", this.speed),
      this.shareLink ? h("button", { type: "button", id: "share", onclick: () => this.share() }, "Share") : null);
    const deck = h("div", { class: "deck" }, h("div", { class: "track" }, this.wave, this.seek), controls);
    place.replaceChildren(this.audio, deck, this.shareBox(), this.status, this.captions);
    this.show();
  }

  soundButton() {
    const button = h("button", { type: "button", "aria-pressed": "false" }, "Sound is off");
    button.addEventListener("click", () => {
      this.audio.muted = !this.audio.muted;
      button.setAttribute("aria-pressed", String(!this.audio.muted));
      button.textContent = this.audio.muted ? "Sound is off" : "Sound is on";
    });
    return button;
  }

  shareBox() {
    this.link = h("input", { id: "link", readonly: true, onfocus: () => this.link.select() });
    this.linkBox = h("p", { class: "field", hidden: true }, h("label", { for: "link" }, "Link to this moment"), this.link);
    return this.linkBox;
  }

  wire(onGone) {
    const { audio } = this;
    this.toggle.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
    this.seek.addEventListener("input", () => this.seekTo(Number(this.seek.value)));
    this.speed.addEventListener("change", () => this.setSpeed(Number(this.speed.value)));
    for (const event of ["timeupdate", "seeked", "play", "pause", "ended"]) audio.addEventListener(event, () => this.show());
    audio.addEventListener("loadedmetadata", () => this.measured());
    audio.addEventListener("error", () => this.failed(onGone));
    window.addEventListener("resize", () => this.drawWave());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.drawWave());
  }

  at() {
    return this.audio.readyState ? this.audio.currentTime : (this.startS ?? 0);
  }

  seekTo(second) {
    const wanted = Math.max(0, this.durationS ? Math.min(second, this.durationS) : second);
    if (this.audio.readyState) this.audio.currentTime = wanted;
    else this.startS = wanted;
    this.show(wanted);
  }

  setSpeed(rate) {
    this.audio.playbackRate = rate;
    localStorage.setItem(REMEMBERED, String(rate));
  }

  measured() {
    if (Number.isFinite(this.audio.duration)) this.durationS = this.audio.duration;
    this.seek.max = this.durationS;
    if (this.startS !== null) this.audio.currentTime = Math.min(this.startS, this.durationS);
    this.startS = null;
    this.show();
  }

  async failed(onGone) {
    const answer = await fetch(`${this.base}/recording.m4a`, { method: "HEAD" }).catch(() => null);
    if (answer?.status === 410 && onGone) onGone();
    else this.status.textContent = "The recording cannot be played just now. Please try again in a moment.";
  }

  show(second = this.at()) {
    const playing = !this.audio.paused && !this.audio.ended;
    if (this.playing !== playing) {
      this.playing = playing;
      this.toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
      this.toggle.replaceChildren(icon(playing ? "pause" : "play"));
    }
    this.seek.value = second;
    this.seek.setAttribute("aria-valuetext", `${spoken(second)} of ${spoken(this.durationS)}`);
    this.time.textContent = `${clock(second)} / ${clock(this.durationS)}`;
    this.drawWave();
    this.follow(second);
  }

  // --- captions --------------------------------------------------------------------------------------------------

  async loadCaptions() {
    try {
      this.fill((await ask(`${this.base}/captions.json`)).captions);
    } catch (problem) {
      if (problem.reason !== "captions_not_ready") {
        this.status.textContent = "The captions cannot be shown just now.";
        return;
      }
      this.status.textContent = "Captions are being prepared.";
      setTimeout(() => this.loadCaptions(), CAPTIONS_RETRY_MS);
    }
  }

  fill(captions) {
    this.status.textContent = captions.length ? "" : "Nothing was said.";
    this.lines = captions.map((caption) => ({ startS: caption.start_ms / 1000, endS: caption.end_ms / 1000, item: this.item(caption) }));
    this.captions.replaceChildren(...this.lines.map((line) => line.item));
    this.follow(this.at());
  }

  item(caption) {
    const line = (each) => this.line(each);
    return this.correct ? correctable(caption, line, this.correct) : line(caption);
  }

  line(caption) {
    const startS = caption.start_ms / 1000;
    const button = h("button", { type: "button", class: "line", onclick: () => this.seekTo(startS) },
      h("span", { class: "stamp" }, clock(startS)),
      h("span", { class: this.colour(caption.speaker) }, caption.speaker),
      h("span", { class: "words" }, caption.text,
        caption.corrected_by ? h("span", { class: "note", title: caption.heard ? `Heard: ${caption.heard}` : null }, " corrected") : null));
    return h("li", {}, button);
  }

  // The line that is being said; between two lines the earlier one stays.
  follow(second) {
    const said = this.lines.filter((line) => line.startS <= second + 0.05).at(-1);
    if (said === this.current) return;
    this.current?.item.firstChild.removeAttribute("aria-current");
    this.current = said;
    if (!said) return;
    said.item.firstChild.setAttribute("aria-current", "true");
    if (!this.captions.contains(document.activeElement)) this.bringIntoView(said.item);
  }

  bringIntoView(item) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = item.offsetTop - (this.captions.clientHeight - item.clientHeight) / 2;
    this.captions.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  }

  // --- waveform --------------------------------------------------------------------------------------------------

  async loadWaveform() {
    const told = await ask(`${this.base}/waveform.json`).catch(() => null);
    this.peaks = told ? loudness(told.data) : [];
    this.drawWave();
  }

  drawWave() {
    const pen = this.wave.getContext("2d");
    const { width, height } = this.wave;
    const style = getComputedStyle(this.wave);
    const [heard, ahead] = [style.getPropertyValue("--heard"), style.getPropertyValue("--ahead")];
    const reached = this.durationS ? this.at() / this.durationS : 0;
    const bars = bucketed(this.peaks, Math.round(this.wave.clientWidth / 5) || 120);
    const step = width / bars.length;
    pen.clearRect(0, 0, width, height);
    bars.forEach((peak, n) => {
      const tall = Math.max(4, peak * height);
      pen.fillStyle = (n + 0.5) / bars.length <= reached ? heard : ahead;
      pen.beginPath();
      pen.roundRect(n * step + step * 0.2, (height - tall) / 2, step * 0.6, tall, step * 0.3);
      pen.fill();
    });
  }

  // --- sharing ---------------------------------------------------------------------------------------------------

  async share() {
    const address = await this.shareLink().catch((problem) => this.refuse(problem));
    if (!address) return;
    const link = new URL(address, location.href);
    link.search = `?t=${Math.max(0, Math.floor(this.at() - this.shareFromS()))}`;
    this.link.value = link.href;
    this.linkBox.hidden = false;
    const copied = await navigator.clipboard?.writeText(link.href).then(() => true, () => false);
    this.status.textContent = copied ? "Link copied." : "Copy the link above.";
    if (!copied) this.link.focus();
  }

  refuse(problem) {
    this.status.textContent = `It cannot be shared: ${problem.message}.`;
    return null;
  }
}

// audiowaveform's pairs of lowest and highest sample in, one height each out.
function loudness(pairs) {
  const heights = [];
  for (let n = 0; n < pairs.length; n += 2) heights.push(Math.max(-pairs[n], pairs[n + 1]));
  return heights;
}

// Heights of any number in, `count` peaks in 0..1 out; a flat line where none are known.
function bucketed(peaks, count) {
  if (!peaks.length) return Array.from({ length: count }, () => 0);
  const highest = peaks.reduce((one, other) => Math.max(one, other), 1);
  return Array.from({ length: count }, (_, n) => {
    const from = Math.floor((n * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((n + 1) * peaks.length) / count));
    return Math.max(...peaks.slice(from, to)) / highest;
  });
}
