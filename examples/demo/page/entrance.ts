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
const button = find("come-in");
const refusal = find("refusal");

/** Says what another name would mend. */
function refuseName(text: string): void {
  refuse(text);
  input.ariaInvalid = "true";
}

function refuse(text: string): void {
  refusal.textContent = text;
  input.ariaInvalid = null;
}

/** Says to people what the server said. */
function explain(error: unknown): void {
  if (!(error instanceof HubError)) return refuse("The server cannot be reached. Is it running?");
  switch (error.code) {
    case "name-taken":
      return refuseName(`Somebody is here as “${input.value.trim()}” already. Try another name.`);
    case "invalid-name":
      return refuseName("A name is 1 to 64 characters, none of them invisible. Try another one.");
    default:
      return refuse(error.message);
  }
}

/** The name of before, where the browser may keep it. */
function recall(): string {
  try {
    return sessionStorage.getItem("name") ?? "";
  } catch {
    return "";
  }
}

function keep(name: string): void {
  try {
    sessionStorage.setItem("name", name);
  } catch {
    // Then it is asked for once more.
  }
}

/** Makes the entrance work. */
export function startEntrance(session: Session): void {
  input.value = recall();
  onSubmit(find<HTMLFormElement>("login"), async () => {
    if (button.ariaDisabled !== null) return;
    button.ariaDisabled = "true";
    const name = input.value.trim();
    try {
      await session.enter(name);
      keep(name);
      refuse("");
    } catch (error) {
      explain(error);
      input.focus();
      input.select();
    } finally {
      button.ariaDisabled = null;
    }
  });
  session.on("refused", refuse);
  input.focus();
}
