/**
 * A hub as its broker sees it: what other hubs tell, put where it belongs.
 *
 * @module
 */

import type { BrokerHub } from "./broker.ts";
import { closeQuietly } from "./close_quietly.ts";
import type { DirectMessages } from "./direct_messages.ts";
import type { Exchange } from "./exchange.ts";
import type { HubListeners } from "./hub_listeners.ts";
import { prepareOutgoing } from "./outgoing_message.ts";
import type { Roster } from "./roster.ts";

/** The rooms of a hub that a broker speaks to. */
interface HubRooms {
  readonly roster: Roster;
  readonly exchange: Exchange;
  readonly direct: DirectMessages;
  readonly listeners: HubListeners;
}

/** Makes the side that a broker is started with. */
export function createBrokerSide({ roster, exchange, direct, listeners }: HubRooms): BrokerHub {
  return {
    receivePublished: (topic, data) => exchange.receive(topic, prepareOutgoing(data)),
    receiveDirect: (name, identity, data) => direct.receive(name, identity, prepareOutgoing(data)),
    subscribersHere: (topic) => exchange.topics.subscribersOf(topic).map((member) => member.name),
    joined: (name) => listeners.tell({ type: "joined", name, local: false }),
    left: (name) => listeners.tell({ type: "left", name, local: false }),
    lost: (name) => {
      const member = roster.members.get(name);
      if (member === undefined) return;
      roster.remove(member);
      void closeQuietly(member.connection, 1008, "The name is taken");
    },
    failed: (error) => listeners.tell({ type: "error", error }),
    changed: (connected, error) =>
      listeners.tell({ type: "broker", connected, ...(error === undefined ? undefined : { error }) }),
  };
}
