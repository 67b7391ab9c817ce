// What the live feed says of its captions in, a banner out: whoever reads along is never left to wonder.

const WHY = {
  waiting: "They will catch up.",
  unheard: "Somebody speaks, and the words are not made out.",
  silent: "The captioner does not answer and is being started again.",
};

export function showDelay(banner, told) {
  banner.hidden = !told.delayed;
  banner.textContent = told.delayed ? `Captions delayed. ${WHY[told.reason] ?? ""}` : "";
}
