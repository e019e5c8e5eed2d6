// The demo on Cloudflare Workers: the page, and a Durable Object for each room, which /?room=NAME names.
// Run: deno task workerd demo_cloudflare/worker
import { isWebSocketUpgrade } from "@weft/websocket";
import { Hub } from "@weft/websocket/hub";
import { buildPage } from "../demo/build_page.ts";
import { addFeeds } from "../demo/feeds.ts";
import { Site } from "../demo/site.ts";

export { Room } from "./room.ts";

/** What the configuration gives. */
interface Environment {
  readonly ROOMS: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

const feeds = addFeeds(new Hub(), { members: () => 0, messages: () => 0 });
const site = new Site(await buildPage(), { server: "Cloudflare Workers", feeds });

const worker: { fetch(request: Request, env: Environment): Response | Promise<Response> } = {
  fetch(request, { ROOMS }) {
    if (!isWebSocketUpgrade(request)) return site.answer(request);
    const room = new URL(request.url).searchParams.get("room") ?? "";
    return ROOMS.get(ROOMS.idFromName(room)).fetch(request);
  },
};

export default worker;
