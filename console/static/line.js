// Chunks of one track in, each acknowledged once out: over WebSockets that may drop at any time (docs/decisions/0007).
//
// A chunk is kept until the console says that the broker has it. A new line begins where the last acknowledgement was.

const AHEAD = 8; // chunks on their way without an answer; the console takes one at a time
const AGAIN_MS = [250, 500, 1000, 2000, 5000]; // before each further attempt; then always the last
const SILENT_MS = 20_000; // twice what the console gives the broker: a line that says nothing for so long is dead
export const MOST_WAITING = 1800; // half an hour of seconds, about 15 MB

export class Line {
  // `onChange(line)` is called whenever something is different; `state` is connecting, open, paused, refused or closed.
  constructor(address, onChange) {
    this.address = address;
    this.onChange = onChange;
    this.waiting = []; // chunks with their sequences, rising, not acknowledged yet
    this.next = 0; // the sequence of the next chunk that is made
    this.sent = 0; // the sequence that goes out next
    this.acknowledgedMs = 0;
    this.attempts = 0;
    this.connect();
  }

  get acknowledged() {
    return this.next - this.waiting.length;
  }

  // Keep a chunk and send it as soon as may be; false where too many wait already, and the chunk is not taken.
  take(chunk) {
    if (this.waiting.length >= MOST_WAITING) return false;
    this.waiting.push({ ...chunk, sequence: this.next++ });
    this.send();
    this.onChange(this);
    return true;
  }

  // Resolves to true once everything is acknowledged, to false where it was refused.
  settled() {
    return new Promise((resolve) => {
      const look = () => {
        if (this.state === "refused") resolve(false);
        else if (!this.waiting.length) resolve(true);
        else setTimeout(look, 100);
      };
      look();
    });
  }

  close() {
    this.become("closed");
    clearTimeout(this.timer);
    this.socket.close();
  }

  connect() {
    this.become("connecting");
    const socket = new WebSocket(`${this.address}?next=${this.acknowledged}`);
    this.socket = socket;
    this.watch();
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.hear(JSON.parse(event.data));
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.again();
    });
  }

  again() {
    clearTimeout(this.timer);
    this.socket = null;
    if (["refused", "closed"].includes(this.state)) return;
    this.become("connecting");
    this.timer = setTimeout(() => this.connect(), AGAIN_MS[Math.min(this.attempts++, AGAIN_MS.length - 1)]);
  }

  hear(told) {
    this.watch();
    if (told.problem) this.refuse(told.problem);
    else if ("ack" in told) this.forget(told.ack + 1);
    else if ("pause_ms" in told) this.pause(told);
    else this.begin(told.next ?? this.acknowledged);
    this.onChange(this);
  }

  begin(next) {
    this.attempts = 0;
    this.forget(next);
    this.sent = this.acknowledged;
    this.become("open");
    this.send();
  }

  pause({ pause_ms: ms, next }) {
    this.sent = next;
    this.become("paused");
    const socket = this.socket;
    setTimeout(() => {
      if (socket !== this.socket || this.state !== "paused") return;
      this.become("open");
      this.send();
    }, ms);
  }

  // A part that is away (5xx) may come back; any other answer would be the same again.
  refuse(problem) {
    if (problem.status >= 500) return;
    this.problem = problem;
    this.become("refused");
  }

  forget(next) {
    while (this.waiting.length && this.waiting[0].sequence < next) this.acknowledgedMs += this.waiting.shift().duration_ms;
    this.send();
  }

  send() {
    while (this.state === "open" && this.sent < Math.min(this.next, this.acknowledged + AHEAD)) {
      const { data, ...header } = this.waiting[this.sent - this.acknowledged];
      this.socket.send(JSON.stringify(header));
      this.socket.send(data);
      this.sent += 1;
    }
  }

  // A line can be dead without being closed: then another one is tried.
  watch() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.timer = setTimeout(() => {
      if (socket !== this.socket) return;
      if (this.state === "open" && !this.waiting.length) return this.watch();
      this.again();
      socket.close();
    }, SILENT_MS);
  }

  become(state) {
    this.state = state;
    this.onChange(this);
  }
}
