// The form of a channel. Its address and key go in and never come out: an empty field keeps what is there.
import { byId, el } from "../shared/dom.js";
import { forgetFields, sends } from "../shared/form.js";
import { post, put } from "../shared/http.js";
import { hush } from "../shared/notice.js";
import { formPanel } from "../shared/panel.js";
import { reveal } from "../shared/reveal.js";
import { pause } from "./logic.js";

const form = byId("channel-form");
const KEPT = "One is kept; leave this empty to keep it";
const EMPTY = { name: "", kind: "mail", addresses: [], pause_minutes: 480, has_key: false };

/**
 * The form of the page, in its panel.
 * @param {(channel: object) => void} saved called with what the API made of it
 */
export function channelForm(saved) {
  const { name, kind, addresses, url, secret, forget, pause_minutes: minutes } = form.elements;
  const panel = formPanel(byId("channel-panel"), { what: "channel", typed: () => JSON.stringify([values(), forget.checked]), first: () => name, left: () => (url.value = secret.value = "") });
  let id = null;

  function values() {
    const lines = addresses.value.split(/[\s,;]+/).filter(Boolean);
    const mail = kind.value === "mail";
    return { name: name.value, kind: kind.value, addresses: mail ? lines : [], url: mail ? "" : url.value.trim(), secret: kind.value === "webhook" ? secret.value : "", pause_minutes: Number(minutes.value) };
  }

  function shape() {
    form.querySelectorAll("[data-for]").forEach((part) => (part.hidden = !part.dataset.for.split(" ").includes(kind.value)));
  }

  function open(channel) {
    const shown = channel ?? EMPTY;
    id = channel?.id ?? null;
    hush(form.querySelector("[data-notice]"));
    forgetFields(form);
    byId("channel-title").textContent = channel ? channel.name : "New channel";
    name.value = shown.name;
    kind.value = shown.kind;
    [...kind].forEach((one) => (one.disabled = id !== null && one.value !== shown.kind));
    addresses.value = shown.addresses.join("\n");
    url.value = secret.value = "";
    url.placeholder = id === null ? "" : KEPT;
    secret.placeholder = shown.has_key ? KEPT : "";
    secret.disabled = forget.checked = false;
    byId("secret-forget").hidden = !shown.has_key;
    if (![...minutes.options].some((option) => Number(option.value) === shown.pause_minutes)) {
      minutes.append(el("option", { value: shown.pause_minutes }, pause(shown.pause_minutes)));
    }
    minutes.value = shown.pause_minutes;
    shape();
    panel.begin();
  }

  async function save() {
    const body = { ...values(), ...(forget.checked ? { secret: null } : {}) };
    const made = await (id === null ? post("/api/alerts/channels/", body) : put(`/api/alerts/channels/${id}/`, body));
    panel.settle();
    saved(made);
  }

  form.addEventListener("change", shape);
  forget.addEventListener("change", () => (secret.disabled = forget.checked));
  reveal(form.querySelector("[data-reveal]"));
  sends(form, save);
  return { open };
}
