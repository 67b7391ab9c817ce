// Addresses in, JSON out; a problem document becomes an Error with its reason and status.

export class Problem extends Error {
  constructor(status, told) {
    super(told.detail ?? `the console answered ${status}`);
    this.status = status;
    this.reason = told.reason ?? "";
  }
}

export const correcting = (roomId) => (caption, text) =>
  ask(`/rooms/${roomId}/captions/${encodeURIComponent(caption.caption_id)}`, { method: "PUT", body: { text } });

export async function ask(address, { method = "GET", body } = {}) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(address, options);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}
