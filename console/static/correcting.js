// A caption's line in, the same line with a way to put its words right out; what was heard stays beside them.

import { h, spoken } from "./dom.js";

// save: async (caption, text) => the corrected caption; render: (caption) => the line without its way to correct it.
export function correctable(caption, render, save) {
  const item = render(caption);
  const open = h("button", { type: "button", class: "correct", "aria-label": `Correct the line at ${spoken(caption.start_ms / 1000)}` }, "Correct");
  open.addEventListener("click", () => edit(item, open, caption, render, save));
  item.append(open);
  return item;
}

function edit(item, open, caption, render, save) {
  const words = h("input", { "aria-label": "What was said", value: caption.text, maxlength: 2000 });
  const told = h("span", { class: "note", role: "status" });
  const form = h("form", { class: "decision" }, words,
    h("button", { class: "primary" }, "Save"),
    h("button", { type: "button", onclick: () => close(item, form, open) }, "Cancel"), told);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const corrected = correctable(await save(caption, words.value), render, save);
      item.replaceChildren(...corrected.childNodes);
    } catch (problem) {
      told.textContent = `That did not work: ${problem.message}.`;
    }
  });
  open.hidden = true;
  item.append(form);
  words.focus();
}

function close(item, form, open) {
  form.remove();
  open.hidden = false;
  open.focus();
}
