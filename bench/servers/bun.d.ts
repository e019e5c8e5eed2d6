// What the benchmarks use of Bun, for those who check types without it.

declare namespace Bun {
  function listen(
    options:
      & { hostname: string; port: number }
      & import("../../src/runtime/bun.ts").BunSocketOptions<
        import("../../src/runtime/bun.ts").BunSocket
      >,
  ): { readonly port: number };

  function connect(
    options:
      & { hostname: string; port: number }
      & import("../../src/runtime/bun.ts").BunSocketOptions<
        import("../../src/runtime/bun.ts").BunSocket
      >,
  ): void;

  function serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: { upgrade(request: Request): boolean }): Response | undefined;
    websocket: {
      open?(socket: { subscribe(topic: string): void }): void;
      message(socket: { send(message: string | Uint8Array): number }, message: string | Uint8Array): void;
      perMessageDeflate: boolean;
    };
  }): {
    readonly port: number;
    publish(topic: string, message: string | Uint8Array, compress?: boolean): number;
  };

  function serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: import("../../src/runtime/bun.ts").BunServer): Promise<Response>;
    websocket: import("../../src/runtime/bun.ts").BunWebSocketHandlers;
  }): { readonly port: number };
}
