// Names, attributes and children in, elements out. Words become text nodes, never markup.

export const byId = (id) => document.getElementById(id);

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const units = [[minutes, "minute"], [rest, "second"]].filter(([count, unit]) => count || unit === "second");
  return units.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}

export const day = (ms) =>
  new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

// The second that an address asks for: ?t=83.5 or #t=83.5.
export function askedSecond(address = location) {
  const given = new URLSearchParams(address.search).get("t") ?? address.hash.match(/^#t=([\d.]+)$/)?.[1];
  const second = Number.parseFloat(given);
  return Number.isFinite(second) && second >= 0 ? second : null;
}

// Speakers get their colour in the order in which they are first heard.
export function colours() {
  const known = new Map();
  return (speaker) => {
    if (!known.has(speaker)) known.set(speaker, known.size % 6);
    return `voice voice-${known.get(speaker)}`;
  };
}
