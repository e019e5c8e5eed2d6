/**
 * What becomes of a request, once its client has a name.
 *
 * @module
 */

import {
  type HubAnswer,
  type HubRequest,
  listNames,
  normaliseLabel,
  writeHubReply,
  writeTopicMessage,
} from "./application_protocol.ts";
import { HubError } from "./hub_error.ts";
import type { Member } from "./member.ts";
import type { SessionTopics } from "./session_topics.ts";

/** Performs a request of a member. Rejects as the member's actions do. */
export async function performRequest(
  member: Member,
  topics: SessionTopics,
  request: Exclude<HubRequest, { type: "login" }>,
): Promise<HubAnswer> {
  switch (request.type) {
    case "echo":
      return { data: request.data };
    case "send": {
      const { to, data } = request;
      const text = writeHubReply({ type: "direct", from: member.name, data });
      if (await member.send(normaliseLabel(to) ?? "", text)) return {};
      throw new HubError("not-delivered", "Cannot send: nobody of that name, or too slow");
    }
    case "publish": {
      const topic = checkTopic(request.topic);
      await member.publish(topic, writeTopicMessage(topic, request.data, member.name));
      return {};
    }
    case "subscribe":
      return await topics.subscribe(member, checkTopic(request.topic), request.presence);
    case "unsubscribe":
      return await topics.unsubscribe(member, checkTopic(request.topic));
    case "list":
      return listNames(
        await member.list(request.topic === undefined ? undefined : checkTopic(request.topic)),
      );
  }
}

/** The topic as it is now. Throws `HubError`. */
function checkTopic(topic: string): string {
  const normal = normaliseLabel(topic);
  if (normal === undefined) {
    throw new HubError("invalid-topic", "Cannot use the topic: none can be like this");
  }
  return normal;
}
