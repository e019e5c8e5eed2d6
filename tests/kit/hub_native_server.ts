/**
 * A hub for each id in a URL, whose members come over connections of a runtime's own: the server's side of `hub_native_cases.ts`. Declares no test, so a
 * worker can import it.
 *
 * What a member sends is a word and what it is about; each is answered by JSON. At `/hub/ID/NAME` it is this file that does so, at
 * `/hub/ID` a `HubServer`.
 *
 * @module
 */

import { Hub, HubError, HubServer, type Member, type MessageConnection } from "../../src/hub/mod.ts";

interface Served {
  readonly hub: Hub;
  readonly server: HubServer;
}

const hubs = new Map<string, Served>();

function find(id: string): Served {
  let served = hubs.get(id);
  if (served === undefined) {
    const hub = new Hub({
      slowMembers: id.startsWith("close") ? "close" : "drop",
      maxQueue: 1_000_000,
      closeTimeout: 2_000,
    });
    served = { hub, server: new HubServer(hub, id.startsWith("late") ? { loginTimeout: 50 } : {}) };
    hubs.set(id, served);
  }
  return served;
}

/** Serves a connection to the path of a URL, to its end. Never rejects. */
export async function serveHub(url: string, connection: MessageConnection): Promise<void> {
  const [, id = "", name] = /^\/hub\/([\w-]+)(?:\/(\w+))?$/.exec(new URL(url).pathname) ?? [];
  const { hub, server } = find(id);
  if (name === undefined) return await server.serve(connection);
  try {
    const member = await hub.join(connection, { name });
    await member.subscribe("news");
    await connection.send(`"welcome"`);
    for await (const message of connection) {
      const answer = typeof message === "string"
        ? await perform(hub, member, message.split(" "))
        : await member.publish("news", message);
      await connection.send(JSON.stringify(answer));
    }
  } catch (error) {
    const reason = error instanceof HubError ? error.code : String(error);
    await connection.close({ closeCode: 4000, reason });
  }
}

async function perform(hub: Hub, member: Member, [verb, to = "", ...rest]: string[]): Promise<unknown> {
  switch (verb) {
    case "publish":
      return await member.publish(to, rest.join(" "));
    case "send":
      return await member.send(to, rest.join(" "));
    case "flood":
      for (let count = 0; count < Number(to); count++) await hub.publish("news", "x".repeat(10_000));
      return hub.stats;
    case "names":
      return hub.names();
    case "close":
      void hub.close();
      return null;
    default:
      throw new Error(`No such thing: ${verb}`);
  }
}
