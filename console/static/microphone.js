// A microphone in; its chunks of a second, as MediaRecorder cuts them, and its level out.

const SLICE_MS = 1000;
const LONGEST_MS = 60_000; // as long as a chunk may be; after a sleep of the machine the next one starts anew in time
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"];

// What this browser can send, or undefined.
export const contentType = () => TYPES.find((type) => globalThis.MediaRecorder?.isTypeSupported(type));

const nowMs = () => Math.round(performance.timeOrigin + performance.now());

export class Microphone {
  // Asks the person for the microphone; raises what the browser says when there is none or it is not allowed.
  static async open() {
    if (!navigator.mediaDevices) throw new Error("a browser gives a microphone to pages from https or localhost only");
    return new Microphone(await navigator.mediaDevices.getUserMedia({ audio: true }));
  }

  constructor(stream) {
    this.stream = stream;
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.context.createMediaStreamSource(stream).connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  // `onChunk({captured_ms, duration_ms, data})` is called in order; `onEnd` when the microphone is gone.
  start(type, onChunk, onEnd) {
    let endedMs = nowMs();
    let before = Promise.resolve();
    this.recorder = new MediaRecorder(this.stream, { mimeType: type });
    this.recorder.addEventListener("dataavailable", ({ data }) => {
      if (!data.size) return;
      const now = nowMs();
      const duration_ms = Math.min(Math.max(now - endedMs, 1), LONGEST_MS);
      endedMs = now;
      before = before.then(async () => onChunk({ captured_ms: now - duration_ms, duration_ms, data: await data.arrayBuffer() }));
    });
    this.recorder.addEventListener("stop", () => before.then(onEnd));
    this.recorder.start(SLICE_MS);
  }

  // Loudness of this moment, 0 to 1: from -60 dBFS to full scale.
  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, value) => sum + value * value, 0) / this.samples.length;
    return Math.min(Math.max(1 + (10 * Math.log10(power + 1e-9)) / 60, 0), 1);
  }

  // The last chunk still comes, and then `onEnd`.
  stop() {
    if (this.context.state === "closed") return;
    if (this.recorder?.state === "recording") this.recorder.stop();
    this.stream.getTracks().forEach((track) => track.stop());
    this.context.close();
  }
}
