/**
 * The way in: a name is asked for, and again where it is refused.
 *
 * @module
 */
/// <reference lib="dom" />
import { HubError } from "@weft/websocket/hub";
import { find, onSubmit } from "./elements.ts";
import type { Session } from "./session.ts";

const input = find<HTMLInputElement>("nickname");
const refusal = find("refusal");

/** What is said to people of what the server said. */
function explain(error: unknown): string {
  if (!(error instanceof HubError)) return "The server cannot be reached. Is it running?";
  switch (error.code) {
    case "name-taken":
      return `Somebody is here as “${input.value.trim()}” already. Try another name.`;
    case "invalid-name":
      return "A name is 1 to 64 characters, none of them invisible. Try another one.";
    default:
      return error.message;
  }
}

function refuse(text: string): void {
  refusal.textContent = text;
  input.ariaInvalid = text === "" ? null : "true";
}

/** Makes the entrance work. */
export function startEntrance(session: Session): void {
  input.value = sessionStorage.getItem("name") ?? "";
  let isComing = false;
  onSubmit(find<HTMLFormElement>("login"), async () => {
    if (isComing) return;
    isComing = true;
    const name = input.value.trim();
    try {
      await session.enter(name);
      sessionStorage.setItem("name", name);
      refuse("");
    } catch (error) {
      refuse(explain(error));
      input.focus();
      input.select();
    } finally {
      isComing = false;
    }
  });
  session.on("refused", refuse);
  input.focus();
}
