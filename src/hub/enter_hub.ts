/**
 * Coming into a hub by a new connection: the login, and what was subscribed to before. Knows no connection
 * before or after it.
 *
 * @module
 */

import type { HubClientEvent } from "./application_protocol.ts";
import { Attendance, isList } from "./attendance.ts";
import { HubClient, type HubClientConnection } from "./hub_client.ts";
import type { HubClientOptions } from "./hub_client_options.ts";
import { isFinalRefusal } from "./is_final_refusal.ts";
import type { HubClientState, ReturnedTopic } from "./reconnecting_hub_client_options.ts";

/** Who comes in. */
export interface Entrance extends HubClientOptions {
  readonly onEvent: (event: HubClientEvent) => void;
  readonly name: string;
  readonly presence?: boolean | undefined;
  /** The topics to subscribe to, and whether with `presence`. Those that the server refuses are deleted. */
  readonly topics: Map<string, boolean>;
  /** Called when all is done, with lists that are right at that moment. */
  readonly onEnter: (client: HubClient, state: HubClientState & { readonly state: "in" }) => void;
}

/** Comes in. Rejects with `HubError`, and with what `onEnter` throws. */
export async function enterHub(connection: HubClientConnection, entrance: Entrance): Promise<void> {
  const { presence = false, topics } = entrance;
  /** Who is there, and in the topics, kept up to date until all is done. */
  const attendances = new Map<string | undefined, Attendance>();
  const client = new HubClient(connection, {
    ...entrance,
    onEvent(event) {
      for (const attendance of attendances.values()) attendance.hear(event);
      entrance.onEvent(event);
    },
  });

  const subscribe = async (topic: string, presence: boolean): Promise<ReturnedTopic> => {
    try {
      const answer = await client.subscribe(topic, { presence });
      if (isList(answer)) attendances.set(topic, new Attendance(answer, topic));
    } catch (error) {
      if (!isFinalRefusal(error)) throw error;
      topics.delete(topic);
      return { topic, error };
    }
    // It was unsubscribed from meanwhile.
    if (!topics.has(topic)) void client.unsubscribe(topic).catch(() => {});
    return { topic };
  };

  // What is told behind an answer, is told behind what is done with it here.
  const answer = await client.login(entrance.name, { presence });
  if (isList(answer)) attendances.set(undefined, new Attendance(answer));
  const returned = await Promise.all([...topics].map(([topic, presence]) => subscribe(topic, presence)));
  const lists = new Map([...attendances].map(([topic, { list }]) => [topic, list]));
  attendances.clear();
  entrance.onEnter(client, {
    state: "in",
    name: answer.name,
    ...lists.get(undefined),
    topics: returned.map((topic) => ({ ...topic, ...lists.get(topic.topic) })),
  });
}
