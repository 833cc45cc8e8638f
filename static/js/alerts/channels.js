// The channels, a card each: where it leads, how often it tells, and a test that says how it went.
import { confirm } from "../shared/confirm.js";
import { byId, el, icon } from "../shared/dom.js";
import { get, post, remove } from "../shared/http.js";
import { attempt, tell } from "../shared/notice.js";
import { channelForm } from "./channel-form.js";
import { CHANNELS, pause } from "./logic.js";

const list = byId("channels");
const notice = byId("channels-notice");

/**
 * The channels of the page, for admins.
 * @param {() => void} changed called when one was made, changed or deleted
 */
export function channelCards(changed) {
  const form = channelForm(async () => {
    await show();
    changed();
  });

  async function show() {
    const found = await attempt(notice, () => get("/api/alerts/channels/"));
    if (found) {
      const empty = el("li.card.empty", {}, el("p.mb-0", {}, "There is no channel yet. A channel is a mailing list, a webhook, or a room of Slack, Teams and the like; rules say what it hears of."));
      list.replaceChildren(...(found.length ? found.map(card) : [empty]));
    }
  }

  function card(channel) {
    const { id, name, kind, target, has_key: signed, pause_minutes: minutes, n_rules: rules } = channel;
    const result = el("div.test-result", { "aria-live": "polite" });
    const test = el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Send a test by ${name}`, onclick: () => run(id, test, result) }, icon("send"), " Send a test");
    const used = rules === 0 ? "No rule uses it." : rules === 1 ? "1 rule uses it." : `${rules} rules use it.`;
    return el(
      "li.card.connection",
      { "data-channel": id },
      el("div.card-header", {}, el("h3", {}, name), el("span.muted", {}, CHANNELS[kind])),
      el("div.card-body", {}, el("p.value", {}, target), el("p", {}, el("span.muted", {}, `${signed ? "signed, " : ""}${pause(minutes)}`)), el("p", {}, used), result),
      el(
        "div.connection-buttons",
        {},
        test,
        el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Edit ${name}`, onclick: () => form.open(channel) }, "Edit"),
        el("button.btn.btn-quiet.btn-sm.danger", { type: "button", "aria-label": `Delete ${name}`, onclick: () => erase(channel) }, "Delete"),
      ),
    );
  }

  async function run(id, button, place) {
    button.disabled = true;
    place.replaceChildren(el("p.muted", {}, "Sending…"));
    const found = await attempt(place, () => post(`/api/alerts/channels/${id}/test/`));
    button.disabled = false;
    if (found) {
      place.replaceChildren(el("p", {}, el(`span.status.status-${found.ok ? "succeeded" : "failed"}`, {}, found.ok ? "Sent" : "Fails"), " ", found.message));
    }
  }

  async function erase(channel) {
    const told = ["Rules that use it go on without it. Its messages are deleted too."];
    if (!(await confirm(`Delete the channel “${channel.name}”?`, told, "Delete it", { danger: true }))) {
      return;
    }
    if (await attempt(notice, async () => (await remove(`/api/alerts/channels/${channel.id}/`), true))) {
      await show();
      changed();
      tell(notice, "success", `“${channel.name}” is deleted.`);
    }
  }

  byId("new-channel").addEventListener("click", () => form.open(null));
  return { show };
}
