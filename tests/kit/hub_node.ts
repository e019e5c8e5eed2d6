/**
 * One node of a cluster, as a program of its own that can be killed: a hub on a nats-server, its members, and the load that they make. Does what lines
 * of JSON on its input say, and answers each with one.
 *
 * `deno run -A tests/kit/hub_node.ts NATS_URL PREFIX`
 *
 * @module
 */

import { Hub } from "../../src/hub/hub.ts";
import { NatsBroker } from "../../src/hub/nats_broker.ts";
import type { Member } from "../../src/hub/member.ts";
import { RecordedConnection } from "./hub_connection.ts";

/** What a node can be told. */
export type NodeCommand =
  | { readonly type: "join"; readonly names: readonly string[] }
  | { readonly type: "names" }
  | {
    readonly type: "load";
    readonly publishes: number;
    readonly directs: number;
    readonly to: readonly string[];
  }
  | { readonly type: "report" };

/** What a member got: of each publisher how many messages, and whether each once and in order. */
export interface MemberReport {
  readonly name: string;
  readonly closedWith: number | undefined;
  /** How many of each publisher's messages to the topic. */
  readonly published: Record<string, number>;
  /** Messages that came out of order, twice, or behind a gap. */
  readonly faults: string[];
  /** Direct messages. */
  readonly directs: string[];
}

interface Recorded {
  readonly member: Member;
  readonly connection: RecordedConnection;
  readonly report: { published: Record<string, number>; faults: string[]; directs: string[] };
}

const [url = "", prefix = ""] = Deno.args;
const hub = new Hub({ broker: new NatsBroker({ servers: url, prefix }) });
const members = new Map<string, Recorded>();

async function join(name: string): Promise<string> {
  const connection = new RecordedConnection();
  const report: Recorded["report"] = { published: Object.create(null), faults: [], directs: [] };
  connection.onSend = (message) => {
    connection.sent.length = 0;
    const text = String(message);
    const [kind = "", from = "", number = ""] = text.split(" ");
    if (kind === "direct") {
      report.directs.push(`${from} ${number}`);
      return;
    }
    const before = report.published[from] ?? 0;
    if (Number(number) !== before) report.faults.push(`${text} after ${before}`);
    report.published[from] = before + 1;
  };
  try {
    const member = await hub.join(connection, { name });
    await member.subscribe("everybody");
    members.set(name, { member, connection, report });
    return "joined";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** Every member publishes and sends, a little at a time. Tells which direct messages arrived. */
async function load(
  { publishes, directs, to }: NodeCommand & { type: "load" },
): Promise<{ delivered: string[]; published: number }> {
  const results: Promise<string | undefined>[] = [];
  let published = 0;
  // Who joins meanwhile has no part in it.
  const loading = [...members.values()];
  for (let round = 0; round < Math.max(publishes, directs); round++) {
    let index = 0;
    for (const { member } of loading) {
      if (round < publishes) {
        void member.publish("everybody", `publish ${member.name} ${round}`);
        published++;
      }
      if (round < directs) {
        const name = to[(round * 7 + index++) % to.length]!;
        const key = `${name} <- ${member.name} ${round}`;
        results.push(
          member.send(name, `direct ${member.name} ${round}`).then((delivered) =>
            delivered ? key : undefined
          ),
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const delivered = (await Promise.all(results)).filter((key) => key !== undefined);
  return { delivered, published };
}

function report(): MemberReport[] {
  return [...members].map(([name, { report, connection }]) => ({
    name,
    closedWith: connection.closedWith?.closeCode,
    ...report,
  }));
}

async function perform(command: NodeCommand): Promise<unknown> {
  switch (command.type) {
    case "join":
      return await Promise.all(command.names.map(join));
    case "names":
      return hub.names();
    case "load":
      return await load(command);
    case "report":
      return report();
  }
}

let text = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  text += chunk;
  const lines = text.split("\n");
  text = lines.pop()!;
  for (const line of lines) {
    const { id, command } = JSON.parse(line);
    void perform(command).then((result) => console.log(JSON.stringify({ id, result })));
  }
}
Deno.exit(0);
