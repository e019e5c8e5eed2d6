/**
 * Who is subscribed to a topic, asked of all nodes.
 *
 * @module
 */

import { systemClock } from "../connection/clock.ts";
import type { NatsLink } from "./nats_link.ts";
import { encodeJson } from "./nats_subjects.ts";
import { withResolver } from "./node_identity.ts";

/** Milliseconds that other nodes may take. */
const timeout = 1_000;
/** How many names are in one message. */
const namesPerMessage = 2_000;

interface Question {
  readonly topic: string;
  readonly answers: string;
}

interface Answer {
  readonly names: readonly string[];
  readonly more: boolean;
}

/** Asks so many nodes, under a number that nobody else asks under. The names, as far as they come in time. */
export async function askSubscribers(
  link: NatsLink,
  number: string,
  topic: string,
  nodes: number,
): Promise<string[]> {
  const names: string[] = [];
  const answers = `answer.${number}`;
  const { promise, resolve } = withResolver();
  const cancel = systemClock.after(timeout, resolve);
  try {
    const subscription = link.subscribe(answers, (message) => {
      const answer = message.json<Answer>();
      for (const name of answer.names) names.push(name);
      if (!answer.more && --nodes === 0) resolve();
    });
    link.publish("who", encodeJson({ topic, answers } satisfies Question));
    await Promise.race([promise, link.ended]);
    subscription.unsubscribe();
  } catch (error) {
    link.fail(error);
  }
  cancel();
  return names;
}

/** Answers for this node. */
export function answerSubscribers(link: NatsLink, find: (topic: string) => string[]): void {
  link.subscribe("who", (message) => {
    const { topic, answers } = message.json<Question>();
    const all = find(topic);
    do {
      const names = all.splice(0, namesPerMessage);
      link.publish(answers, encodeJson({ names, more: all.length > 0 } satisfies Answer));
    } while (all.length > 0);
  });
}
