// A form with data-draft-url keeps what is typed: three seconds after the last change its fields are posted there.
// The answer is {"saved_at": "14:05"}; 422 with {"error": "…"} says what must change first; 409 with {"clash": true}
// says that another device keeps words too: then a button leads to both. A redirect leads to the sign-in page. The
// words stand on the [data-draft] line of the form, in the reader's language.
import htmx from "htmx.org";

const REST = 3000;

function keepDraft(form) {
  const line = form.querySelector("[data-draft]");
  const compare = form.querySelector("button[name=compare]");
  let timer, running, sent;

  function say(state, time = "") {
    tell(state, (line?.dataset[state] ?? "").replace("{time}", time));
  }

  function tell(state, words) {
    if (!line) return;
    line.dataset.state = state;
    line.textContent = words;
  }

  // Only then a submit button: or Enter in a field would press it, the first of the form.
  function offer(clash) {
    if (!compare) return;
    compare.hidden = !clash;
    compare.type = clash ? "submit" : "button";
    compare.formAction = form.dataset.draftUrl;
  }

  async function save() {
    if (running || sent) return;
    running = true;
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") return say("signedout");
      const told = answer.ok || [409, 422].includes(answer.status) ? await answer.json() : {};
      if (answer.status === 403 || answer.status === 404) {
        sent = true;
        return say("closed");
      }
      if (told.error) return tell("refused", told.error);
      if (!answer.ok && !told.clash) throw new Error(answer.status);
      say(told.clash ? "clash" : "saved", told.saved_at ?? "");
      offer(!!told.clash);
    } catch {
      say("failed");
    } finally {
      running = false;
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  });
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
}

htmx.onLoad((root) => root.querySelectorAll("form[data-draft-url]").forEach(keepDraft));
